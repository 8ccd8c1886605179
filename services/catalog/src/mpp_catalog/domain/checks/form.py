"""The form: its JSON Schema, the layout, the rules, and what fills fields in."""

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from mpp_catalog.domain import expressions
from mpp_catalog.domain.checks.problem import Problem


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


def split(pointer: str) -> tuple[str, ...]:
    return tuple(pointer.strip("/").split("/"))


def check_pointer(schema: Mapping[str, Any], pointer: str, where: str) -> Iterator[Problem]:
    """The problem of a pointer that names no field of the form."""
    if find_field(schema, split(pointer)) is None:
        yield Problem(where, f"the form has no field '{pointer}': correct the path or add the field to form.schema")


def check_expression(schema: Mapping[str, Any], expression: str, where: str) -> Iterator[Problem]:
    """Syntax, names, and the fields of the form that the expression reads."""
    for message in expressions.mistakes(expression):
        yield Problem(where, message)
    for field in expressions.answer_fields(expression):
        if find_field(schema, field) is None:
            yield Problem(
                where,
                f"the expression reads answers.{'.'.join(field)}, but the form has no field '/{'/'.join(field)}': "
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
            yield from check_pointer(schema, field["path"], f"{where}/path")
            if field["path"] in shown:
                yield Problem(
                    f"{where}/path", f"'{field['path']}' is already at {shown[field['path']]}: show a field once"
                )
            shown[field["path"]] = where
            if "when" in field:
                yield from check_expression(schema, field["when"], f"{where}/when")
            yield from _check_options(find_field(schema, split(field["path"])), field, where)
    for path in _leaves(schema, ()):
        if path not in shown:
            yield Problem(
                "/form/layout",
                f"field '{path}' is in form.schema but in no group of the layout: "
                "add it there, or nobody can fill it in",
            )
    for r, rule in enumerate(form["rules"]):
        yield from check_expression(schema, rule["expression"], f"/form/rules/{r}/expression")
        yield from check_pointer(schema, rule["field"], f"/form/rules/{r}/field")


def _check_closed(schema: Any, where: str) -> Iterator[Problem]:
    if isinstance(schema, Mapping) and schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            yield Problem(where, "add 'additionalProperties: false': an answer outside the form must be refused")
        for name, part in _properties(schema).items():
            yield from _check_closed(part, f"{where}/properties/{name}")


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
