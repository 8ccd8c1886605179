"""What people do to a definition with inputs and buttons, and what becomes of it."""

from copy import deepcopy
from typing import Any

import pytest
from mpp_portal.rest_api.editor import form_pages
from mpp_portal.rest_api.editor.changing import changed, with_codes
from mpp_portal.rest_api.editor.choices import World, choices, names_for_conditions
from mpp_portal.rest_api.editor.comparing import marked, part_of_yaml, rows, yaml_difference
from mpp_portal.rest_api.editor.inputs import inputs, sent
from mpp_portal.rest_api.editor.placing import placed
from mpp_portal.rest_api.editor.reading import document_of
from mpp_portal.rest_api.editor.sections import BY_CODE, closed, counted, editable, opened, restricted, section_of
from mpp_portal.rest_api.texts import TEXTS

from tests.unit.portal.editor.shipped import SCHEMA, SHIPPED

EDITABLE = editable(SCHEMA)
NURSE, FAMILY = SHIPPED["sip-perawat"], SHIPPED["kartu-keluarga"]


def typed(document: Any, section: str = "", **changes: str) -> Any:
    """The document after some inputs ("a__b" stands for "/a/b") were given other texts."""
    schema = restricted(EDITABLE, BY_CODE[section]) if section else EDITABLE
    wanted = {"/" + name.replace("__", "/"): text for name, text in changes.items()}
    pairs = sent(inputs(schema, document))
    assert wanted.keys() <= {name for name, _ in pairs}
    return document_of(schema, [(name, wanted.get(name, value)) for name, value in pairs], document)


def pressed(document: Any, *buttons: str) -> Any:
    for button in buttons:
        document, _ = changed(EDITABLE, document, button)
    return document


def test_what_does_not_fit_is_kept_as_it_was_typed() -> None:
    read = typed(opened(NURSE), "times", standard__duration__working_days="lima")
    assert read["standard"]["duration"]["working_days"] == "lima"
    assert inputs(EDITABLE, read) is not None
    again = typed(read, "times", standard__duration__working_days=" 7 ")
    assert again["standard"]["duration"]["working_days"] == 7


def test_an_empty_input_leaves_out_what_may_be_left_out() -> None:
    read = typed(opened(NURSE), requirements__2__when="", effective_to="", name__id="", effective_from="")
    assert "when" not in read["requirements"][2]
    assert read["effective_to"] is None, "no end is said by null"
    assert read["name"]["id"] == "", "a name is missed at its own input"
    assert read["effective_from"] == ""


def test_a_day_that_is_none_is_seen_and_can_be_mended() -> None:
    document = {**opened(NURSE), "effective_from": "besok"}
    kinds = {node.name: node.kind for node in inputs(EDITABLE, document).walk()}
    assert kinds["/effective_from"] == "text"
    assert kinds["/effective_to"] == "date"


def test_line_breaks_of_browsers_are_one_and_unseen_spaces_stay() -> None:
    text = "Baris satu.\nBaris dua.\n"
    document = {**opened(NURSE), "messages": {"DocumentIssued": {"id": {"subject": "a", "body": text},
                                                                 "en": {"subject": "b", "body": "x"}}}}  # fmt: skip
    read = typed(document, messages__0__id__body=text.replace("\n", "\r\n"))
    assert read["messages"]["DocumentIssued"]["id"]["body"] == text


def test_what_no_input_shows_and_what_was_not_sent_stays() -> None:
    document = opened({**NURSE, "unknown": 1, "owner": {**NURSE["owner"], "more": [2]}})
    assert document_of(EDITABLE, [], document) == document
    read = typed(document, owner__level="village")
    assert read["owner"] == {"level": "village", "agency": "kemenkes", "more": [2]}
    assert read["unknown"] == 1


def test_entries_are_added_moved_and_taken_out() -> None:
    document = opened(NURSE)
    codes = [each["code"] for each in document["requirements"]]
    added, shown = changed(EDITABLE, document, "add:/requirements")
    assert shown == "/requirements/4"
    assert added["requirements"][4] == {"code": "", "name": {"id": "", "en": ""}}
    moved, shown = changed(EDITABLE, document, "down:/requirements/0")
    assert (shown, [each["code"] for each in moved["requirements"]][:2]) == ("/requirements/1", codes[1::-1])
    assert pressed(moved, "up:/requirements/1") == document
    assert [each["code"] for each in pressed(document, "take-out:/requirements/1")["requirements"]] == codes[
        :1
    ] + codes[2:]
    assert (
        pressed(document, "up:/requirements/0", "down:/requirements/3", "add:/nowhere", "x:/requirements") == document
    )


