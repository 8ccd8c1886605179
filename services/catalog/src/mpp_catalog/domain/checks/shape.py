"""The shape of a document, by JSON Schema."""

from typing import Any

import jsonschema_rs

from mpp_catalog.domain.checks.problem import Problem


def check_shape(document: Any, schema: dict[str, Any]) -> list[Problem]:
    """One problem for each place where `document` does not fit `schema`."""
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    problems = []
    for error in validator.iter_errors(document):
        where = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in error.instance_path)
        problems.append(Problem(where or "/", _advice(error)))
    return problems


def _advice(error: jsonschema_rs.ValidationError) -> str:
    keyword = str(error.schema_path[-1]) if error.schema_path else ""
    message = str(error.message)
    if keyword == "additionalProperties":
        return f"{message}: take it out or correct its name (definitions/schemas lists the names)"
    if keyword == "required":
        return f"{message}: add it"
    return message if len(message) < 300 else message[:300] + "…"
