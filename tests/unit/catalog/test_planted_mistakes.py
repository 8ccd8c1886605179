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
    nothing = {"regions": (), "time_zones": {}, "malls": (), "overrides": (), "offerings": ()}
    alone = replace(folder(), **nothing, definitions=(parse(NAME, text),))
    return check_folder(alone, APPLICATION_EVENTS)


# (right, wrong, where, how to mend it): the first `right` of the text is replaced.
MISTAKES: list[tuple[str, str, str, str]] = [
    ('version: "2026.1"', "version: 2026.1", "/version", "write it in that type"),
    ('version: "2026.1"', 'version: "satu"', "/version", "write it in this pattern"),
    ("category: building", "kategori: building", "/kategori", "take it out or correct its name"),
    ("code: persetujuan-bangunan-gedung", "code: Persetujuan Bangunan", "/code", "write it in this pattern"),
    ("level: regional", "level: city", "/owner/level", "use one of these"),
    ("agency: dpmptsp}", "agency: dpmtsp}", "/owner/agency", "add definitions/agencies/dpmtsp.yaml or correct"),
    ("life_events: [building]", "life_events: [houses]", "/life_events/0", "use one of these"),
    ("life_events: [building]", "life_events: []", "/life_events", "add what is missing"),
    ("effective_from: 2026-01-01", "effective_from: 1 Januari 2026", "/effective_from", "a date as 2026-12-31"),
    ("effective_to: null", "effective_to: 2025-12-31", "/effective_to", "correct effective_from or effective_to"),
    ("    working_days: 30", "    working_days: 20", "/standard/duration/working_days", "shorten a step"),
    ("      working_days: 25", "      working_days: 29", "/standard/duration/steps", "shorten a step or raise"),
    ("      working_days: 25", "      working_days: 25\n      hours: 2", "/standard/duration/steps/1", "keep one"),
    ("      working_days: 25", "      minutes: 0", "/standard/duration/steps/1/minutes", "use a larger number"),
    (
        "    source: S42\n    steps",
        "    source: S999\n    steps",
        "/standard/duration/source",
        "add where the fact was read",
    ),
    ("  legal_basis:\n", "  legal_bases:\n", "/standard/legal_bases", "take it out or correct its name"),
    ("- code: drawings", "- code: land-proof", "/requirements/1/code", "rename one"),
    ("  kind: scan", "  kind: foto", "/requirements/0/kind", "use one of these"),
    ("  kind: scan", "  kind: scan\n  copies: 2", "/requirements/0/copies", "take out copies"),
    ("  kind: scan", "  kind: scan\n  form_code: f102", "/requirements/0/form_code", "write it in this pattern"),
    (
        "  kind: scan",
        "  kind: scan\n  validity: {weeks: 2}",
        "/requirements/0/validity/weeks",
        "take it out or correct",
    ),
    ("  kind: scan\n", "", "/requirements/0", "add what is missing"),
    (
        "answers.building.shares_wall",
        "answers.building.wall",
        "/requirements/2/when",
        "correct the name or add the field",
    ),
    ("answers.building.shares_wall", "answers.building.shares_wall ==", "/requirements/2/when", "correct its CEL"),
    ("max_bytes: 5000000", "max_bytes: 50000000", "/requirements/0/file/max_bytes", "use a smaller number"),
    (
        "path: /building/floors",
        "path: /building/floor",
        "/form/layout/0/fields/2/path",
        "correct the path or add the field",
    ),
    ("path: /building/floors", "path: /building/use", "/form/layout/0/fields/2/path", "show a field once"),
    ("value: social", "value: sosial", "/form/layout/0/fields/0", "must be exactly the enum"),
    (
        "    additionalProperties: false",
        "    additionalProperties: true",
        "/form/schema",
        "add 'additionalProperties: false'",
    ),
    ("to: technical", "to: teknis", "/workflow/states/0/actions/0/to", "name one of"),
    ("event: StepEntered", "event: Entered", "/workflow/states/0/actions/0/event", "use one of"),
    ("start: completeness", "start: mulai", "/workflow/start", "name one of"),
    ("status: IN_REVIEW", "status: REVIEW", "/workflow/states/0/status", "use one of these"),
    ("needs: [reason]", "needs: [items]", "/workflow/states/0/actions/2", "add 'needs: [reason]'"),
    ("clock: AGENCY", "clock: APPLICANT", "/workflow/states/0/clock", "exactly where the applicant has to act"),
    (
        "agency: dpupr",
        "agency: dinas-pu",
        "/workflow/states/2/desk/agency",
        "correct the code",
    ),
    ("kind: retribusi", "kind: pajak", "/fees/0/kind", "use one of these"),
    ("kind: retribusi", "kind: stamp-duty", "/fees/0", "correct the kind or the value"),
    ("  rule:", "  aturan:", "/fees/0/aturan", "take it out or correct its name"),
    ("answers.building.floor_area * (", "answers.area * (", "/fees/0/formula", "correct the name or add the field"),
    (
        "answers.building.floor_area * (",
        "round(answers.building.floor_area) * (",
        "/fees/0/formula",
        "use standard CEL",
    ),
    (
        "messages: {}",
        "messages: {Selesai: {id: {subject: a, body: b}, en: {subject: a, body: b}}}",
        "/messages/Selesai",
        "use one of",
    ),
    ("tasks: []", "tasks: [{code: sign, agency: esign, name: sign}]", "/tasks/0", "use it or take it out"),
]


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
