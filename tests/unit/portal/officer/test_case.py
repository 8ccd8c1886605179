"""A file as an officer reads it, and what becomes of a decision's form: pure functions."""

from typing import Any

import pytest
from mpp_portal.rest_api.officer.case import case
from mpp_portal.rest_api.officer.deciding import field_of, written_in
from mpp_portal.rest_api.officer.desk import groups, totals
from starlette.datastructures import FormData

FORM: dict[str, Any] = {
    "json_schema": {
        "properties": {
            "kind": {"enum": ["new", "old"]},
            "licence": {"properties": {"number": {"type": "string"}, "until": {"type": "string", "format": "date"}}},
            "note": {"type": "string"},
        }
    },
    "layout": [
        {
            "title": {"id": "Izin", "en": "Permit"},
            "fields": [
                {"path": "/kind", "label": {"id": "Jenis", "en": "Kind"},
                 "options": [{"value": "new", "label": {"id": "Baru", "en": "New"}}]},
                {"path": "/licence/number", "label": {"id": "Nomor", "en": "Number"}},
                {"path": "/licence/until", "label": {"id": "Sampai", "en": "Until"}},
            ],
        },
        {
            "title": {"id": "Lain", "en": "Other"},
            "fields": [{"path": "/note", "label": {"id": "Catatan", "en": "Note"}}],
        },
    ],
    "rules": [],
}  # fmt: skip


def application(answers: dict[str, Any], held: dict[str, Any] | None = None) -> dict[str, Any]:
    lookups = [{"agency_name": {"id": "Registri", "en": "Registry"}, "values": held}] if held is not None else []
    return {"answers": answers, "lookups": lookups, "requirements": [], "attachments": []}


def test_answers_are_read_in_words_and_empty_groups_left_out() -> None:
    found = case(application({"kind": "new", "licence": {"until": "2027-06-30"}}), FORM, "id")
    assert [section.title for section in found.sections] == ["Izin"]
    assert [(row.label, row.value) for row in found.sections[0].rows] == [("Jenis", "Baru"), ("Sampai", "30 Juni 2027")]
    assert found.labels == {"/kind": "Jenis", "/licence/until": "Sampai"}


@pytest.mark.parametrize(
    ("written", "held", "same"),
    [
        ("STR-1", "STR-1", True), ("str-1", "STR-1", True), ("STR  1", "STR 1", True), ("STR-1", "STR-2", False),
        (None, "STR-1", False), (1, True, True), ("true", True, False),
    ],
)  # fmt: skip
def test_what_was_written_is_compared_with_what_a_register_holds(written: Any, held: Any, same: bool) -> None:
    answers = {"licence": {"number": written}} if written is not None else {}
    found = case(application(answers, {"/licence/number": held}), FORM, "en")
    [row] = found.sections[0].rows
    assert row.register is not None
    assert (row.register.agency, row.register.same) == ("Registry", same)
    assert found.differences == ([] if same else [row])


def test_papers_stand_beside_what_asks_for_them() -> None:
    def requirement(code: str, state: str, *papers: str) -> dict[str, Any]:
        return {"code": code, "name": {"id": code, "en": code}, "state": state, "papers": [{"code": c} for c in papers]}

    told = application({})
    told["requirements"] = [
        requirement("photo", "given", "photo"), requirement("proof", "given", "book", "statement"),
        requirement("letter", "missing", "letter"), requirement("police", "not-needed", "police"),
    ]  # fmt: skip
    told["attachments"] = [{"requirement": "statement", "id": 1}, {"requirement": "photo", "id": 2}]
    found = case(told, FORM, "id").papers
    assert [(paper.target, paper.state, [file["id"] for file in paper.files]) for paper in found] == [
        ("requirement:photo", "given", [2]), ("requirement:proof", "given", [1]), ("requirement:letter", "missing", []),
    ]  # fmt: skip


def test_a_note_counts_where_its_box_is_ticked_and_is_kept_where_not() -> None:
    form = FormData([("note:/a", "kurang"), ("note:/b", "tidak dicentang"), ("item", "/a"), ("item", "/c")])
    written = written_in(form)
    assert written.items == {"/a": "kurang", "/c": ""}
    assert written.notes == {"/a": "kurang", "/b": "tidak dicentang"}


def test_an_error_of_the_api_leads_to_its_field() -> None:
    written = written_in(FormData([("item", "/a"), ("item", "requirement:photo")]))
    fields = ("/reason", "/comment", "/items", "/items/1/note", "/items/1/target", "/items/9", "/version", "")
    assert [field_of(pointer, written) for pointer in fields] == [
        "reason", "comment", "items", "note:requirement:photo", "note:requirement:photo", "items", "", "",
    ]  # fmt: skip


def test_counts_are_summed_and_grouped() -> None:
    def count(desk: str, state: str, service: str, open: int) -> dict[str, Any]:
        numbers = {"open": open, "free": 1, "mine": 0, "late": 2, "soon": 3}
        return {"desk": desk, "desk_label": desk, "state": state, "state_label": state, "service": service,
                "service_name": service, **numbers}  # fmt: skip

    counts = [count("d1", "s1", "a", 4), count("d1", "s2", "a", 5), count("d2", "s1", "b", 6)]
    assert totals(counts) == {"open": 15, "free": 3, "mine": 0, "late": 6, "soon": 9}
    assert groups(counts) == {
        "desk": [("d1", "d1", 9), ("d2", "d2", 6)],
        "state": [("s1", "s1", 10), ("s2", "s2", 5)],
        "service": [("a", "a", 9), ("b", "b", 6)],
    }
    assert totals([]) == {"open": 0, "free": 0, "mine": 0, "late": 0, "soon": 0}


def test_entries_are_read_one_by_one_and_each_can_be_asked_to_be_mended() -> None:
    words = {"id": "Anak", "en": "Child"}
    item = {"properties": {"name": {"type": "string"}, "born": {"type": "string", "format": "date"}}}
    fields = [
        {"path": "/name", "label": {"id": "Nama", "en": "Name"}},
        {"path": "/born", "label": {"id": "Lahir", "en": "Born"}},
    ]
    form = {
        "json_schema": {"properties": {"children": {"type": "array", "maxItems": 5, "items": item}}},
        "layout": [{"title": words, "fields": [
            {"path": "/children", "label": words, "entry": {"label": words, "add": words, "fields": fields}},
        ]}],
    }  # fmt: skip
    children = [{"name": "Ani", "born": "2020-01-02"}, {"born": "2021-03-04"}]
    found = case(application({"children": children}, {"/children": children[:1]}), form, "en")
    assert [(row.entry, row.label, row.value) for row in found.sections[0].rows] == [
        ("", "Child", "2"), ("Child 1", "Name", "Ani"), ("", "Born", "2 January 2020"),
        ("Child 2", "Born", "4 March 2021"),
    ]  # fmt: skip
    assert found.labels == {
        "/children": "Child", "/children/0/name": "Child 1: Name", "/children/0/born": "Child 1: Born",
        "/children/1/born": "Child 2: Born",
    }  # fmt: skip
    [differs] = found.differences
    assert differs.register is not None
    assert (differs.pointer, differs.register.value) == ("/children", "Ani, 2 January 2020")
