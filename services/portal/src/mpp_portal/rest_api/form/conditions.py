"""Which fields are asked: the layout's `when`, a CEL expression over the answers so far."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from mpp_expressions import cel

from mpp_portal.rest_api.form.fields import Field

_READS = re.compile(r"\banswers((?:\.[A-Za-z_]\w*)+)")


@lru_cache(maxsize=512)
def _compiled(expression: str) -> cel.Program:
    return cel.compile(expression)


def asked(field: Field, answers: Mapping[str, Any], today: date) -> bool | None:
    """True or false; None while the answers do not decide it."""
    if field.when is None:
        return True
    try:
        value = _compiled(field.when).execute(cel.Context({"answers": dict(answers), "today": today.isoformat()}))
    # The evaluator raises many types for one cause: an answer it reads is not there yet or has another type.
    except Exception:
        return None
    return value if isinstance(value, bool) else None


def reads(field: Field) -> frozenset[str]:
    """Pointers of the answers that its condition looks at."""
    found = _READS.findall(field.when or "")
    return frozenset(each.replace(".", "/") for each in found)
