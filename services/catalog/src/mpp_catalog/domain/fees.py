"""What a public service costs for given answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mpp_runtime.errors import FieldError, Invalid, Text

from mpp_catalog.domain.expressions import ExpressionError, evaluate


@dataclass(frozen=True)
class FeeLine:
    """One fee rule applied; whole rupiah."""

    code: str
    label: Text
    rupiah: int
    legal_reference: str


def quote(definition: Mapping[str, Any], answers: Any, today: date) -> list[FeeLine]:
    """One line for each rule that applies; none if free. Raises Invalid naming the rule that does not compute."""
    lines = []
    for position, rule in enumerate(definition["fees"]):
        if rule["kind"] == "free" or ("when" in rule and _value(rule, position, "when", answers, today) is not True):
            continue
        rupiah = rule["amount"] if rule["kind"] == "pnbp" else _value(rule, position, "formula", answers, today)
        if isinstance(rupiah, bool) or not isinstance(rupiah, int) or rupiah < 0:
            raise _not_computable(rule, position, "formula", f"{rupiah!r} is not a whole, non-negative rupiah amount")
        label = Text(rule["label"]["id"], rule["label"]["en"])
        lines.append(FeeLine(rule["code"], label, rupiah, rule["legal_reference"]["title"]))
    return lines


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
