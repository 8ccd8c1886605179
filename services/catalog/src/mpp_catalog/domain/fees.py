"""What a public service costs for given answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import jsonschema_rs
from mpp_runtime.errors import FieldError, Invalid, Text

from mpp_catalog.domain.expressions import ExpressionError, evaluate


@dataclass(frozen=True)
class FeeLine:
    """One fee rule applied; whole rupiah. `rule` says in words how the amount comes about, where that needs words.

    `confirmed` is whether the law that sets the fee was read in a source.
    """

    code: str
    kind: str
    label: Text
    rule: Text | None
    rupiah: int
    legal_reference: str
    confirmed: bool


def quote(definition: Mapping[str, Any], answers: Any, today: date) -> list[FeeLine]:
    """One line for each rule that applies; none if free. Raises Invalid naming the rule that does not compute."""
    lines = []
    for position, rule in enumerate(definition["fees"]):
        if rule["kind"] == "free" or ("when" in rule and _value(rule, position, "when", answers, today) is not True):
            continue
        rupiah = rule["amount"] if "amount" in rule else _value(rule, position, "formula", answers, today)
        if isinstance(rupiah, bool) or not isinstance(rupiah, int) or rupiah < 0:
            raise _not_computable(rule, position, "formula", f"{rupiah!r} is not a whole, non-negative rupiah amount")
        label, law = Text(rule["label"]["id"], rule["label"]["en"]), rule["legal_reference"]
        words = Text(rule["rule"]["id"], rule["rule"]["en"]) if "rule" in rule else None
        lines.append(FeeLine(rule["code"], rule["kind"], label, words, rupiah, law["title"], law["confirmed"]))
    return lines


def check_answers(schema: Mapping[str, Any], answers: Any) -> list[FieldError]:
    """What is wrong with answers that may be incomplete: nothing about what is not there yet."""
    validator = jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True, mask="the answer")
    return [
        FieldError(
            "".join(f"/{part}" for part in error.instance_path) or "/",
            "does-not-fit",
            Text("Isian ini tidak sesuai dengan formulir.", f"Does not fit the form: {error.message}"),
        )
        for error in validator.iter_errors(answers)
        if not error.schema_path or error.schema_path[-1] != "required"
    ]


def _value(rule: Mapping[str, Any], position: int, key: str, answers: Any, today: date) -> Any:
    try:
        value = evaluate(rule[key], answers, today)
    except ExpressionError as error:
        raise _not_computable(rule, position, key, str(error)) from error
    if key == "when" and not isinstance(value, bool):
        raise _not_computable(rule, position, key, f"{value!r} is neither true nor false")
    return value


def _not_computable(rule: Mapping[str, Any], position: int, key: str, cause: str) -> Invalid:
    detail = Text(
        "Biaya tidak dapat dihitung dari isian ini. Lengkapi isian dahulu.",
        "The fee cannot be computed from these answers. Complete the answers first.",
    )
    where = FieldError(
        f"/fees/{position}/{key}", "not-computable", Text(f"{rule['code']}: {cause}", f"{rule['code']}: {cause}")
    )
    return Invalid("fee-not-computable", detail, (where,))
