"""Lists of entries in the form: one more, one less, nothing typed is lost, each entry told for itself."""

from datetime import date
from typing import Any

from mpp_portal.rest_api.form import (
    Form,
    asked,
    changed_by,
    changes_of,
    fingerprint_of,
    placed,
    readable,
    reads,
    value_at,
    with_entries,
    with_sent_entries,
)

from tests.unit.portal.citizen.test_form import FORMS

TODAY = date(2026, 11, 24)
FAMILY = FORMS["kartu-keluarga"]
REQUIRED = {"id": "Wajib diisi.", "en": "This is required."}
BUDI = {"name": "Budi", "relation": "head", "sex": "MALE", "birth_date": "1990-03-01"}
SITI = {"name": "Siti", "relation": "other", "other_relation": "Bibi", "sex": "FEMALE", "birth_date": "1992-08-07"}


def list_of(least: int, most: int, **more: Any) -> Form:
    """A form of nothing but a list of witnesses."""
    items = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    }
    shape = {"type": "array", "minItems": least, "maxItems": most, "items": items}
    words = {"id": "Saksi", "en": "Witness"}
    fields = [{"path": "/name", "label": words}, {"path": "/age", "label": words, "when": 'entry.name == "A"'}]
    entry = {"label": words, "add": words, "fields": fields}
    return Form.of(
        {
            "json_schema": {"type": "object", "properties": {"on": {"type": "boolean"}, "witnesses": shape}},
            "layout": [{"title": words, "fields": [{"path": "/witnesses", "label": words, "entry": entry, **more}]}],
        }
    )


def names(form: Form) -> list[str]:
    return [field.name for field in form.fields]


def test_each_entry_has_its_own_fields_behind_its_list() -> None:
    form = with_entries(list_of(2, 3), {})
    shown = ["witnesses", "witnesses-0-name", "witnesses-0-age", "witnesses-1-name", "witnesses-1-age"]
    assert names(form) == shown
    assert names(with_entries(form, {"witnesses": [{}, {}, {}]})) == [*shown, "witnesses-2-name", "witnesses-2-age"]
    assert names(with_entries(form, {"witnesses": "none"})) == shown
    assert form.fields[3].full_label == {"id": "Saksi 2: Saksi", "en": "Witness 2: Witness"}


def test_the_page_says_how_many_and_is_not_believed_beyond_the_most() -> None:
    form = list_of(0, 3)
    lengths = {
        text: len(with_sent_entries(form, {"witnesses": [text]}).fields) for text in ("0", "2", "999", "-1", "x", "²")
    }
    assert lengths == {"0": 1, "2": 5, "999": 7, "-1": 1, "x": 1, "²": 1}
    assert len(with_sent_entries(with_entries(form, {"witnesses": [{}]}), {}).fields) == 3


def test_one_more_keeps_what_was_typed_and_ends_at_the_most() -> None:
    form, given = list_of(1, 2), {"witnesses": ["1"], "witnesses-0-name": ["Ani"], "seen": ["x"]}
    assert changed_by(form, given, "add:witnesses") == {**given, "witnesses": ["2"]}
    assert changed_by(form, {**given, "witnesses": ["2"]}, "add:witnesses") == {**given, "witnesses": ["2"]}
    for action in ("next", "show", "add:other", "put:witnesses", ""):
        assert changed_by(form, given, action) is None


def test_one_less_moves_the_later_ones_up() -> None:
    form = list_of(1, 5)
    given = {
        "witnesses": ["3"], "witnesses-0-name": ["A"], "witnesses-1-name": ["B"], "witnesses-1-age": ["2"],
        "witnesses-2-name": ["C"], "seen": ["x"],
    }  # fmt: skip
    moved = {"witnesses": ["2"], "witnesses-0-name": ["A"], "witnesses-1-name": ["C"], "seen": ["x"]}
    assert changed_by(form, given, "remove:witnesses:1") == moved
    for number in ("3", "-1", "x", "²", ""):
        assert changed_by(form, given, f"remove:witnesses:{number}") == given


def saved(form: Form, before: dict[str, Any], **given: str) -> dict[str, Any]:
    texts = {name.replace("_", "-"): [text] for name, text in given.items()}
    form = with_sent_entries(with_entries(form, before), texts)
    return changes_of(form, before, form.steps[0].fields, texts, TODAY).answers


