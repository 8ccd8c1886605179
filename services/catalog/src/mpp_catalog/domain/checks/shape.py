"""The shape of a document, by JSON Schema."""

from typing import Any

import jsonschema_rs

from mpp_catalog.domain.checks.problem import Problem

_LONGEST = 300
# What to do, by the keyword of JSON Schema that was not kept.
_MEND = {
    "additionalProperties": "take it out or correct its name (definitions/schemas lists the names)",
    "required": "add it",
    "type": "write it in that type (a text may need quotes)",
    "enum": "use one of these",
    "pattern": "write it in this pattern",
    "format": "write it in this form, a date as 2026-12-31",
    "minItems": "add what is missing",
    "maxItems": "take out what is too much",
    "minProperties": "add what is missing",
    "maxProperties": "keep one of them",
    "minLength": "write a text",
    "maxLength": "make it shorter",
    "minimum": "use a larger number",
    "maximum": "use a smaller number",
    "uniqueItems": "keep each of them once",
}


def check_shape(document: Any, schema: dict[str, Any]) -> list[Problem]:
    """One problem for each place where `document` does not fit `schema`."""
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    problems = []
    for error in validator.iter_errors(document):
        # A name that should not be there is told at its own line.
        path = [*error.instance_path, *getattr(error.kind, "unexpected", ())[:1]]
        where = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
        problems.append(Problem(where or "/", _advice(error)))
    return problems


def _advice(error: jsonschema_rs.ValidationError) -> str:
    keyword = str(error.schema_path[-1]) if error.schema_path else ""
    message = str(error.message)
    if len(message) > _LONGEST:
        message = message[:_LONGEST] + "…"
    return f"{message}: {_MEND.get(keyword, 'write it as definitions/schemas says')}"
