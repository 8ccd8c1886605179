"""What a JSON Schema says about one place of a document, as far as an input needs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

Schema = Mapping[str, Any]
Kind = Literal[
    "text", "integer", "date", "select", "yes-no", "tick", "checks", "lines", "object", "list", "map", "kept",
]  # fmt: skip
ABSENT: Any = object()


@dataclass(frozen=True)
class Shape:
    """One place. `of` is what its properties are called after: the property that leads here, or the schema's own name.

    Attributes:
        kind: which input it needs; "kept" is what no input can show, and nobody changes here.
        enum: the values of "select" and "checks".
        item: of a "list" and of a "map"'s values.
        nullable: nothing is said by null, not by leaving it out.
    """

    root: Schema
    schema: Schema
    of: str
    kind: Kind
    nullable: bool = False

    @classmethod
    def at(cls, root: Schema, schema: Schema, of: str = "") -> "Shape":
        if "$ref" in schema:
            of = str(schema["$ref"]).rsplit("/", 1)[-1]
            schema = root["$defs"][of]
        types = schema.get("type", "")
        nullable = isinstance(types, list) and "null" in types
        return cls(root, schema, of, _kind(root, schema, types), nullable)

    @property
    def enum(self) -> tuple[Any, ...]:
        """The values that may be chosen."""
        place = self.schema["items"] if self.kind == "checks" else self.schema
        return tuple(place.get("enum", ()))

    @cached_property
    def item(self) -> "Shape":
        place = self.schema["additionalProperties"] if self.kind == "map" else self.schema["items"]
        return Shape.at(self.root, place, self.of)

    @cached_property
    def required(self) -> frozenset[str]:
        return frozenset(self.schema.get("required", ()))

    @cached_property
    def properties(self) -> dict[str, "Shape"]:
        """Of an object, in the schema's order."""
        return {name: Shape.at(self.root, part, name) for name, part in self.schema.get("properties", {}).items()}

    @property
    def in_two_languages(self) -> bool:
        """An object of nothing but {id, en}, or one whose other properties may all be left out."""
        return self.kind == "object" and self.required == {"id", "en"}

    def smallest(self) -> Any:
        """The least that a new one has: what must be there, still empty; ABSENT where empty cannot be written."""
        if self.kind in ("text", "date", "select"):
            return None if self.nullable else ""
        if self.kind == "tick":
            return self.schema["const"]
        if self.kind in ("checks", "lines"):
            return []
        if self.kind == "list":
            return [self.item.smallest() for _ in range(self.schema.get("minItems", 0))]
        if self.kind == "map":
            return {"": self.item.smallest()} if self.schema.get("minProperties") else {}
        if self.kind == "object":
            parts = {name: part.smallest() for name, part in self.properties.items() if name in self.required}
            return {name: value for name, value in parts.items() if value is not ABSENT}
        return ABSENT


def _kind(root: Schema, schema: Schema, types: Any) -> Kind:
    if "const" in schema:
        return "tick" if schema["const"] is True else "kept"
    if "enum" in schema:
        return "select"
    if types == "array":
        item = schema["items"]
        item = root["$defs"][item["$ref"].rsplit("/", 1)[-1]] if "$ref" in item else item
        return "checks" if "enum" in item else "lines" if item.get("type") == "string" else "list"
    if types == "object":
        closed = "properties" in schema and schema.get("additionalProperties") is False
        mapped = "properties" not in schema and isinstance(schema.get("additionalProperties"), Mapping)
        return "object" if closed else "map" if mapped else "kept"
    if types == "boolean":
        return "yes-no"
    if types == "integer":
        return "integer"
    return "date" if schema.get("format") == "date" else "text"