def test_what_is_sent_becomes_entries() -> None:
    form = list_of(1, 3)
    assert saved(form, {}, witnesses="2", witnesses_0_name="A", witnesses_0_age="4", witnesses_1_name="B") == {
        "witnesses": [{"name": "A", "age": 4}, {"name": "B"}]
    }
    three = {"witnesses": [{"name": "A"}, {"name": "B"}, {"name": "C"}]}
    assert saved(form, three, witnesses="1", witnesses_0_name="B") == {"witnesses": [{"name": "B"}]}
    assert three == {"witnesses": [{"name": "A"}, {"name": "B"}, {"name": "C"}]}, "what was before is not touched"


def test_an_entry_nothing_was_typed_in_stays_to_be_told_and_an_untouched_list_is_no_answer() -> None:
    form = list_of(1, 3)
    assert saved(form, {}, witnesses="1") == {}
    assert saved(form, {}, witnesses="2", witnesses_0_name="A") == {"witnesses": [{"name": "A"}, {}]}
    assert saved(list_of(0, 3), {}, witnesses="1") == {"witnesses": [{}]}
    assert saved(list_of(0, 3), {"witnesses": [{"name": "A"}]}, witnesses="0") == {}


def test_a_condition_sees_its_own_entry() -> None:
    answers = {"members": [BUDI, SITI]}
    relations = [field for field in with_entries(FAMILY, answers).fields if field.pointer.endswith("/other_relation")]
    assert [asked(field, answers, TODAY) for field in relations] == [False, True]
    assert reads(relations[1]) == {"/members/1/relation"}
    step = with_entries(FAMILY, answers).steps[2]
    given = {"members": ["2"], "members-1-relation": ["wife"], "members-1-other_relation": ["Bibi"]}
    after = changes_of(with_entries(FAMILY, answers), answers, step.fields, given, TODAY)
    assert after.answers["members"][1] == {"relation": "wife"}
    assert [field.pointer for field in after.dropped] == ["/members/1/other_relation"]


def test_a_list_that_is_not_asked_goes_with_its_entries() -> None:
    form = list_of(1, 3, when="answers.on")
    answers = {"on": False, "witnesses": [{"name": "A"}]}
    fields = with_entries(form, answers).fields
    assert {asked(field, answers, TODAY) for field in fields} == {False}
    assert changes_of(form, answers, (), {}, TODAY).answers == {"on": False}


def test_what_is_missing_is_told_entry_by_entry() -> None:
    def told(answers: dict[str, Any], *errors: tuple[str, str]) -> list[str]:
        given = [{"field": f"/answers{field}", "code": code, "detail": REQUIRED} for field, code in errors]
        return [problem.field.pointer for problem in placed(FAMILY, answers, given, TODAY) if problem.field]

    needed = [f"/members/0/{name}" for name in ("name", "relation", "sex", "birth_date")]
    assert told({}, ("/members", "required")) == needed
    two = {"members": [BUDI, {}]}
    assert told(two, ("/members/1/name", "required"), ("/members/0/nik", "wrong-format")) == [
        "/members/0/nik", "/members/1/name",
    ]  # fmt: skip
    assert told(two, ("/members", "one-head")) == ["/members"]
    assert told(two, ("/members", "too-many"), ("/members/1/age", "unknown-field")) == ["/members"]
    optional = placed(
        list_of(0, 3), {}, [{"field": "/answers/witnesses", "code": "required", "detail": REQUIRED}], TODAY
    )
    assert [problem.field.pointer for problem in optional if problem.field] == ["/witnesses"]


def test_another_pages_entries_are_noticed_whatever_this_page_has() -> None:
    answers = {"members": [BUDI, SITI]}
    seen = fingerprint_of(answers, with_entries(FAMILY, answers).fields)
    assert seen == fingerprint_of(answers, FAMILY.fields)
    assert seen != fingerprint_of({"members": [BUDI]}, FAMILY.fields)


def test_a_list_in_words() -> None:
    [members] = FAMILY.lists
    assert readable(members, [BUDI, {"name": "Ani"}], "id") == "Budi, Kepala keluarga, Laki-laki, 1 Maret 1990; Ani"
    assert value_at({"members": [BUDI, SITI]}, "/members/1/name") == "Siti"
    assert value_at({"members": [BUDI]}, "/members/1/name") is None
