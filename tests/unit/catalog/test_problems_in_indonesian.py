"""What is wrong with a draft is said in Indonesian too."""

from datetime import date

import pytest
from mpp_catalog.domain.checks import check_definition
from mpp_catalog.domain.checks.in_indonesian import in_indonesian
from mpp_catalog.domain.skeleton import skeleton

from tests.unit.catalog.shipped import folder, known
from tests.unit.catalog.test_planted_mistakes import ALL, TEXTS, problems_of


@pytest.mark.parametrize(("name", "right", "wrong"), [mistake[:3] for mistake in ALL])
def test_every_planted_mistake_is_told_in_indonesian(name: str, right: str, wrong: str) -> None:
    messages = [problem.message for problem in problems_of(TEXTS[name].replace(right, wrong, 1), name)]
    assert messages
    assert not [message for message in messages if in_indonesian(message) is None]


def test_a_skeleton_lacks_nothing_but_words() -> None:
    """Each problem of a new draft is an empty place, and says so."""
    empty = check_definition(
        skeleton("a-b", "2026.1", date(2026, 1, 1)), folder().schemas["service-definition"], known()
    )
    assert len(empty) > 20
    for problem in empty:
        assert problem.text.id.startswith(("Belum diisi", '"" tidak sesuai')), problem
        assert problem.where.endswith(("/id", "/en", "/title", "/agency", "/category")), problem


def test_what_nobody_translated_is_still_told() -> None:
    assert in_indonesian("something new") is None
