"""What the registers answered for an application: kept, so that whoever reads it later sees source and time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Lookup:
    """One answer of a register.

    `code` is the lookup's in the definition; `outcome` "found", "not_found", "refused", "error" or "away"; `values`:
    pointer into the answers → what the register holds; `source` and `as_of` are the register's own words and time.
    """

    code: str
    agency: str
    outcome: str
    values: Mapping[str, Any]
    source: Mapping[str, Any] | None
    as_of: datetime | None
    asked_at: datetime


# No answer: what the register said before still stands.
_SILENT = frozenset({"away", "error"})


def newest(known: Iterable[Lookup], asked: Iterable[Lookup]) -> tuple[Lookup, ...]:
    """By code, the latest of each; a register that is silent now does not take back what it said."""
    kept = {lookup.code: lookup for lookup in known}
    for lookup in asked:
        before = kept.get(lookup.code)
        if before is None or lookup.outcome not in _SILENT or before.outcome in _SILENT:
            kept[lookup.code] = lookup
    return tuple(kept.values())