def test_an_optional_list_begins_full_enough_and_goes_with_its_last_entry() -> None:
    document = pressed(opened(NURSE), "add:/requirements/0/any_of")
    assert len(document["requirements"][0]["any_of"]) == 2, "one of two at least"
    assert len(pressed(document, "add:/requirements/0/any_of")["requirements"][0]["any_of"]) == 3
    gone = pressed(document, *["take-out:/requirements/0/any_of/0"] * 2)
    assert gone == opened(NURSE)
    assert pressed(opened(NURSE), *["take-out:/prefill/0"])["prefill"] == [], "what must be there stays"


def test_optional_parts_are_put_in_and_taken_out() -> None:
    document = pressed(opened(NURSE), "put-in:/requirements/0/validity")
    assert document["requirements"][0]["validity"] == {}
    names = {name for name, _ in sent(inputs(EDITABLE, document))}
    assert "/requirements/0/validity/days" in names
    read = typed(document, requirements__0__validity__days="30")
    assert read["requirements"][0]["validity"] == {"days": 30}
    assert pressed(read, "take-out:/requirements/0/validity") == opened(NURSE)
    assert pressed(opened(NURSE), "take-out:/owner") == opened(NURSE), "what must be there cannot be taken out"


def test_entries_of_a_map_are_told_apart() -> None:
    document = pressed(opened(NURSE), "add:/messages")
    assert list(document["messages"]) == ["DocumentIssued", ""]
    pairs = [(name, "DocumentIssued" if name == "/messages/1:key" else value)
             for name, value in sent(inputs(EDITABLE, document))]  # fmt: skip
    read = document_of(EDITABLE, pairs, document)
    assert list(read["messages"]) == ["DocumentIssued", "DocumentIssued-2"], "nothing that was typed is lost"
    assert list(pressed(read, "take-out:/messages/0")["messages"]) == ["DocumentIssued-2"]


def test_a_code_is_made_from_the_name() -> None:
    entries = [{"code": "", "name": {"id": "Pas foto", "en": "Photo, new"}}, {"code": "photo-new"},
               {"code": "", "name": {"id": "", "en": ""}}]  # fmt: skip
    assert [each["code"] for each in with_codes(entries)] == ["photo-new-2", "photo-new", ""]


def test_boxes_keep_their_order_and_a_new_one_comes_last() -> None:
    document = opened(NURSE)
    node = next(node for node in inputs(EDITABLE, document).walk() if node.name == "/requirements/1/file/types")
    assert [value for value, _ in node.options] == ["image/jpeg", "image/png", "application/pdf"]
    pairs = [pair for pair in sent(inputs(EDITABLE, document)) if pair != ("/requirements/1/file/types", "image/png")]
    read = document_of(EDITABLE, pairs, document)
    assert read["requirements"][1]["file"]["types"] == ["image/jpeg", "application/pdf"]


def field(**more: Any) -> dict[str, Any]:
    return {"kind": "text", "label": {"id": "Warna", "en": "Colour of the car"}, "mandatory": True, **more}


def test_a_new_field_is_in_the_schema_and_in_the_layout() -> None:
    document = opened(NURSE)
    fields = document["form"]["pages"][0]["fields"]
    fields += [field(longest=30), field(kind="choice", options=[{"label": {"id": "Merah", "en": "Red"}, "value": ""}])]
    form = closed(document, NURSE)["form"]
    assert form["schema"]["properties"]["colour_of_the_car"] == {"type": "string", "maxLength": 30}
    assert form["schema"]["properties"]["colour_of_the_car_2"] == {"enum": ["red"]}
    assert "colour_of_the_car" in form["schema"]["required"]
    assert form["layout"][0]["fields"][-1] == {
        "label": {"id": "Warna", "en": "Colour of the car"}, "path": "/colour_of_the_car_2",
        "options": [{"label": {"id": "Merah", "en": "Red"}, "value": "red"}],
    }  # fmt: skip


