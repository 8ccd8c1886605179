"""The form engine, on shipped definitions and small ones: answers that are right survive it, what is wrong is kept."""

import json
import unicodedata
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from mpp_portal.rest_api.form import (
    Field,
    Form,
    asked,
    changes_of,
    fingerprint_of,
    parsed,
    placed,
    readable,
    typed,
    value_at,
    with_entries,
)

ROOT = Path(__file__).resolve().parents[4]
TODAY = date(2026, 11, 24)
DEFINITIONS = {
    path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / "definitions/public_services").glob("*.yaml")
}


def form_of(definition: Mapping[str, Any]) -> Form:
    form = definition["form"]
    rules = [{"code": rule["code"], "field": rule["field"]} for rule in form["rules"]]
    return Form.of({"json_schema": form["schema"], "layout": form["layout"], "rules": rules})


def small(properties: Mapping[str, Any], *required: str, layout: list[dict[str, Any]] | None = None) -> Form:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    fields = layout or [{"path": f"/{name}", "label": {"id": name, "en": name}} for name in properties]
    return Form.of({"json_schema": schema, "layout": [{"title": {"id": "T", "en": "T"}, "fields": fields}]})


FORMS = {code: form_of(definition) for code, definition in DEFINITIONS.items()}
LISTS = small(
    {
        "days": {"type": "array", "items": {"enum": ["mon", "tue", "sun"]}, "uniqueItems": True},
        "children": {"type": "array", "items": {"type": "string", "minLength": 1}},
        "years": {"type": "array", "items": {"type": "integer"}},
        "size": {"type": "number"},
        "note": {"type": "string"},
    }
)


