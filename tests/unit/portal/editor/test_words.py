"""Every property of the published schema has a label, every code a word, every list a word for one of its entries."""

from collections.abc import Iterator
from pathlib import Path

from mpp_portal.rest_api.editor import choices, naming
from mpp_portal.rest_api.editor.sections import BY_CODE, editable
from mpp_portal.rest_api.editor.shapes import Shape
from mpp_portal.rest_api.texts import TEXTS

from tests.unit.portal.editor.shipped import SCHEMA, SHIPPED

ROOT = Path(__file__).resolve().parents[4]


def walked(shape: Shape, owner: str = "", word: str = "") -> Iterator[tuple[Shape, str, str]]:
    """Every place of the schema: its shape, what it is a property of, its name."""
    yield shape, owner, word
    if shape.kind == "object":
        for name, part in shape.properties.items():
            yield from walked(part, shape.of, name)
    elif shape.kind in ("list", "map"):
        for name, part in shape.item.properties.items():
            yield from walked(part, shape.item.of, name)


PLACES = list(walked(Shape.at(editable(SCHEMA), editable(SCHEMA))))[1:]


def test_every_property_has_a_label() -> None:
    assert len(PLACES) > 150
    bare = {f"{owner}.{word}" for _, owner, word in PLACES if not naming.named("part", owner, word, TEXTS)}
    assert not bare, f"texts/definition_parts.py lacks: {sorted(bare)}"


def test_every_list_says_what_one_of_its_entries_is() -> None:
    lists = [(owner, word) for shape, owner, word in PLACES if shape.kind == "list"]
    bare = {word for owner, word in lists if not naming.named("one", owner, word, TEXTS)}
    assert not bare, f"texts/definition_parts.py lacks one_: {sorted(bare)}"


def test_every_code_of_the_schema_has_a_word() -> None:
    codes = [
        (word, str(code)) for shape, _, word in PLACES if shape.kind in ("select", "checks") for code in shape.enum
    ]
    codes += [("role", role) for role in choices.ROLES] + [("category", each) for each in choices.CATEGORIES]
    codes += [("event", event) for event in choices.TOLD]
    bare = {naming.word(word, code) for word, code in codes} - TEXTS.keys()
    assert len(codes) > 60
    assert not bare, f"texts/definition_words.py lacks: {sorted(bare)}"


def test_every_label_is_of_a_property() -> None:
    known = {name for _, owner, word in PLACES for name in (word, f"{owner}_{word}")}
    prefixes = ("part_", "one_", "tip_")
    idle = {key for key in TEXTS if key.startswith(prefixes) and key.partition("_")[2] not in known}
    assert not idle, f"take these out of texts/definition_parts.py: {sorted(idle)}"


def test_what_shipped_definitions_name_can_be_chosen() -> None:
    desks = [state["desk"] for each in SHIPPED.values() for state in each["workflow"]["states"] if "desk" in state]
    assert {desk["role"] for desk in desks} <= set(choices.ROLES)
    assert {each["category"] for each in SHIPPED.values()} <= set(choices.CATEGORIES)
    told = {event for each in SHIPPED.values() for event in each["messages"]}
    assert told <= set(choices.TOLD)


def test_every_section_has_a_title() -> None:
    assert {f"section_{code}" for code in BY_CODE} <= TEXTS.keys()
