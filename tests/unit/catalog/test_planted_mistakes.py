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
# One that asks for a list of entries.
LISTING = "public_services/kartu-keluarga.yaml"
LISTING_TEXT = (DEFINITIONS / LISTING).read_text("utf-8")


def problems_of(text: str, name: str = NAME) -> list[FileProblem]:
    """What a folder says that holds only this definition, beside what it refers to."""
    nothing = {"regions": (), "time_zones": {}, "malls": (), "overrides": (), "offerings": ()}
    alone = replace(folder(), **nothing, definitions=(parse(name, text),))
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


_MEMBERS = "/form/layout/2/fields/0"
_MEMBERS_SCHEMA = "/form/schema/properties/members"
LISTING_MISTAKES: list[tuple[str, str, str, str]] = [
    ("    - path: /members", "    - path: /address", _MEMBERS, "correct the path or drop it"),
    ("        - path: /name", "        - path: /nama", f"{_MEMBERS}/entry/fields/0/path", "add the field to its items"),
    ("        - path: /nik", "        - path: /name", f"{_MEMBERS}/entry/fields/1/path", "show a field once"),
    ("            nik: {", "            passport: {", f"{_MEMBERS}/entry/fields", "or nobody can fill it in"),
    ("        maxItems: 20\n", "", _MEMBERS_SCHEMA, "say how many entries"),
    ("        maxItems: 20", "        maxItems: 200", _MEMBERS_SCHEMA, "at most 50"),
    ("        minItems: 1", "        minItems: 30", f"{_MEMBERS_SCHEMA}/minItems", "lower minItems"),
    ("      entry:\n", "      entri:\n", f"{_MEMBERS}/entri", "take it out or correct its name"),
    ("        add: {", "        more: {", f"{_MEMBERS}/entry/more", "take it out or correct its name"),
    (
        "          label: {id: NIK, en: NIK}",
        "          label: {id: NIK, en: NIK}\n          entry: {}",
        f"{_MEMBERS}/entry/fields/1/entry",
        "take it out or correct its name",
    ),
    (
        "            name: {type: string",
        "            name: {type: array, maxItems: 2, items: {type: object, additionalProperties: false}",
        f"{_MEMBERS}/entry/fields/0/path",
        "ask for it outside of '/members'",
    ),
    ("          additionalProperties: false\n", "", f"{_MEMBERS_SCHEMA}/items", "add 'additionalProperties: false'"),
    ("when: entry.relation", "when: entry.kind", f"{_MEMBERS}/entry/fields/3/when", "an entry has no field '/kind'"),
    (
        'What changes}\n      when: answers.reason == "change"',
        'What changes}\n      when: entry.reason == "change"',
        "/form/layout/0/fields/1/when",
        "unknown variable",
    ),
    ("value: FEMALE", "value: PEREMPUAN", f"{_MEMBERS}/entry/fields/4", "must be exactly the enum"),
    ("    field: /members", "    field: /members/name", "/form/rules/1/field", "name the list '/members'"),
    ("    field: /members", "    field: /members/0/name", "/form/rules/1/field", "name the list '/members'"),
]
ALL = [(NAME, *mistake) for mistake in MISTAKES] + [(LISTING, *mistake) for mistake in LISTING_MISTAKES]
TEXTS = {NAME: TEXT, LISTING: LISTING_TEXT}


@pytest.mark.parametrize("name", TEXTS)
def test_the_file_is_right_as_it_is_shipped(name: str) -> None:
    assert problems_of(TEXTS[name], name) == []


def test_there_are_enough_mistakes() -> None:
    assert len({(wrong, where) for _, wrong, where, _ in MISTAKES}) >= 30


def test_a_list_without_the_fields_of_an_entry_is_told() -> None:
    start, end = LISTING_TEXT.index("      entry:\n"), LISTING_TEXT.index("  - title: {id: Pernyataan")
    told = problems_of(LISTING_TEXT[:start] + LISTING_TEXT[end:], LISTING)
    assert [(problem.where, "add 'entry'" in problem.message) for problem in told] == [(_MEMBERS, True)]


@pytest.mark.parametrize(("name", "right", "wrong", "where", "mend"), ALL, ids=[m[2].strip()[:50] for m in ALL])
def test_a_mistake_is_told_with_file_line_place_and_mend(
    name: str, right: str, wrong: str, where: str, mend: str
) -> None:
    original = TEXTS[name]
    assert right in original
    text = original.replace(right, wrong, 1)
    told = [problem for problem in problems_of(text, name) if problem.where == where]
    assert told, [str(problem) for problem in problems_of(text, name)]
    problem = told[0]
    assert problem.path == name
    assert problem.line is not None
    # The line is where the change is, or the part that it lies in.
    lines = zip(original.splitlines(), text.splitlines(), strict=False)
    first = next(n for n, (a, b) in enumerate(lines, 1) if a != b)
    # What the schema of an entry has and its fields do not show, or cannot, is told at those fields, further down.
    assert problem.line <= first or "/entry/fields" in problem.where, str(problem)
    assert mend in problem.message
    assert str(problem) == f"{name}:{problem.line}: {where}: {problem.message}"
