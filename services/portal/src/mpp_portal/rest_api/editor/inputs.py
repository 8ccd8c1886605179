"""A document as inputs, by its JSON Schema; and what a browser would send of them.

The name of an input is the JSON pointer of its value, so that a form says the whole document. An entry of a map has its
number in place of its key, which is an input of its own (`key_of`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mpp_portal.rest_api.editor.shapes import ABSENT, Schema, Shape

Option = tuple[str, str]  # value, words
# Where an input refers to something else: what there is, by pointer with "*" for every number.
Choices = Mapping[str, tuple[Option, ...]]
# Marks in a form: which objects are there, how long a list is, whether a list was there at all.
HAVE = "have"
_LONG = 60


def count_of(name: str) -> str:
    return f"{name}:count"


def key_of(name: str) -> str:
    return f"{name}:key"


@dataclass(frozen=True)
class Node:
    """One input, or a group of them.

    Attributes:
        pointer: where in the document; `name`: what the input is called; `place`: the pointer with "*" for numbers.
        owner, word: together they name its label: the property, and what it is a property of.
        value: as the document has it, ABSENT where it has none.
        key: of an entry of a map; `keys`: what it may be.
        last: of an entry of a list, no other comes after it.
    """

    shape: Shape
    pointer: str
    name: str
    place: str
    owner: str
    word: str
    value: Any
    required: bool
    options: tuple[Option, ...] = ()
    children: tuple["Node", ...] = ()
    key: str | None = None
    keys: tuple[Option, ...] = ()
    number: int | None = None
    last: bool = False
    kept: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The shape's, or as the value and what there is to choose ask for."""
        kind = self.shape.kind
        if kind == "text" and self.options:
            return "select"
        if kind == "lines" and self.options:
            return "checks"
        # A browser's date input would drop what is no date, and it is to be seen and mended.
        if kind == "date" and self.text and not _is_date(self.text):
            return "text"
        if kind == "text" and (len(self.text) > _LONG or "\n" in self.text or self.word in _LONG_WORDS):
            return "long"
        return kind

    @property
    def present(self) -> bool:
        return self.value is not ABSENT

    @property
    def text(self) -> str:
        """The value as it stands in an input."""
        if self.value is ABSENT or self.value is None:
            return ""
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        if isinstance(self.value, list):
            return "\n".join(map(str, self.value))
        return str(self.value)

    @property
    def shown(self) -> bool:
        """An object that may be left out has its inputs only once it is there; texts are asked for at once."""
        return self.required or self.present or self.shape.in_two_languages

    def walk(self) -> Iterator["Node"]:
        yield self
        for child in self.children:
            yield from child.walk()


_LONG_WORDS = frozenset({"description", "subject", "body", "rule", "formula", "expression", "valid_until", "when"})


def inputs(schema: Schema, document: Mapping[str, Any], choices: Choices | None = None) -> Node:
    """All inputs of a document, as one node.

    Args:
        schema: the JSON Schema of the whole, or `sections.restricted` to a part of it; the rest is kept as it is.
    """
    return _Builder(choices or {}).node(Shape.at(schema, schema), "", "", "", "", "", document, True)