def values_of(field: Field, shape: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values of a field as people type them: no spaces at the ends, no control characters."""
    plain = st.characters(categories=["L", "N", "P", "S"], include_characters=" ", max_codepoint=0x2FF)
    words = st.text(plain, min_size=1, max_size=40).map(as_the_form_keeps_it).filter(bool)
    match field.kind:
        case "statement":
            return st.just(True)
        case "yes-no":
            return st.booleans()
        case "choice":
            return st.sampled_from([option.value for option in field.options])
        case "choices":
            return st.lists(st.sampled_from([o.value for o in field.options]), min_size=1, unique=True)
        case "integer":
            return st.integers(shape.get("minimum", -(2**53)), shape.get("maximum", 2**53))
        case "number":
            return st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False))
        case "date":
            return st.dates(date(1900, 1, 1), TODAY).map(date.isoformat)
        case "entries":
            parts = {
                part.pointer.strip("/"): values_of(part, shape["items"]["properties"][part.pointer.strip("/")])
                for part in field.parts
            }
            needed = {part.pointer.strip("/") for part in field.parts if part.required}
            entry = st.fixed_dictionaries(
                {name: parts[name] for name in parts if name in needed},
                optional={name: parts[name] for name in parts if name not in needed},
            )
            return st.lists(entry, min_size=max(1, field.least or 0), max_size=min(3, field.most or 3))
        case "lines" if field.whole_numbers:
            return st.lists(st.integers(-(2**53), 2**53), min_size=1)
        case "lines":
            return st.lists(words, min_size=1)
        case _ if "pattern" in shape:
            return st.from_regex(shape["pattern"], fullmatch=True).map(str.strip).filter(bool)
        case _:
            return words


def as_the_form_keeps_it(text: str) -> str:
    """Composed characters, no space at the ends."""
    return unicodedata.normalize("NFC", text).strip()


@st.composite
def filled(draw: st.DrawFn, form: Form) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for field in form.fields:
        shape: Any = form.schema
        for part in field.pointer.split("/")[1:]:
            shape = shape["properties"][part]
        if field.required or draw(st.booleans()):
            place = answers
            *parents, last = field.pointer.split("/")[1:]
            for part in parents:
                place = place.setdefault(part, {})
            place[last] = draw(values_of(field, shape))
    return answers


@pytest.mark.parametrize("form", [*FORMS.values(), LISTS], ids=[*FORMS, "lists"])
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_answers_survive_the_form(form: Form, data: st.DataObject) -> None:
    """Typed into an empty form, answers come back as they are; typed into the filled form, nothing changes."""
    answers = data.draw(filled(form))
    form = with_entries(form, answers)
    given_ = {field.name: typed(field, value_at(answers, field.pointer)) for field in form.fields}
    # Answers that a condition rules out are dropped, so start from what is asked.
    first = changes_of(form, {}, form.fields, given_, TODAY)
    within = {field.entry.base for field in first.dropped if field.entry}
    for field in form.fields:
        if field not in first.dropped and field.pointer not in within:
            assert value_at(first.answers, field.pointer) == value_at(answers, field.pointer)
            assert type(value_at(first.answers, field.pointer)) is type(value_at(answers, field.pointer))
    again = {field.name: typed(field, value_at(first.answers, field.pointer)) for field in form.fields}
    assert changes_of(form, first.answers, form.fields, again, TODAY).patch == {}


@pytest.mark.parametrize("form", [*FORMS.values(), LISTS], ids=[*FORMS, "lists"])
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_the_patch_leads_to_the_answers(form: Form, data: st.DataObject) -> None:
    before, after = data.draw(filled(form)), data.draw(filled(form))
    form = with_entries(form, after)
    given_ = {field.name: typed(field, value_at(after, field.pointer)) for field in form.fields}
    changes = changes_of(form, before, form.fields, given_, TODAY)
    assert merged(before, changes.patch) == changes.answers


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396, from its own pseudocode."""
    if not isinstance(patch, dict):
        return patch
    target = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = merged(target.get(name), value)
    return target


@pytest.mark.parametrize("code", FORMS)
def test_every_field_of_a_shipped_definition_is_asked_once(code: str) -> None:
    layout = [field["path"] for group in DEFINITIONS[code]["form"]["layout"] for field in group["fields"]]
    assert [field.pointer for field in FORMS[code].fields] == layout
    assert len({field.name for field in FORMS[code].fields}) == len(layout)
    assert [field.pointer for field in FORMS[code].statements] == ["/declaration"]


def test_kinds_follow_the_schema() -> None:
    kinds = {
        field.pointer: field.kind for form in (FORMS["sip-perawat"], FORMS["akta-kelahiran"]) for field in form.fields
    }
    assert kinds["/sub_type"] == "choice"
    assert kinds["/licence/lifetime"] == "yes-no"
    assert kinds["/licence/valid_until"] == "date"
    assert kinds["/practice/ordinal"] == "integer"
    assert kinds["/practice/name"] == "text"
    assert kinds["/practice/address"] == "long-text"
    assert kinds["/mother/nik"] == "nik"
    assert kinds["/birth/time"] == "time"
    assert kinds["/practice/district"] == "district"
    assert kinds["/declaration"] == "statement"


def test_required_optional_and_what_depends() -> None:
    found = {field.pointer: field for field in FORMS["sip-perawat"].fields}
    assert found["/practice/name"].required
    assert found["/practice/district"].optional
    for pointer in ("/old_permit_number", "/licence/credits_sufficient", "/licence/valid_until"):
        assert not found[pointer].required
        assert not found[pointer].optional
    mother = next(field for field in FORMS["akta-kelahiran"].fields if field.pointer == "/mother/nik")
    assert not mother.optional, "a rule asks for the mother"
    assert not mother.required, "a foundling has none"


def test_a_rule_about_an_object_makes_its_fields_no_longer_optional() -> None:
    schema = {"type": "object", "properties": {"kin": {"type": "object", "properties": {"name": {"type": "string"}}}}}
    layout = [{"title": {"id": "T", "en": "T"}, "fields": [{"path": "/kin/name", "label": {"id": "N", "en": "N"}}]}]
    told = {"json_schema": schema, "layout": layout}
    assert [field.optional for field in Form.of(told).fields] == [True]
    assert [field.optional for field in Form.of({**told, "rules": [{"code": "r", "field": "/kin"}]}).fields] == [False]


def test_one_is_not_true() -> None:
    form = small({"x": {"type": "boolean"}})
    assert changes_of(form, {"x": 1}, form.fields, {"x": ["true"]}, TODAY).patch == {"x": True}


def test_a_condition_that_says_neither_yes_nor_no_decides_nothing() -> None:
    field = Field("/y", {"id": "y", "en": "y"}, "text", when="answers.x")
    assert asked(field, {"x": "text"}, TODAY) is None
    assert asked(field, {"x": True}, TODAY) is True
    assert asked(field, {}, TODAY) is None


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", "12", 12), ("integer", " 7 ", 7), ("integer", "1.500", 1500), ("integer", "dua", "dua"),
        ("integer", "1,5", "1,5"), ("integer", "٣", "٣"), ("integer", "9" * 30, "9" * 30), ("integer", "", None),
        ("number", "2,5", 2.5), ("number", "2.5", 2.5), ("number", "3", 3), ("number", "1e9", "1e9"),
        ("date", "2026-08-07", "2026-08-07"), ("date", "7/8/2026", "2026-08-07"), ("date", "07-08-2026", "2026-08-07"),
        ("date", "7 Agustus 2026", "2026-08-07"), ("date", "7 agt 2026", "2026-08-07"),
        ("date", "7 Aug 2026", "2026-08-07"),
        ("date", "31/2/2026", "31/2/2026"), ("date", "besok", "besok"), ("date", "1 xyz 2026", "1 xyz 2026"),
        ("yes-no", "true", True), ("yes-no", "false", False), ("yes-no", "x", "x"),
        ("statement", "true", True), ("statement", "", None),
        ("time", "7.30", "07:30"), ("time", "07:30", "07:30"), ("time", "pagi", "pagi"), ("time", "99.99", "99:99"),
        ("nik", "3314 1047 0892 9001", "3314104708929001"), ("nik", "33-14", "3314"), ("nik", "x", "x"),
        ("text", "  Siti  ", "Siti"), ("text", "e\u0301", "é"), ("long-text", "a\r\nb", "a\nb"),
    ],
)  # fmt: skip
def test_what_people_type(kind: Any, text: str, value: Any) -> None:
    read = parsed(Field("/x", {"id": "x", "en": "x"}, kind), [text])
    assert read == value
    assert type(read) is type(value)


