"""Which fields are asked: the layout's `when`, a CEL expression over the answers so far."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from mpp_expressions import cel

from mpp_portal.rest_api.form.fields import Field
from mpp_portal.rest_api.form.pointers import value_at

_READS = re.compile(r"\banswers((?:\.[A-Za-z_]\w*)+)")
_READS_ENTRY = re.compile(r"(?<![.\w])entry((?:\.[A-Za-z_]\w*)+)")


@lru_cache(maxsize=512)
def _compiled(expression: str) -> cel.Program:
    return cel.compile(expression)


def asked(field: Field, answers: Mapping[str, Any], today: date) -> bool | None:
    """True or false; None while the answers do not decide it.

    A field in an entry is asked where its list is; its own condition sees that entry as `entry`.
    """
    if field.entry is None:
        return _holds(field.when, {"answers": dict(answers), "today": today.isoformat()})
    seen = {"answers": dict(answers), "today": today.isoformat()}
    whole = _holds(field.entry.when, seen)
    if whole is not True:
        return whole
    entry = value_at(answers, field.entry.pointer)
    return _holds(field.when, {**seen, "entry": dict(entry) if isinstance(entry, Mapping) else {}})


def _holds(expression: str | None, seen: Mapping[str, Any]) -> bool | None:
    if expression is None:
        return True
    try:
        value = _compiled(expression).execute(cel.Context(dict(seen)))
    # The evaluator raises many types for one cause: an answer it reads is not there yet or has another type.
    except Exception:
        return None
    return value if isinstance(value, bool) else None


def reads(field: Field) -> frozenset[str]:
    """Pointers of the answers that its condition looks at."""
    found = {name.replace(".", "/") for name in _READS.findall(field.when or "")}
    if field.entry is not None:
        found |= {name.replace(".", "/") for name in _READS.findall(field.entry.when or "")}
        found |= {field.entry.pointer + name.replace(".", "/") for name in _READS_ENTRY.findall(field.when or "")}
    return frozenset(found)
