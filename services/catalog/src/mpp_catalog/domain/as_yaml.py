"""A definition as the YAML of our files: the order of the schema, short things on one line, double quotes."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

# A mapping or list that fits here is written on one line.
_SHORT = 130
_NEVER_FOLDED = 2**20
# Lines that may stand below each other as they are; whatever is stranger is quoted.
_LINES = re.compile(r"[!-~](?:[ -~]*[!-~])?(?:\n[!-~](?:[ -~]*[!-~])?)*\n?")
# These are written close together at the top of a file; an empty line goes before each other part.
_HEAD = frozenset(
    {"code", "version", "name", "description", "owner", "category", "keywords", "life_events"}
    | {"effective_from", "effective_to"}
)
# Of a form's JSON Schema, in the order in which people write them.
_KEYWORDS = (
    "$schema", "title", "type", "const", "enum", "additionalProperties", "required", "minLength", "maxLength",
    "pattern", "format", "minimum", "maximum", "minItems", "maxItems", "uniqueItems", "items", "properties",
)  # fmt: skip


class _Dumper(yaml.SafeDumper):
    """A date stays bare, as `definition_files` reads it; lists are indented; what needs quotes gets double ones."""

    yaml_implicit_resolvers = {  # noqa: RUF012 as in PyYAML
        letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for letter, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def choose_scalar_style(self) -> str:
        style = str(super().choose_scalar_style())
        return '"' if style == "'" else style

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_mapping(dumper: yaml.SafeDumper, value: dict[Any, Any]) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=_is_short(value))


def _represent_list(dumper: yaml.SafeDumper, value: list[Any]) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=_is_short(value))


def _represent_text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = "|" if "\n" in value and _LINES.fullmatch(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(dict, _represent_mapping)
_Dumper.add_representer(list, _represent_list)
_Dumper.add_representer(str, _represent_text)


def as_yaml(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """YAML that reads back to the same document; `schema` is the one of definitions, for the order."""
    ordered = _ordered(dict(document), schema, schema)
    if isinstance(ordered.get("form"), dict):
        ordered["form"] = _ordered_form(ordered["form"])
    parts: list[str] = []
    for key, value in ordered.items():
        part = yaml.dump({key: value}, Dumper=_Top, allow_unicode=True, sort_keys=False, width=_NEVER_FOLDED)
        parts.append(part if key in _HEAD or not parts else f"\n{part}")
    return "".join(parts) or "{}\n"


class _Top(_Dumper):
    """One part of the file: the outermost mapping is never on one line."""

    def represent_document(self, value: Any) -> yaml.Node:
        ((key, inner),) = value.items()
        pair = (self.represent_data(key), self.represent_data(inner))
        return yaml.MappingNode("tag:yaml.org,2002:map", [pair], flow_style=False)

    def represent(self, data: Any) -> None:
        self.serialize(self.represent_document(data))


def _is_short(value: Any, room: int = _SHORT) -> bool:
    return _length(value, room) <= room and not _has_lines(value)


def _length(value: Any, room: int) -> int:
    """About how many characters it takes on one line; no further than `room`."""
    if isinstance(value, dict):
        total = 2
        for key, item in value.items():
            total += len(str(key)) + 4 + _length(item, room)
            if total > room:
                break
        return total
    if isinstance(value, list):
        total = 2
        for item in value:
            total += 2 + _length(item, room)
            if total > room or isinstance(item, dict):
                return room + 1
        return total
    return len(str(value)) + 2


def _has_lines(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_lines, value.values()))
    if isinstance(value, list):
        return any(map(_has_lines, value))
    return isinstance(value, str) and "\n" in value


def _ordered(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    """`value` with its keys in the order of the schema; unknown ones keep their order behind them."""
    reference = schema.get("$ref")
    if isinstance(reference, str):
        schema = root["$defs"][reference.removeprefix("#/$defs/")]
    if isinstance(value, list):
        inner = schema.get("items", {})
        return [_ordered(item, inner, root) for item in value]
    if not isinstance(value, dict):
        return value
    named = schema.get("properties", {})
    other = schema.get("additionalProperties")
    other = other if isinstance(other, dict) else {}
    keys = [*(key for key in named if key in value), *(key for key in value if key not in named)]
    return {key: _ordered(value[key], named.get(key, other), root) for key in keys}


def _ordered_form(form: dict[str, Any]) -> dict[str, Any]:
    """The fields in the order in which the layout shows them."""
    shown: list[str] = []
    layout = form.get("layout")
    for group in layout if isinstance(layout, list) else []:
        fields = group.get("fields") if isinstance(group, dict) else None
        for field in fields if isinstance(fields, list) else []:
            if isinstance(field, dict) and isinstance(field.get("path"), str):
                shown += [field["path"], *_of_entry(field)]
    return {key: _ordered_fields(part, "", shown) if key == "schema" else part for key, part in form.items()}


def _of_entry(field: dict[str, Any]) -> list[str]:
    """The paths of a list's own fields, below the list's."""
    entry = field.get("entry")
    fields = entry.get("fields") if isinstance(entry, dict) else None
    paths = [each.get("path") for each in fields if isinstance(each, dict)] if isinstance(fields, list) else []
    return [field["path"] + path for path in paths if isinstance(path, str)]


def _ordered_fields(schema: Any, path: str, shown: list[str]) -> Any:
    if not isinstance(schema, dict):
        return schema
    keys = [*(key for key in _KEYWORDS if key in schema), *(key for key in schema if key not in _KEYWORDS)]
    ordered = {key: schema[key] for key in keys}
    if isinstance(fields := ordered.get("properties"), dict):
        places = {name: _place(f"{path}/{name}", shown) for name in fields}
        names = sorted(fields, key=lambda name: places[name])
        ordered["properties"] = {name: _ordered_fields(fields[name], f"{path}/{name}", shown) for name in names}
    if isinstance(items := ordered.get("items"), dict):
        ordered["items"] = _ordered_fields(items, path, shown)
    return ordered


def _place(path: str, shown: list[str]) -> int:
    """Where the layout first shows this field or one below it; behind all where it shows none."""
    for position, one in enumerate(shown):
        if one == path or one.startswith(f"{path}/"):
            return position
    return len(shown)
