"""What a form asks, step by step: the JSON Schema (2020-12) says the shape, the layout order, words and conditions."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Told = Mapping[str, str]
Kind = Literal[
    "text", "long-text", "integer", "number", "date", "time", "nik", "district", "yes-no", "choice", "choices", "lines",
    "statement", "entries",
]  # fmt: skip

# Patterns by which pages know what a text is (docs/service-definition.md): easier to choose or to type than free text.
_KNOWN: Mapping[str, Kind] = {
    "^[0-9]{2}[.][0-9]{2}[.][0-9]{2}$": "district",
    "^[0-9]{6}[0-7][0-9](0[1-9]|1[012])[0-9]{6}$": "nik",
    "^([01][0-9]|2[0-3]):[0-5][0-9]$": "time",
}
# One line of a phone holds about thirty characters: what may be longer than a few of them gets a box.
_LONG = 150


@dataclass(frozen=True)
class Option:
    value: str | int
    label: Told


@dataclass(frozen=True)
class Entry:
    """The entry a field stands in: the `index`-th from 0 of `count` in the list at `base`, which is asked `when`."""

    base: str
    index: int
    count: int
    label: Told
    when: str | None = None

    @property
    def pointer(self) -> str:
        return f"{self.base}/{self.index}"

    @property
    def title(self) -> Told:
        return {language: f"{label} {self.index + 1}" for language, label in self.label.items()}


@dataclass(frozen=True)
class Field:
    """One question. `pointer` names its answer, `name` the input; texts are {id, en}.

    `required`: it must be answered in any case (in an entry: of each). `optional`: nothing ever asks for it. A field
    that is neither depends on other answers.

    A list of objects is a field of the kind "entries": `parts` are the fields of one (their pointers begin at it),
    `one` and `add` its words, `least` and `most` how many. `form.entries` puts the fields of each entry behind it.
    """

    pointer: str
    label: Told
    kind: Kind
    required: bool = False
    optional: bool = False
    hint: Told | None = None
    when: str | None = None
    options: tuple[Option, ...] = ()
    whole_numbers: bool = False
    longest: int | None = None
    least: int | None = None
    most: int | None = None
    parts: tuple["Field", ...] = ()
    one: Told | None = None
    add: Told | None = None
    entry: Entry | None = None

    @property
    def full_label(self) -> Told:
        """What it is called away from its entry: "Anggota 2: Nama"."""
        if self.entry is None:
            return self.label
        return {language: f"{title}: {self.label[language]}" for language, title in self.entry.title.items()}

    @property
    def name(self) -> str:
        """ "/practice/kind" → "practice-kind"; unambiguous, a pointer's parts have no hyphen."""
        return self.pointer.strip("/").replace("/", "-")


@dataclass(frozen=True)
class Step:
    """A page of the form."""

    number: int
    title: Told
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class PrefillRule:
    """A register that can fill in `fields` (pointers)."""

    code: str
    agency_name: Told
    fields: frozenset[str]


