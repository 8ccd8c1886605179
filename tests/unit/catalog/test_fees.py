"""What a public service costs."""

from datetime import date
from typing import Any

import pytest
from mpp_catalog.domain.fees import check_answers, quote
from mpp_runtime.errors import Invalid, Text

TODAY = date(2026, 11, 24)
LABEL = {"id": "Biaya", "en": "Fee"}
LAW = {"title": "PP 76/2020", "confirmed": True}


def fee(code: str = "fee", **rule: Any) -> dict[str, Any]:
    return {"code": code, "label": LABEL, "legal_reference": LAW, **rule}


def rupiah(*fees: dict[str, Any], **answers: Any) -> list[tuple[str, int]]:
    return [(line.code, line.rupiah) for line in quote({"fees": list(fees)}, answers, TODAY)]


def test_free_has_no_line() -> None:
    assert rupiah() == []
    assert rupiah(fee(kind="free")) == []


def test_a_national_fee_is_a_fixed_amount() -> None:
    (line,) = quote({"fees": [fee("skck", kind="pnbp", amount=30000)]}, {}, TODAY)
    assert (line.code, line.rupiah, line.legal_reference, line.label.en) == ("skck", 30000, "PP 76/2020", "Fee")


def test_a_regional_fee_is_computed_from_the_answers() -> None:
    rule = fee(kind="retribusi", formula="answers.area * 25000 + (answers.floors > 1 ? 100000 : 0)")
    assert rupiah(rule, area=12, floors=2) == [("fee", 400000)]
    assert rupiah(rule, area=0, floors=1) == [("fee", 0)]


def test_each_kind_of_fee_is_computed_with_its_rule_and_its_law() -> None:
    words = {"id": "12,5 % dari nilai jual", "en": "12.5 % of the sale value"}
    tax = fee("tax", kind="provincial-tax", formula="answers.value * 125 / 1000", rule=words)
    stamp = fee("stamp", kind="stamp-duty", amount=10000) | {"legal_reference": {**LAW, "confirmed": False}}
    taxed, stamped = quote({"fees": [fee(kind="free"), tax, stamp]}, {"value": 4001}, TODAY)
    assert (taxed.kind, taxed.rupiah, taxed.rule, taxed.confirmed) == ("provincial-tax", 500, Text(**words), True)
    assert (stamped.kind, stamped.rupiah, stamped.rule, stamped.confirmed) == ("stamp-duty", 10000, None, False)


def test_answers_may_be_incomplete_but_not_wrong() -> None:
    number = {"type": "integer", "minimum": 1}
    inner = {"type": "object", "additionalProperties": False, "required": ["area", "floors"]}
    schema = {"type": "object", "required": ["building"], "properties": {}}
    schema["properties"] = {"building": {**inner, "properties": {"area": number, "floors": number}}}
    assert check_answers(schema, {}) == []
    assert check_answers(schema, {"building": {"area": 9}}) == []
    errors = check_answers(schema, {"building": {"area": "3314104708929001", "name": "x"}})
    assert sorted(error.field for error in errors) == ["/building", "/building/area"]
    assert not any("3314104708929001" in error.detail.en for error in errors), "an answer is not repeated"


def test_a_rule_applies_only_when_its_condition_is_true() -> None:
    late = fee("late", kind="retribusi", formula="50000", when="answers.born < '2026-09-25' && today > '2026-01-01'")
    assert rupiah(late, born="2026-01-01") == [("late", 50000)]
    assert rupiah(late, born="2026-11-01") == []


@pytest.mark.parametrize(
    ("rule", "answers", "cause"),
    [
        ({"kind": "retribusi", "formula": "answers.area * 2"}, {}, "area"),
        ({"kind": "retribusi", "formula": "answers.area * 2"}, {"area": "x"}, "string * int"),
        ({"kind": "retribusi", "formula": "answers.area * 2"}, {"area": -1}, "-2 is not"),
        ({"kind": "retribusi", "formula": "answers.area * 1.5"}, {"area": 1.0}, "1.5 is not"),
        ({"kind": "retribusi", "formula": "answers.area > 1"}, {"area": 2}, "True is not"),
        ({"kind": "retribusi", "formula": "10 / answers.area"}, {"area": 0}, "fee"),
        ({"kind": "pnbp", "amount": 1, "when": "answers.area"}, {"area": 3}, "neither true nor false"),
        ({"kind": "pnbp", "amount": 1, "when": "answers.nope == 1"}, {}, "nope"),
    ],
)
def test_what_cannot_be_computed_is_a_named_refusal(rule: dict[str, Any], answers: Any, cause: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rupiah(fee(**rule), **answers)
    assert refusal.value.code == "fee-not-computable"
    assert refusal.value.errors[0].field.startswith("/fees/0/")
    assert cause in refusal.value.errors[0].detail.en