def test_a_new_field_may_be_part_of_a_new_group() -> None:
    document = opened(NURSE)
    document["form"]["pages"][0]["fields"] += [field(path="/car/colour"), field(path="/pet/name", mandatory=False)]
    schema = closed(document, NURSE)["form"]["schema"]
    assert schema["properties"]["car"] == {
        "type": "object", "additionalProperties": False, "required": ["colour"],
        "properties": {"colour": {"type": "string"}},
    }  # fmt: skip
    assert "car" in schema["required"]
    assert "pet" not in schema["required"]


def test_a_field_that_is_taken_out_leaves_nothing_behind() -> None:
    document = opened(NURSE)
    document["form"]["pages"] = [document["form"]["pages"][0], document["form"]["pages"][3]]
    schema = closed(document, NURSE)["form"]["schema"]
    assert set(schema["properties"]) == {"sub_type", "old_permit_number", "declaration"}
    assert schema["required"] == ["sub_type", "declaration"]


def test_limits_and_kinds_change_and_the_rest_of_a_field_stays() -> None:
    document = opened(NURSE)
    number, lifetime = document["form"]["pages"][1]["fields"][:2]
    number["longest"] = 20
    lifetime |= {
        "kind": "choice",
        "options": [{"label": {"id": "Ya", "en": "Yes"}, "value": "yes"}],
        "mandatory": False,
    }
    licence = closed(document, NURSE)["form"]["schema"]["properties"]["licence"]
    assert licence["properties"]["number"] == {
        "type": "string",
        "minLength": 5,
        "maxLength": 20,
        "pattern": "^[A-Z0-9./-]+$",
    }
    assert licence["properties"]["lifetime"] == {"enum": ["yes"]}
    assert licence["required"] == ["number"]


def members_of(document: Any) -> Any:
    return document["form"]["pages"][2]["fields"][0]


def test_a_list_is_edited_with_the_fields_of_its_entries() -> None:
    document = typed(
        opened(FAMILY),
        "form",
        form__pages__2__fields__0__many="12",
        form__pages__2__fields__0__entry__label__en="Person",
        form__pages__2__fields__0__entry__fields__0__longest="80",
    )
    fields = members_of(document)["entry"]["fields"]
    del fields[1]
    fields.append(field(kind="integer", least=0, mandatory=False, path=""))
    form = closed(document, FAMILY)["form"]
    members, shown = form["schema"]["properties"]["members"], form["layout"][2]["fields"][0]
    assert (members["minItems"], members["maxItems"]) == (1, 12)
    properties = members["items"]["properties"]
    assert list(properties) == ["name", "relation", "other_relation", "sex", "birth_date", "colour_of_the_car"]
    assert properties["name"]["maxLength"] == 80
    assert properties["colour_of_the_car"] == {"type": "integer", "minimum": 0}
    assert members["items"]["required"] == ["name", "relation", "sex", "birth_date"]
    assert shown["entry"]["label"] == {"id": "Anggota", "en": "Person"}
    assert shown["entry"]["fields"][-1] == {
        "label": {"id": "Warna", "en": "Colour of the car"},
        "path": "/colour_of_the_car",
    }
    assert set(shown) == {"path", "label", "hint", "entry"}
    assert form["rules"] == FAMILY["form"]["rules"]


def test_a_new_list_is_made_and_a_list_becomes_something_else() -> None:
    document = opened(NURSE)
    words = {"id": "Mobil", "en": "Car"}
    document["form"]["pages"][0]["fields"].append(
        field(kind="entries", path="/cars", many=3, entry={"label": words, "add": words, "fields": [field()]})
    )
    form = closed(document, NURSE)["form"]
    assert form["schema"]["properties"]["cars"] == {
        "type": "array", "maxItems": 3,
        "items": {
            "type": "object", "additionalProperties": False, "required": ["colour_of_the_car"],
            "properties": {"colour_of_the_car": {"type": "string"}},
        },
    }  # fmt: skip
    document = opened(FAMILY)
    members_of(document).update(kind="text")
    form = closed(document, FAMILY)["form"]
    assert form["schema"]["properties"]["members"] == {"type": "string"}
    assert "entry" not in form["layout"][2]["fields"][0]