@dataclass(frozen=True)
class Form:
    """`steps` are the pages to fill in; `statements` are what is agreed to at the end, after everything was seen.

    `papers`: the name of each paper a file can be attached for, by code.
    """

    schema: Mapping[str, Any]
    steps: tuple[Step, ...]
    statements: tuple[Field, ...]
    prefill: tuple[PrefillRule, ...] = ()
    papers: Mapping[str, Told] = field(default_factory=dict)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Form":
        """From the answer of GET /applications/{id}/form. A group of nothing but statements becomes no step."""
        schema = told["json_schema"]
        ruled = {str(rule["field"]) for rule in told.get("rules") or ()}
        steps: list[Step] = []
        statements: list[Field] = []
        for group in told["layout"]:
            fields = tuple(_field(schema, raw, ruled) for raw in group["fields"])
            if all(field.kind == "statement" for field in fields):
                statements += fields
            else:
                steps.append(Step(len(steps) + 1, group["title"], fields))
        prefill = tuple(
            PrefillRule(rule["code"], rule["agency_name"], frozenset(rule["fields"]))
            for rule in told.get("prefill") or ()
        )
        papers = {
            paper["code"]: paper["name"]
            for each in told.get("requirements") or ()
            for paper in each.get("any_of") or (each,)
        }
        return cls(schema, tuple(steps), tuple(statements), prefill, papers)

    @property
    def asks_districts(self) -> bool:
        return any(each.kind == "district" for field in self.fields for each in (field, *field.parts))

    def with_districts(self, names: Mapping[str, str]) -> "Form":
        """The same with a choice of districts (code → name) where one is asked for."""
        options = tuple(Option(code, {"id": name, "en": name}) for code, name in names.items())

        def chosen(fields: tuple[Field, ...]) -> tuple[Field, ...]:
            return tuple(
                replace(each, options=options) if each.kind == "district" else replace(each, parts=chosen(each.parts))
                for each in fields
            )

        return replace(self, steps=tuple(replace(step, fields=chosen(step.fields)) for step in self.steps))

    @property
    def fields(self) -> tuple[Field, ...]:
        return (*(field for step in self.steps for field in step.fields), *self.statements)

    @property
    def lists(self) -> tuple[Field, ...]:
        return tuple(each for each in self.fields if each.kind == "entries")

    def step(self, number: int) -> Step | None:
        return self.steps[number - 1] if 1 <= number <= len(self.steps) else None

    def step_of(self, field: Field) -> Step | None:
        """None for a statement: it is agreed to at the review."""
        return next((step for step in self.steps if field in step.fields), None)

    def at_or_below(self, pointer: str) -> Iterator[Field]:
        """The field of a pointer, or all fields of the object it names."""
        for each in self.fields:
            if each.pointer == pointer or each.pointer.startswith(f"{pointer}/"):
                yield each


def _field(schema: Mapping[str, Any], raw: Mapping[str, Any], ruled: Collection[str]) -> Field:
    pointer = str(raw["path"])
    shape, required = _find(schema, pointer)
    parents = {pointer[:at] for at, letter in enumerate(pointer) if letter == "/" and at}
    asked_by_rule = pointer in ruled or not parents.isdisjoint(ruled)
    items = shape.get("items", {})
    field = Field(
        pointer=pointer,
        label=raw["label"],
        kind=_kind(shape),
        required=required,
        optional=not required and not asked_by_rule and "when" not in raw,
        hint=raw.get("hint"),
        when=raw.get("when"),
        options=_options(raw, shape),
        whole_numbers=items.get("type") == "integer",
        longest=shape.get("maxLength"),
        least=shape.get("minimum"),
        most=shape.get("maximum"),
    )
    if "entry" not in raw:
        return field
    entry = raw["entry"]
    return replace(
        field,
        kind="entries",
        least=shape.get("minItems", 0),
        most=shape["maxItems"],
        parts=tuple(_field(items, part, ()) for part in entry["fields"]),
        one=entry["label"],
        add=entry["add"],
    )


def _options(raw: Mapping[str, Any], shape: Mapping[str, Any]) -> tuple[Option, ...]:
    if "options" in raw:
        return tuple(Option(option["value"], option["label"]) for option in raw["options"])
    values: Sequence[Any] = shape.get("enum") or shape.get("items", {}).get("enum") or ()
    return tuple(Option(value, {"id": str(value), "en": str(value)}) for value in values)


def _find(schema: Mapping[str, Any], pointer: str) -> tuple[Mapping[str, Any], bool]:
    """The schema of a field, and whether it and everything above it must be there."""
    shape, required = schema, True
    for part in pointer.split("/")[1:]:
        required = required and part in shape.get("required", ())
        shape = shape["properties"][part]
    return shape, required


def _kind(shape: Mapping[str, Any]) -> Kind:
    if shape.get("const") is True:
        return "statement"
    if "enum" in shape:
        return "choice"
    match shape.get("type"):
        case "boolean":
            return "yes-no"
        case "integer":
            return "integer"
        case "number":
            return "number"
        case "array":
            return "choices" if "enum" in shape.get("items", {}) else "lines"
        case _ if shape.get("format") == "date":
            return "date"
        case _ if shape.get("pattern") in _KNOWN:
            return _KNOWN[shape["pattern"]]
        case _:
            return "long-text" if "pattern" not in shape and shape.get("maxLength", _LONG + 1) > _LONG else "text"
