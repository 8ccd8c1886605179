"""What was typed into the inputs of a document, as the document again."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mpp_portal.rest_api.editor.inputs import HAVE, count_of, key_of
from mpp_portal.rest_api.editor.shapes import ABSENT, Schema, Shape

MOST = 500  # entries of one list
_WHOLE = re.compile(r"-?[0-9]{1,12}")


def document_of(schema: Schema, sent: Iterable[tuple[str, str]], before: Mapping[str, Any]) -> dict[str, Any]:
    """The document that a form says, made upon the one it was made from.

    What the schema does not name and what was not sent stays as it was. What does not fit (a word where a number
    belongs) stays as it was typed: the catalogue says what is wrong with it, and nobody types it again.
    """
    given: dict[str, list[str]] = {}
    for name, value in sent:
        given.setdefault(name, []).append(value)
    read: dict[str, Any] = _Reader(given).read(Shape.at(schema, schema), "", before, True)
    return read


class _Reader:
    def __init__(self, given: Mapping[str, Sequence[str]]) -> None:
        self._given = given
        self._have = frozenset(given.get(HAVE, ()))

    def read(self, shape: Shape, name: str, before: Any, required: bool) -> Any:
        match shape.kind:
            case "object":
                return self._object(shape, name, before, required)
            case "list":
                return self._list(shape, name, before)
            case "map":
                return self._map(shape, name, before)
            case "checks" | "lines":
                return self._texts(shape, name, before, required)
            case "tick":
                if count_of(name) not in self._given:
                    return before
                return shape.schema["const"] if name in self._given else ABSENT
            case "kept":
                return before
            case _:
                return self._scalar(shape, name, before, required)

    def _object(self, shape: Shape, name: str, before: Any, required: bool) -> Any:
        if (name and name not in self._have) or not (before is ABSENT or isinstance(before, Mapping)):
            return before
        old = before if isinstance(before, Mapping) else {}
        properties = shape.properties
        parts = {
            key: self.read(part, f"{name}/{key}", old.get(key, ABSENT), key in shape.required)
            for key, part in properties.items()
        }
        if not required and shape.in_two_languages and not any(_said(part) for part in parts.values()):
            return ABSENT
        order = [*old, *(key for key in parts if key not in old)]
        merged = {**old, **parts}
        return {key: merged[key] for key in order if merged[key] is not ABSENT}

    def _list(self, shape: Shape, name: str, before: Any) -> Any:
        if (count := self._count(name)) is None:
            return before
        old = before if isinstance(before, list) else []
        read = (
            self.read(shape.item, f"{name}/{at}", old[at] if at < len(old) else ABSENT, True) for at in range(count)
        )
        return [each for each in read if each is not ABSENT]

    def _map(self, shape: Shape, name: str, before: Any) -> Any:
        if (count := self._count(name)) is None:
            return before
        old = list(before.values()) if isinstance(before, Mapping) else []
        read: dict[str, Any] = {}
        for at in range(count):
            entry = f"{name}/{at}"
            key = self._given.get(key_of(entry), [""])[0].strip()
            value = self.read(shape.item, entry, old[at] if at < len(old) else ABSENT, True)
            if value is not ABSENT:
                read[_free(key, read)] = value
        return read

    def _texts(self, shape: Shape, name: str, before: Any, required: bool) -> Any:
        mark = self._given.get(count_of(name))
        if mark is None:
            return before
        sent = self._given.get(name, ())
        # Boxes send one text each, an area one text of many lines.
        said = [line.strip() for text in sent for line in text.splitlines() if line.strip()]
        return said if said or required or mark[0] != "" else ABSENT

    def _scalar(self, shape: Shape, name: str, before: Any, required: bool) -> Any:
        if name not in self._given:
            return before
        text = self._given[name][0].replace("\r\n", "\n")
        if not text.strip():
            if shape.nullable:
                return None
            empty = "" if shape.kind in ("text", "date", "select") else ABSENT
            return empty if required else ABSENT
        # A person sees no space at the end, and takes none away.
        if isinstance(before, str) and text.strip() == before.strip():
            return before
        text = text.strip()
        if shape.kind == "yes-no" and text in ("yes", "no"):
            return text == "yes"
        if shape.kind == "integer" and _WHOLE.fullmatch(text):
            return int(text)
        return text

    def _count(self, name: str) -> int | None:
        told = self._given.get(count_of(name))
        return min(int(told[0]), MOST) if told and told[0].isascii() and told[0].isdigit() else None


def _said(value: Any) -> bool:
    return value is not ABSENT and value != ""


def _free(key: str, taken: Mapping[str, Any]) -> str:
    """Two entries of one key would be one: the second is told apart, and the catalogue says that it is wrong."""
    number, free = 2, key
    while free in taken:
        free, number = f"{key}-{number}", number + 1
    return free