class _Builder:
    def __init__(self, choices: Choices) -> None:
        self._choices = choices

    def node(
        self, shape: Shape, pointer: str, name: str, place: str, owner: str, word: str, value: Any, required: bool,
        **more: Any,
    ) -> Node:  # fmt: skip
        options = self._options(shape, place, value)
        children: tuple[Node, ...] = ()
        kept: dict[str, Any] = {}
        if shape.kind == "object" and (value is ABSENT or isinstance(value, Mapping)):
            parts = {} if value is ABSENT else value
            known = shape.properties
            children = tuple(self._property(shape, pointer, name, place, key, parts) for key in known)
            kept = {key: part for key, part in parts.items() if key not in known} if place else {}
        elif shape.kind == "list" and isinstance(value, list):
            children = tuple(
                self._item(shape, pointer, name, place, owner, word, value, at) for at in range(len(value))
            )
        elif shape.kind == "map" and isinstance(value, Mapping):
            children = tuple(self._entry(shape, pointer, name, place, word, value, at) for at in range(len(value)))
        return Node(shape, pointer, name, place, owner, word, value, required, options, children, kept=kept, **more)

    def _property(self, shape: Shape, pointer: str, name: str, place: str, key: str, parts: Mapping[str, Any]) -> Node:
        below = f"/{key}"
        return self.node(
            shape.properties[key], pointer + below, name + below, place + below, shape.of, key,
            parts.get(key, ABSENT), key in shape.required,
        )  # fmt: skip

    def _item(
        self, shape: Shape, pointer: str, name: str, place: str, owner: str, word: str, value: list[Any], at: int
    ) -> Node:
        below = f"/{at}"
        return self.node(
            shape.item, pointer + below, name + below, f"{place}/*", owner, word, value[at], True,
            number=at + 1, last=at + 1 == len(value),
        )  # fmt: skip

    def _entry(
        self, shape: Shape, pointer: str, name: str, place: str, word: str, value: Mapping[str, Any], at: int
    ) -> Node:
        key = list(value)[at]
        escaped = key.replace("~", "~0").replace("/", "~1")
        keys = _with(self._choices.get(f"{place}:key", ()), [key])
        return self.node(
            shape.item, f"{pointer}/{escaped}", f"{name}/{at}", f"{place}/*", shape.of, word, value[key], True,
            key=key, keys=keys, number=at + 1, last=at + 1 == len(value),
        )  # fmt: skip

    def _options(self, shape: Shape, place: str, value: Any) -> tuple[Option, ...]:
        """What may be chosen: the document's own choice is among it, and of many it comes first, in its order."""
        found = self._choices.get(place, ())
        if shape.kind in ("select", "checks"):
            found = tuple((str(each), dict(found).get(str(each), str(each))) for each in shape.enum)
        if not found:
            return ()
        if shape.kind in ("checks", "lines"):
            chosen = [str(each) for each in value] if isinstance(value, list) else []
            words = dict(found)
            return (
                *((each, words.get(each, each)) for each in dict.fromkeys(chosen)),
                *(option for option in found if option[0] not in chosen),
            )
        return _with(found, [] if value is ABSENT or value is None else [str(value)])


def _with(options: tuple[Option, ...], values: list[str]) -> tuple[Option, ...]:
    """A choice that is not, or no longer, among what there is stays one: what is wrong with it is said beside it."""
    known = {value for value, _ in options}
    if not options:
        return ()
    return (*options, *((value, value) for value in values if value and value not in known))


def _is_date(text: str) -> bool:
    year, _, rest = text.partition("-")
    month, _, day = rest.partition("-")
    parts = (year, month, day)
    return all(part.isascii() and part.isdigit() for part in parts) and [len(part) for part in parts] == [4, 2, 2]


def sent(node: Node) -> list[tuple[str, str]]:
    """The pairs a browser sends of these inputs, if nobody changes any."""
    return [pair for each in _rendered(node) for pair in _pairs(each)]


def _rendered(node: Node) -> Iterator[Node]:
    yield node
    if node.kind != "object" or node.shown:
        for child in node.children:
            yield from _rendered(child)


def marks(node: Node) -> list[tuple[str, str]]:
    """The hidden inputs of a node."""
    found = []
    if node.kind == "object" and node.shown:
        found.append((HAVE, node.name))
    if node.kind in ("list", "map") and node.present:
        found.append((count_of(node.name), str(len(node.children))))
    if node.kind in ("checks", "lines"):
        found.append((count_of(node.name), str(len(node.value)) if isinstance(node.value, list) else ""))
    if node.kind == "tick":
        found.append((count_of(node.name), "1"))
    return found


def _pairs(node: Node) -> list[tuple[str, str]]:
    found = marks(node)
    if node.key is not None:
        found.append((key_of(node.name), node.key))
    if node.kind == "checks":
        found += [(node.name, str(each)) for each in (node.value if isinstance(node.value, list) else [])]
    elif node.kind == "tick":
        found += [(node.name, "yes")] if node.present else []
    elif node.kind not in ("object", "list", "map", "kept"):
        found.append((node.name, node.text))
    return found