def test_a_choice_that_is_none_is_kept_and_judged_by_the_api() -> None:
    field = FORMS["sip-perawat"].fields[0]
    assert parsed(field, ["renewal"]) == "renewal"
    assert parsed(field, ["<b>"]) == "<b>"


def test_values_in_words() -> None:
    found = {field.pointer: field for field in FORMS["sip-perawat"].fields}
    assert readable(found["/sub_type"], "renewal", "id") == "Perpanjangan"
    assert readable(found["/licence/lifetime"], False, "en") == "No"
    assert readable(found["/licence/valid_until"], "2027-06-30", "id") == "30 Juni 2027"
    assert readable(found["/licence/valid_until"], "kapan", "id") == "kapan"
    assert readable(found["/practice/ordinal"], 2, "id") == "2"
    assert readable(LISTS.fields[0], ["mon", "sun"], "id") == "mon, sun"


def test_a_condition_shows_and_hides_and_an_answer_nobody_asks_for_goes() -> None:
    form = FORMS["akta-kelahiran"]
    answers = {
        "child": {"origin": "known-parents", "name": "Ani"},
        "mother": {"nik": "3314104708929001", "name": "Siti"},
        "father": {"nik": "3314051203889002", "name": "Budi"},
    }
    step = form.steps[1]
    given_ = {field.name: typed(field, value_at(answers, field.pointer)) for field in step.fields}
    changes = changes_of(form, answers, step.fields, {**given_, "child-origin": ["foundling"]}, TODAY)
    assert changes.patch == {"child": {"origin": "foundling"}, "mother": None, "father": None}
    assert {field.pointer for field in changes.dropped} == {
        "/mother/nik",
        "/mother/name",
        "/father/nik",
        "/father/name",
    }


