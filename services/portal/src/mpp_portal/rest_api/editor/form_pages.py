"""The applicant's form as a list of pages with fields, out of its JSON Schema and layout; and back.

What such a list cannot say (a keyword of the schema that no input is there for, a field that no page shows) stays in
the schema as it was.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, TypeGuard

_KINDS = (
    "text", "email", "nik", "district", "time", "integer", "number", "date", "choice", "choices", "yes-no", "lines",
    "statement", "other",
)  # fmt: skip
# A list of entries, each with fields of its own; there is none inside of another.
ENTRIES = "entries"
_PATTERNS = {
    "nik": "^[0-9]{6}[0-7][0-9](0[1-9]|1[012])[0-9]{6}$",
    "district": "^[0-9]{2}[.][0-9]{2}[.][0-9]{2}$",
    "time": "^([01][0-9]|2[0-3]):[0-5][0-9]$",
}
# What a new field of a kind begins with.
_BEGINS: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": "string"},
    "email": {"type": "string", "format": "email"},
    **{kind: {"type": "string", "pattern": pattern} for kind, pattern in _PATTERNS.items()},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "choice": {"enum": []},
    "choices": {"type": "array", "items": {"enum": []}, "uniqueItems": True},
    "yes-no": {"type": "boolean"},
    "lines": {"type": "array", "items": {"type": "string"}},
    "statement": {"const": True},
    ENTRIES: {
        "type": "array",
        "maxItems": 10,
        "items": {"type": "object", "additionalProperties": False, "required": [], "properties": {}},
    },
}
# Keyword of the schema by input, and for which kinds there is one.
LIMITS = {"shortest": "minLength", "longest": "maxLength", "pattern": "pattern", "least": "minimum", "most": "maximum",
           "fewest": "minItems", "many": "maxItems"}  # fmt: skip
LIMITS_OF = {
    "text": ("shortest", "longest", "pattern"), "email": ("longest",), "integer": ("least", "most"),
    "number": ("least", "most"), "choices": ("fewest", "many"), "lines": ("fewest", "many"),
    ENTRIES: ("fewest", "many"),
}  # fmt: skip
CHOOSING = ("choice", "choices")
_TEXT = {"$ref": "#/$defs/text"}
_NUMBER = {"type": "integer"}
# The list of pages as a schema of its own: the same inputs as everywhere show it.
PAGES: Mapping[str, Any] = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["title", "fields"],
        "properties": {
            "title": _TEXT,
            "fields": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/form_field"}},
        },
    },
}
ENTRY_FIELD: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["kind", "label", "mandatory", "path"],
    "properties": {
        "kind": {"enum": [*_KINDS]},
        "label": _TEXT,
        "hint": _TEXT,
        "mandatory": {"type": "boolean"},
        "options": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["label", "value"],
                "properties": {"label": _TEXT, "value": {"type": "string"}},
            },
        },
        "when": {"$ref": "#/$defs/cel"},
        "shortest": _NUMBER,
        "longest": _NUMBER,
        "least": _NUMBER,
        "most": _NUMBER,
        "fewest": _NUMBER,
        "many": _NUMBER,
        "pattern": {"type": "string"},
        "path": {"$ref": "#/$defs/pointer"},
    },
}
ENTRY: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["label", "add", "fields"],
    "properties": {
        "label": _TEXT,
        "add": _TEXT,
        "fields": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/entry_form_field"}},
    },
}
_OF_ENTRY: Mapping[str, Any] = ENTRY_FIELD["properties"]
FIELD: Mapping[str, Any] = {
    **ENTRY_FIELD,
    "properties": {**_OF_ENTRY, "kind": {"enum": [*_KINDS, ENTRIES]}, "entry": {"$ref": "#/$defs/form_entry"}},
}


def is_form(form: Any) -> TypeGuard[Mapping[str, Any]]:
    """It has a schema of an object and pages with fields, as far as they are read here."""
    if not isinstance(form, Mapping) or not _is_object(form.get("schema")):
        return False
    layout = form.get("layout", [])
    return isinstance(layout, list) and all(_has_fields(form["schema"], page) for page in layout)


def _has_fields(schema: Mapping[str, Any], page: Any) -> bool:
    """It is a page, or an entry, with fields; those of entries included."""
    fields = page.get("fields", []) if isinstance(page, Mapping) else None
    return isinstance(fields, list) and all(
        isinstance(field, Mapping)
        and isinstance(field.get("options", []), list)
        and ("entry" not in field or _has_entries(schema, field))
        for field in fields
    )


def _has_entries(schema: Mapping[str, Any], field: Mapping[str, Any]) -> bool:
    part = _part(schema, str(field.get("path", "")))
    return _kind(part) == ENTRIES and _has_fields(part["items"], field["entry"])


def _is_object(schema: Any) -> bool:
    if not isinstance(schema, Mapping):
        return False
    properties = schema.get("properties", {})
    return isinstance(properties, Mapping) and all(
        isinstance(part, Mapping) and ("properties" not in part or _is_object(part)) for part in properties.values()
    )


def pages_of(form: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The pages of a definition's form, as PAGES describes them."""
    schema = form["schema"]
    return [
        {**page, "fields": [_field(schema, raw) for raw in page.get("fields", [])]} for page in form.get("layout", [])
    ]


