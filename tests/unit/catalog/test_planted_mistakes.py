"""A small mistake in the text of a right file: the message names the file, the line, the place and how to mend it."""

from dataclasses import replace

import pytest
from mpp_catalog.main import APPLICATION_EVENTS
from mpp_catalog.storage.definition_files import parse
from mpp_catalog.use_cases.check_folder import check_folder
from mpp_catalog.use_cases.folder import FileProblem

from tests.unit.catalog.shipped import DEFINITIONS, folder

NAME = "public_services/persetujuan-bangunan-gedung.yaml"
TEXT = (DEFINITIONS / NAME).read_text("utf-8")


def problems_of(text: str) -> list[FileProblem]:
    """What a folder says that holds only this definition, beside what it refers to."""
    alone = replace(folder(), regions=(), time_zones={}, malls=(), overrides=(), definitions=(parse(NAME, text),))
    return check_folder(alone, APPLICATION_EVENTS)


# (right, wrong, where, how to mend it): the first `right` of the text is replaced.
MISTAKES: list[tuple[str, str, str, str]] = []


def test_the_file_is_right_as_it_is_shipped() -> None:
    assert problems_of(TEXT) == []


def test_there_are_enough_mistakes() -> None:
    assert len({(wrong, where) for _, wrong, where, _ in MISTAKES}) >= 30


@pytest.mark.parametrize(("right", "wrong", "where", "mend"), MISTAKES, ids=[m[1].strip()[:50] for m in MISTAKES])
def test_a_mistake_is_told_with_file_line_place_and_mend(right: str, wrong: str, where: str, mend: str) -> None:
    assert right in TEXT
    text = TEXT.replace(right, wrong, 1)
    told = [problem for problem in problems_of(text) if problem.where == where]
    assert told, [str(problem) for problem in problems_of(text)]
    problem = told[0]
    assert problem.path == NAME
    assert problem.line is not None
    # The line is where the change is, or the part that it lies in.
    first = next(n for n, (a, b) in enumerate(zip(TEXT.splitlines(), text.splitlines(), strict=False), 1) if a != b)
    assert problem.line <= first, str(problem)
    assert mend in problem.message
    assert str(problem) == f"{NAME}:{problem.line}: {where}: {problem.message}"