def test_an_object_nothing_is_left_of_goes_too() -> None:
    form = FORMS["akta-kelahiran"]
    answers = {"child": {"origin": "known-parents"}, "father": {"nik": "1", "name": "B"}}
    step = form.steps[3]
    cleared = changes_of(form, answers, step.fields, {"father-nik": [""], "father-name": [" "]}, TODAY)
    assert cleared.patch == {"father": None}


def test_an_unanswered_condition_neither_shows_nor_drops() -> None:
    form = FORMS["sip-perawat"]
    field = next(field for field in form.fields if field.pointer == "/licence/valid_until")
    kept = changes_of(form, {"licence": {"valid_until": "2027-06-30"}}, (), {}, TODAY)
    assert field not in kept.dropped
    assert kept.patch == {}


def test_fingerprints_see_only_their_fields() -> None:
    form = FORMS["sip-perawat"]
    answers = {"sub_type": "new", "licence": {"number": "A"}}
    other = {"sub_type": "new", "licence": {"number": "B"}}
    first, second = form.steps[0].fields, form.steps[1].fields
    assert fingerprint_of(answers, first) == fingerprint_of(other, first)
    assert fingerprint_of(answers, second) != fingerprint_of(other, second)


REQUIRED = {"id": "Wajib diisi.", "en": "This is required."}


def test_an_object_that_is_missing_is_told_at_its_required_fields() -> None:
    found = placed(
        FORMS["sip-perawat"], {}, [{"field": "/answers/practice", "code": "required", "detail": REQUIRED}], TODAY
    )
    pointers = [problem.field.pointer for problem in found if problem.field]
    assert pointers == ["/practice/kind", "/practice/ordinal", "/practice/name", "/practice/address"]


def test_a_rule_about_an_object_is_told_at_its_first_field() -> None:
    answers = {"child": {"origin": "known-parents"}}
    detail = {"id": "Isi data ibu.", "en": "Give the mother."}
    error = {"field": "/answers/mother", "code": "mother-of-known-parents", "detail": detail}
    found = placed(FORMS["akta-kelahiran"], answers, [error], TODAY)
    assert [problem.field.pointer for problem in found if problem.field] == ["/mother/nik"]


def test_problems_stand_in_the_order_of_the_form_papers_last_each_field_once() -> None:
    errors = [
        {"field": "/attachments/photo", "code": "attachment-missing", "detail": REQUIRED},
        {"field": "/answers/practice/name", "code": "too-short", "detail": REQUIRED},
        {"field": "/answers/sub_type", "code": "required", "detail": REQUIRED},
        {"field": "/answers/practice/name", "code": "wrong-format", "detail": REQUIRED},
        {"field": "/answers/children/0/name", "code": "required", "detail": REQUIRED},
    ]
    found = placed(FORMS["sip-perawat"], {}, errors, TODAY)
    assert [(p.field.pointer if p.field else p.requirement, p.code) for p in found] == [
        ("/sub_type", "required"),
        ("/practice/name", "too-short"),
        ("photo", "attachment-missing"),
        (None, "required"),
    ]


@pytest.mark.parametrize("code", FORMS)
def test_the_answers_of_the_test_are_right_by_the_schema(code: str) -> None:
    """What `filled` makes is what the API would take: else the survival test would prove little."""
    validator = jsonschema_rs.Draft202012Validator(json.loads(json.dumps(DEFINITIONS[code]["form"]["schema"])))

    @given(filled(FORMS[code]))
    @settings(max_examples=10, deadline=None)
    def types_are_right(answers: dict[str, Any]) -> None:
        kinds = {error.kind.name for error in validator.iter_errors(answers)}
        assert not kinds & {"type", "enum", "constant", "additionalProperties", "minimum", "maximum", "pattern"}

    types_are_right()


def test_districts_are_chosen_by_name() -> None:
    form = FORMS["sip-perawat"]
    assert form.asks_districts
    assert not FORMS["akta-kelahiran"].asks_districts
    named = form.with_districts({"33.14.10": "Sragen"})
    field = next(field for field in named.fields if field.pointer == "/practice/district")
    assert readable(field, "33.14.10", "id") == "Sragen"
    assert readable(field, "33.15.01", "id") == "33.15.01"
    assert parsed(field, ["33.14.10"]) == "33.14.10"