def _field(schema: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    pointer = str(raw.get("path", ""))
    holder, name = _holder(schema, pointer)
    part = _part(schema, pointer)
    kind = _kind(part)
    field = {"kind": kind, **raw, "mandatory": name in holder.get("required", ())}
    if "options" in raw or kind in CHOOSING:
        labels = {str(option.get("value", "")): option for option in raw.get("options", ())}
        values = labels or dict.fromkeys(map(str, _enum(part) or ()))
        field["options"] = [
            {**(labels.get(value) or {"label": {"id": "", "en": ""}}), "value": value} for value in values
        ]
    for limit in LIMITS_OF.get(kind, ()):
        if LIMITS[limit] in part:
            field[limit] = part[LIMITS[limit]]
    if "entry" in raw:
        # An entry is a page by itself, over the schema of one.
        [field["entry"]] = pages_of({"schema": part["items"], "layout": [raw["entry"]]})
    return field


def form_of(pages: list[Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """{schema, layout} of these pages, made upon the form they were made from; its other parts stay."""
    schema: dict[str, Any] = deepcopy(dict(before["schema"]))
    told = {str(field.get("path", "")): field for page in before.get("layout", []) for field in page.get("fields", [])}
    layout, seen = [], set[str]()
    for page in pages:
        fields = []
        for field in page.get("fields", []):
            path = _path(field, schema, seen)
            seen.add(path)
            fields.append(_write(schema, before["schema"], path, field, told.get(path, {}).get("entry")))
        layout.append({**page, "fields": fields})
    for path in told.keys() - seen:
        _take_out(schema, path)
    return {**before, "schema": schema, "layout": layout}


def kept_of(form: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What the schema says that no input is there for: pointer of a field, and that part of its schema."""
    shown = {field.get("path"): field for page in form.get("layout", []) for field in page.get("fields", [])}
    found: list[tuple[str, Any]] = []
    for path, part in _leaves(form["schema"], ""):
        if path not in shown:
            found.append((path, part))
            continue
        if "entry" in shown[path]:
            inner = kept_of({"schema": part["items"], "layout": [shown[path]["entry"]]})
            found += [(f"{path}{below}", kept) for below, kept in inner]
        if rest := _rest(part):
            found.append((path, rest))
    return found


def _rest(part: Mapping[str, Any]) -> dict[str, Any]:
    kind = _kind(part)
    if kind == "other":
        return dict(part)
    known = {*_BEGINS[kind], "enum", *(LIMITS[limit] for limit in LIMITS_OF.get(kind, ()))}
    return {key: value for key, value in part.items() if key not in known}


def _leaves(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, part in schema.get("properties", {}).items():
        if part.get("type") == "object" and "properties" in part:
            yield from _leaves(part, f"{path}/{name}")
        else:
            yield f"{path}/{name}", part


def _kind(part: Mapping[str, Any]) -> str:
    if part.get("const") is True:
        return "statement"
    if "enum" in part:
        return "choice"
    match part.get("type"):
        case "boolean":
            return "yes-no"
        case "integer" | "number" as kind:
            return str(kind)
        case "array":
            item = part.get("items", {})
            if item.get("type") == "object":
                return ENTRIES if _is_object(item) else "other"
            return "choices" if "enum" in item else "lines" if item.get("type") in ("string", "integer") else "other"
        case "string":
            if part.get("format") in ("date", "email"):
                return str(part["format"])
            if "format" in part:
                return "other"
            return next((kind for kind, pattern in _PATTERNS.items() if part.get("pattern") == pattern), "text")
    return "other"


def _enum(part: Mapping[str, Any]) -> list[Any] | None:
    found = part.get("enum", part.get("items", {}).get("enum"))
    return list(found) if isinstance(found, list) else None


def _holder(schema: Mapping[str, Any], pointer: str) -> tuple[Mapping[str, Any], str]:
    """The object of the schema that has the field, and its name there; an empty one if there is none."""
    *parents, name = pointer.split("/")[1:] or [""]
    for part in parents:
        schema = schema.get("properties", {}).get(part, {})
    return schema, name


def _part(schema: Mapping[str, Any], pointer: str) -> Mapping[str, Any]:
    """What the schema says of the field; nothing if there is none."""
    holder, name = _holder(schema, pointer)
    found: Mapping[str, Any] = holder.get("properties", {}).get(name, {})
    return found


def _path(field: Mapping[str, Any], schema: Mapping[str, Any], seen: set[str]) -> str:
    """A new field has no name yet: it is called after its label, so that no two are called the same."""
    if path := str(field.get("path", "")):
        return path
    label = field.get("label") or {}
    words = str(label.get("en") or label.get("id") or "field").lower()
    name = "_".join("".join(letter if letter.isascii() and letter.isalnum() else " " for letter in words).split())[:40]
    name = name if name[:1].isalpha() else f"field_{name}".strip("_")
    taken, number, free = {path for path, _ in _leaves(schema, "")} | seen, 2, f"/{name}"
    while free in taken:
        free, number = f"/{name}_{number}", number + 1
    return free


def _write(
    schema: dict[str, Any], old: Mapping[str, Any], path: str, field: Mapping[str, Any], entry: Any
) -> dict[str, Any]:
    """Puts a field into the schema; what the layout says of it. `entry`: what it said of a list's entries before."""
    holder, name = _made(schema, path, bool(field.get("mandatory")))
    was_in, _ = _holder(old, path)
    was, kind = was_in.get("properties", {}).get(name), str(field.get("kind", ""))
    same = was is not None and _kind(was) == kind
    part = deepcopy(dict(was)) if same and was is not None else deepcopy(dict(_BEGINS.get(kind, {"type": "string"})))
    for limit in LIMITS_OF.get(kind, ()):
        part.pop(LIMITS[limit], None)
        if limit in field:
            part[LIMITS[limit]] = field[limit]
    told = {key: value for key, value in field.items() if key not in ("kind", "mandatory", *LIMITS)}
    told["path"] = path
    if kind in CHOOSING:
        _choose(part, told, field)
    else:
        told.pop("options", None)
    if kind != ENTRIES:
        told.pop("entry", None)
    elif "entry" in told:
        made = form_of([told["entry"]], {"schema": part["items"], "layout": [entry] if same and entry else []})
        part["items"], [told["entry"]] = made["schema"], made["layout"]
    holder["properties"][name] = part
    required = [each for each in holder.get("required", []) if each != name or field.get("mandatory")]
    if field.get("mandatory") and name not in required:
        required.append(name)
    if required or "required" in holder:
        holder["required"] = required
    return told


def _choose(part: dict[str, Any], told: dict[str, Any], field: Mapping[str, Any]) -> None:
    """The values of a choice, in the schema and beside their labels. A number stays one."""
    place = part if "enum" in part else part["items"]
    numbers = {str(value): value for value in place["enum"] if not isinstance(value, str)}
    whole = bool(numbers) and len(numbers) == len(place["enum"])
    options = []
    for at, option in enumerate(field.get("options", ())):
        text = str(option.get("value", "")) or _slug(option, at)
        value = numbers.get(text, int(text) if whole and text.isascii() and text.isdigit() else text)
        options.append({**option, "value": value})
    values = [option["value"] for option in options]
    # The order of the schema's list is nobody's concern: it stays where nothing else changed.
    if sorted(map(str, values)) != sorted(map(str, place["enum"])):
        place["enum"] = values
    if options:
        told["options"] = options
    else:
        told.pop("options", None)


def _slug(option: Mapping[str, Any], at: int) -> str:
    label = option.get("label") or {}
    words = str(label.get("en") or label.get("id") or "").lower()
    return (
        "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in words).split())[:40] or f"choice-{at + 1}"
    )


def _made(schema: dict[str, Any], path: str, mandatory: bool) -> tuple[dict[str, Any], str]:
    """The object that has the field, made where there is none."""
    *parents, name = path.split("/")[1:]
    holder = schema
    for part in parents:
        properties = holder.setdefault("properties", {})
        if part not in properties:
            properties[part] = {"type": "object", "additionalProperties": False, "required": [], "properties": {}}
            if mandatory:
                holder.setdefault("required", []).append(part)
        holder = properties[part]
    holder.setdefault("properties", {})
    return holder, name


def _take_out(schema: dict[str, Any], path: str) -> None:
    """Takes a field out, and the objects that nothing is left of."""
    parts = path.split("/")[1:]
    for depth in range(len(parts), 0, -1):
        holder, name = _holder(schema, "/" + "/".join(parts[:depth]))
        properties = holder.get("properties", {})
        if depth < len(parts) and properties.get(name, {}).get("properties"):
            return
        properties.pop(name, None)
        if isinstance(holder, dict) and name in holder.get("required", ()):
            holder["required"] = [each for each in holder["required"] if each != name]