def test_an_entry_is_put_in_by_a_button_and_its_fields_are_moved() -> None:
    document = opened(FAMILY)
    at = "/form/pages/2/fields/0/entry"
    del members_of(document)["entry"]
    begun = members_of(pressed(document, f"put-in:{at}"))["entry"]
    assert begun["fields"] == [{"kind": "", "label": {"id": "", "en": ""}, "path": ""}]
    moved = members_of(pressed(opened(FAMILY), f"up:{at}/fields/1", f"take-out:{at}/fields/5"))["entry"]["fields"]
    assert [each["path"] for each in moved] == ["/nik", "/name", "/relation", "/other_relation", "/sex"]


def test_what_an_entry_keeps_is_told_and_its_problems_stand_at_its_inputs() -> None:
    definition = deepcopy(FAMILY)
    items = definition["form"]["schema"]["properties"]["members"]["items"]["properties"]
    items["name"]["default"] = "?"
    items["hidden"] = {"type": "string"}
    assert closed(opened(definition), definition) == definition
    assert form_pages.kept_of(definition["form"]) == [
        ("/members/name", {"default": "?"}),
        ("/members/hidden", items["hidden"]),
    ]
    field_ = "/form/pages/2/fields/0"
    assert at("form", "/form/layout/2/fields/0/entry/fields/3/when", document=FAMILY) == [
        f"{field_}/entry/fields/3/when"
    ]
    assert at("form", "/form/schema/properties/members/items", document=FAMILY) == [field_]
    names = dict(names_for_conditions(opened(FAMILY), english))
    assert (names["answers.members"], names["entry.relation"]) == ("Members of the family", "Relation in the family")


def test_what_a_list_of_fields_cannot_say_is_kept_and_told() -> None:
    definition = deepcopy(NURSE)
    properties = definition["form"]["schema"]["properties"]
    properties["sub_type"]["default"] = "new"
    properties["hidden"] = {"type": "string", "maxLength": 3}
    assert closed(opened(definition), definition) == definition
    assert form_pages.kept_of(definition["form"]) == [
        ("/sub_type", {"default": "new"}),
        ("/hidden", properties["hidden"]),
    ]


def test_numbers_to_choose_from_stay_numbers() -> None:
    definition = deepcopy(NURSE)
    definition["form"]["schema"]["properties"]["sub_type"] = {"enum": [1, 2]}
    definition["form"]["layout"][0]["fields"][0]["options"] = [
        {"value": value, "label": {"id": str(value), "en": str(value)}} for value in (1, 2)
    ]
    document = opened(definition)
    read = document_of(EDITABLE, sent(inputs(EDITABLE, document)), document)
    assert closed(read, definition) == definition
    read["form"]["pages"][0]["fields"][0]["options"].append({"value": "3", "label": {"id": "3", "en": "3"}})
    assert closed(read, definition)["form"]["schema"]["properties"]["sub_type"]["enum"] == [1, 2, 3]


def at(section: str, *pointers: str, document: Any = NURSE) -> list[str]:
    root = inputs(restricted(EDITABLE, BY_CODE[section]), opened(document))
    problems = [{"where": pointer, "message": {"id": "x", "en": "x"}} for pointer in pointers]
    return [each.id for each in placed(root, BY_CODE[section], problems, document)]


def test_a_problem_stands_at_its_input() -> None:
    assert at("requirements", "/requirements/2/when", "/requirements/0/file/max_bytes", "/fees/0") == [
        "/requirements/0/file/max_bytes", "/requirements/2/when",
    ]  # fmt: skip
    assert at("requirements", "/requirements/0/unheard_of/1") == ["/requirements/0"], "the nearest that is there"
    assert at("messages", "/messages/DocumentIssued/id/body") == ["/messages/0/id/body"]
    assert at("form", "/form/layout/1/fields/0/label/en") == ["/form/pages/1/fields/0/label/en"]
    assert at("form", "/form/schema/properties/licence/properties/number/maxLength") == ["/form/pages/1/fields/0"]
    assert at("times", "/standard") == []
    assert at("standard", "/standard") == [""]
    assert at("names", "/owner/level", "/form") == ["/owner/level"]


def test_every_problem_belongs_to_a_section() -> None:
    pointers = {
        "/standard/duration/steps/0": "times", "/standard/fee/id": "standard", "/form/schema": "form",
        "/form/rules/0/field": "form", "/keywords/id": "search", "/workflow": "workflow", "/form": "form",
    }  # fmt: skip
    assert {pointer: found.code for pointer in pointers if (found := section_of(pointer))} == pointers
    assert section_of("/version") is None
    assert counted(["/fees/0", "/fees/1/label", "/name/id", "/version"]) == {"fees": 2, "names": 1}


