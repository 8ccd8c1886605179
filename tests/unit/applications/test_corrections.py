"""Was a correction answered? Each kind of thing an officer may point at."""

import pytest
from mpp_applications.domain.corrections import answered
from mpp_applications.domain.events import CorrectionItem
from mpp_runtime.errors import Text

from tests.unit.applications.samples import ANSWERS, offering

NOTE = Text("Perbaiki", "Mend this")
OTHER = {**ANSWERS, "practice": {**ANSWERS["practice"], "name": "Rumah Sakit Umum Daerah Contoh"}}
PERMIT, BIRTH = offering(), offering("akta-kelahiran")


@pytest.mark.parametrize(
    ("target", "now", "papers", "expected"),
    [
        ("/practice/name", ANSWERS, set(), False),
        ("/practice/name", OTHER, set(), True),
        ("/practice/name", {}, set(), True),
        ("/practice/address", OTHER, {"photo"}, False),
        ("requirement:photo", OTHER, set(), False),
        ("requirement:photo", ANSWERS, {"identity-card"}, False),
        ("requirement:photo", ANSWERS, {"photo"}, True),
        ("", ANSWERS, set(), False),
        ("", OTHER, set(), True),
        ("", ANSWERS, {"photo"}, True),
    ],
)
def test_an_item_is_answered_by_a_change_of_what_it_points_at(
    target: str, now: dict[str, object], papers: set[str], expected: bool
) -> None:
    assert answered(PERMIT, CorrectionItem(target, NOTE), ANSWERS, now, papers) is expected


def test_any_alternative_answers_for_its_group() -> None:
    item = CorrectionItem("requirement:birth-proof", NOTE)
    assert answered(BIRTH, item, {}, {}, {"birth-statement"})
    assert not answered(BIRTH, item, {}, {}, {"family-card"})
