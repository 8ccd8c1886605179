"""What a public service costs: each fee rule has the value its kind needs, and says where it comes from."""

from collections.abc import Iterator, Mapping
from typing import Any

from mpp_catalog.domain.checks.form import check_expression
from mpp_catalog.domain.checks.problem import Problem

_VALUE = {"free": None, "pnbp": "amount", "stamp-duty": "amount", "retribusi": "formula", "provincial-tax": "formula"}


def check_fees(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything about the `fees` of a definition."""
    schema = document["form"]["schema"]
    for f, fee in enumerate(document["fees"]):
        where, needed = f"/fees/{f}", _VALUE[fee["kind"]]
        given = [name for name in ("amount", "formula") if name in fee]
        if given != ([needed] if needed else []):
            yield Problem(
                where,
                f"a fee of kind '{fee['kind']}' has {needed or 'neither amount nor formula'}, "
                f"not {given or 'nothing'}: correct the kind or the value",
            )
        if needed == "formula" and "rule" not in fee:
            yield Problem(where, f"'{fee['code']}' has a formula: add 'rule', the same in words that people can check")
        for key in ("when", "formula"):
            if key in fee:
                yield from check_expression(schema, fee[key], f"{where}/{key}")