def english(text: Any) -> str:
    return text["en"] if isinstance(text, dict) else ""


ODD = (
    None, 7, "x", [], [1], {}, {"schema": 1}, {"schema": {"properties": {"a": 1}}}, {"schema": {}, "layout": ["x"]},
    {"schema": {}, "layout": [{"fields": [3]}]}, {"schema": {}, "layout": [{"fields": [{"path": "/a", "entry": {}}]}]},
    {"schema": {"properties": {"a": {"type": "array", "items": {"type": "object"}}}},
     "layout": [{"fields": [{"path": "/a", "entry": {"fields": ["x"]}}]}]},
)  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_odd_documents_of_other_clients_are_shown_and_kept(odd: Any) -> None:
    for key in ("form", "workflow", "requirements", "standard", "messages", "tasks", "name"):
        definition = {**NURSE, key: odd}
        document = opened(definition)
        choices(document, World(), english, lambda _, value: value)
        pairs = sent(inputs(EDITABLE, document))
        read = closed(document_of(EDITABLE, pairs, document), definition)
        assert {**read, key: None} == {**NURSE, key: None}
        if key == "form":
            assert read["form"] == odd
        for section in BY_CODE:
            at(section, "/form/schema/properties/a", f"/{key}", document=definition)


def test_what_is_referred_to_is_chosen_among_what_exists() -> None:
    world = World(
        ({"code": "dinkes", "name": {"id": "Dinas", "en": "Office"}, "lookups": ["licence"], "tasks": []},), ("letter",)
    )
    document = opened(NURSE)
    found = choices(document, world, english, lambda _, value: value.upper())
    nodes = {node.name: node for node in inputs(EDITABLE, document, found).walk()}
    assert ("signature", "Waiting for the head's signature") in nodes["/workflow/states/0/actions/0/to"].options
    assert nodes["/workflow/withdraw/from"].kind == "checks"
    assert nodes["/owner/agency"].options == (("dinkes", "Office"), ("kemenkes", "kemenkes")), "its own stays a choice"
    assert nodes["/outputs/0/template"].options == (("letter", "letter"), ("sip-perawat", "sip-perawat"))
    assert ("answers.practice.kind", "Kind of place") in names_for_conditions(document, english)
    assert document_of(EDITABLE, sent(inputs(EDITABLE, document, found)), document) == document


def test_changed_words_are_marked_in_both() -> None:
    was, now = marked("Foto KTP-el asli", "Foto KTP asli")
    assert was == ((False, "Foto "), (True, "KTP-el"), (False, " asli"))
    assert now == ((False, "Foto "), (True, "KTP"), (False, " asli"))


def test_differences_are_told_in_words_beside_each_other() -> None:
    added = {"code": "x", "name": {"id": "Foto", "en": "Photo"}, "mandatory": True, "file": {"types": ["image/png"]}}
    found = rows(
        [{"kind": "added", "path": "/requirements/x", "baseline": None, "here": added, "text": {}},
         {"kind": "changed", "path": "/standard/duration/working_days", "baseline": 5, "here": 3, "text": {}}],
        TEXTS, lambda key: TEXTS[key].en,
    )  # fmt: skip
    assert found[0].trail == ("Requirements", "x")
    assert ["".join(word for _, word in now) for _, now in found[0].lines] == [
        "Code: x", "Name › Indonesian: Foto", "Name › English: Photo", "Mandatory: Yes",
        "File to upload › Types of file: image/png",
    ]  # fmt: skip
    assert found[1].trail == ("Service standard", "Duration", "Working days")
    assert found[1].lines == ((((True, "5"),), ((True, "3"),)),)


def test_yaml_is_cut_by_its_keys_and_compared_by_lines() -> None:
    text = "# About\ncode: x\nname:\n  id: A\n\nfees: []\nform:\n  a: 1\n"
    assert part_of_yaml(text, ("name", "fees")) == "name:\n  id: A\n\nfees: []"
    assert yaml_difference(text, text) == ""
    assert "-  id: A\n+  id: B" in yaml_difference(text, text.replace("A\n\n", "B\n\n"))
