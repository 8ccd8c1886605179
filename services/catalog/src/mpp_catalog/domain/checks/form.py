"""The form: its JSON Schema, the layout, the rules, and what fills fields in."""

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from mpp_catalog.domain import expressions
from mpp_catalog.domain.checks.problem import Problem

# All entries of a list stand on one page.
MOST_ENTRIES = 50


def find_field(schema: Mapping[str, Any], path: tuple[str, ...]) -> Mapping[str, Any] | None:
    """The sub-schema at `path` ("practice", "kind"); nothing if the form has no such field."""
    current: Any = schema
    for part in path:
        current = _properties(current).get(part)
        if current is None:
            return None
    return current if isinstance(current, Mapping) else None


def _properties(schema: Any) -> Mapping[str, Any]:
    """The fields of an object; none of anything else, `true` is a schema too."""
    found = schema.get("properties") if isinstance(schema, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def entries_of(schema: Any) -> Mapping[str, Any] | None:
    """The schema of one entry, if this is the schema of a list of objects."""
    items = schema.get("items") if isinstance(schema, Mapping) and schema.get("type") == "array" else None
    return items if isinstance(items, Mapping) and (items.get("type") == "object" or "properties" in items) else None


def split(pointer: str) -> tuple[str, ...]:
    return tuple(pointer.strip("/").split("/"))


def check_pointer(schema: Mapping[str, Any], pointer: str, where: str) -> Iterator[Problem]:
    """The problem of a pointer that names no field of the form."""
    if find_field(schema, split(pointer)) is None:
        yield Problem(where, f"the form has no field '{pointer}': correct the path or add the field to form.schema")


def check_expression(
    schema: Mapping[str, Any], expression: str, where: str, entry: Mapping[str, Any] | None = None
) -> Iterator[Problem]:
    """Syntax, names, and the fields of the form that the expression reads; `entry`: the schema of the entry it sees."""
    seen = expressions.VARIABLES if entry is None else (*expressions.VARIABLES, expressions.ENTRY)
    for message in expressions.mistakes(expression, seen):
        yield Problem(where, message)
    for field in expressions.answer_fields(expression):
        if find_field(schema, field) is None:
            yield Problem(
                where,
                f"the expression reads answers.{'.'.join(field)}, but the form has no field '/{'/'.join(field)}': "
                "correct the name or add the field",
            )
    for field in expressions.entry_fields(expression):
        if entry is not None and find_field(entry, field) is None:
            yield Problem(
                where,
                f"the expression reads entry.{'.'.join(field)}, but an entry has no field '/{'/'.join(field)}': "
                "correct the name or add the field",
            )


def check_form(form: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything about the `form` of a definition."""
    schema = form["schema"]
    try:
        jsonschema_rs.meta.validate(schema)
    except jsonschema_rs.ValidationError as error:
        inner = "".join(f"/{part}" for part in error.instance_path)
        yield Problem(f"/form/schema{inner}", f"not a valid JSON Schema 2020-12: {error.message}; correct the keyword")
        return
    yield from _check_closed(schema, "/form/schema")
    shown: dict[str, str] = {}
    for g, group in enumerate(form["layout"]):
        for f, field in enumerate(group["fields"]):
            where = f"/form/layout/{g}/fields/{f}"
            yield from _check_field(schema, field, where, shown)
            yield from _check_list(schema, field, where)
    yield from _check_all_shown(schema, shown, "/form/layout", "in no group of the layout")
    for r, rule in enumerate(form["rules"]):
        yield from check_expression(schema, rule["expression"], f"/form/rules/{r}/expression")
        yield from _check_rule_field(schema, rule["field"], f"/form/rules/{r}/field")


def _check_field(
    schema: Mapping[str, Any], field: Mapping[str, Any], where: str, shown: dict[str, str],
    entry: Mapping[str, Any] | None = None,
) -> Iterator[Problem]:  # fmt: skip
    """One field of the layout, or of an `entry` (the schema of it); `shown`: where each path stands so far."""
    path, holder = field["path"], schema if entry is None else entry
    found = find_field(holder, split(path))
    if found is None and entry is not None:
        yield Problem(
            f"{where}/path", f"an entry has no field '{path}': correct the path or add the field to its items"
        )
    elif found is None:
        yield from check_pointer(schema, path, f"{where}/path")
    if path in shown:
        yield Problem(f"{where}/path", f"'{path}' is already at {shown[path]}: show a field once")
    shown[path] = where
    if "when" in field:
        yield from check_expression(schema, field["when"], f"{where}/when", entry)
    yield from _check_options(found, field, where)


def _check_list(schema: Mapping[str, Any], field: Mapping[str, Any], where: str) -> Iterator[Problem]:
    """A list of objects has `entry`, and nothing else has; its own fields are all shown, and are no such lists."""
    found, path = find_field(schema, split(field["path"])), field["path"]
    items = entries_of(found)
    if items is None:
        if "entry" in field and found is not None:
            yield Problem(where, f"'{path}' is no list of objects in form.schema: correct the path or drop it")
        return
    place = "/form/schema" + "".join(f"/properties/{part}" for part in split(path))
    if "entry" not in field:
        yield Problem(where, f"'{path}' is a list of objects: add 'entry' with the fields of one")
        return
    most = (found or {}).get("maxItems")
    if not isinstance(most, int) or most > MOST_ENTRIES:
        yield Problem(
            place, f"'{path}' needs maxItems, at most {MOST_ENTRIES}: say how many entries a page may ask for"
        )
    elif (found or {}).get("minItems", 0) > most:
        yield Problem(f"{place}/minItems", f"'{path}' asks for more entries than it takes: lower minItems")
    shown: dict[str, str] = {}
    for f, inner in enumerate(field["entry"]["fields"]):
        below = f"{where}/entry/fields/{f}"
        yield from _check_field(schema, inner, below, shown, items)
        if entries_of(find_field(items, split(inner["path"]))) is not None:
            yield Problem(f"{below}/path", f"'{inner['path']}' is a list in a list: ask for it outside of '{path}'")
    yield from _check_all_shown(items, shown, f"{where}/entry/fields", f"not among the fields of '{path}'")


def _check_all_shown(
    schema: Mapping[str, Any], shown: Mapping[str, str], where: str, missing: str
) -> Iterator[Problem]:
    for path in _leaves(schema, ()):
        if path not in shown:
            yield Problem(
                where, f"field '{path}' is in form.schema but {missing}: add it there, or nobody can fill it in"
            )


def _check_rule_field(schema: Mapping[str, Any], pointer: str, where: str) -> Iterator[Problem]:
    parts = split(pointer)
    above = next((at for at in range(1, len(parts)) if entries_of(find_field(schema, parts[:at])) is not None), None)
    if above is None:
        yield from check_pointer(schema, pointer, where)
    else:
        whole = "/" + "/".join(parts[:above])
        yield Problem(where, f"'{pointer}' is in an entry, and a rule looks at all of them: name the list '{whole}'")


def _check_closed(schema: Any, where: str) -> Iterator[Problem]:
    if isinstance(schema, Mapping) and schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            yield Problem(where, "add 'additionalProperties: false': an answer outside the form must be refused")
        for name, part in _properties(schema).items():
            yield from _check_closed(part, f"{where}/properties/{name}")
    if (items := entries_of(schema)) is not None:
        yield from _check_closed(items, f"{where}/items")


def _check_options(schema: Mapping[str, Any] | None, field: Mapping[str, Any], where: str) -> Iterator[Problem]:
    values = schema.get("enum") if schema else None
    if values is None:
        if "options" in field and schema is not None:
            yield Problem(
                f"{where}/options", f"'{field['path']}' has no enum in form.schema: add it there or drop the options"
            )
        return
    offered = [option["value"] for option in field.get("options", [])]
    if sorted(map(str, offered)) != sorted(map(str, values)):
        yield Problem(where, f"options {offered} must be exactly the enum {values} of form.schema, each with a label")


def _leaves(schema: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    for name, part in _properties(schema).items():
        if isinstance(part, Mapping) and part.get("type") == "object" and "properties" in part:
            yield from _leaves(part, (*path, name))
        else:
            yield "/" + "/".join((*path, name))
