"""CEL expressions of a definition. An error is a named refusal, never "false"."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from mpp_expressions import cel
from mpp_runtime.errors import Conflict, Text


class ExpressionFailed(Conflict):
    """The expression could not be evaluated for these answers; `expression` in `extra` says which."""


def plus_years(day: Any, years: int) -> str:
    """The same day `years` later as an ISO date; 29 February becomes 28 February where there is none."""
    start = date.fromisoformat(str(day)[:10])
    try:
        return start.replace(year=start.year + years).isoformat()
    except ValueError:
        return start.replace(year=start.year + years, day=28).isoformat()


@lru_cache(maxsize=2048)
def _compiled(expression: str) -> cel.Program:
    return cel.compile(expression)


def evaluate(expression: str, *, answers: Mapping[str, Any], today: date) -> Any:
    """The value of a CEL expression over `answers` (JSON) and `today` (ISO date, as a string).

    Functions: plus_years(iso_date, years). Raises ExpressionFailed (code "expression-failed").
    """
    try:
        context = cel.Context({"answers": dict(answers), "today": today.isoformat()}, {"plus_years": plus_years})
        return _compiled(expression).execute(context)
    # Whatever goes wrong inside the evaluator is about the expression or the answers, and must have this one name.
    except Exception as error:
        raise ExpressionFailed(
            "expression-failed",
            Text(
                "Aturan layanan tidak dapat dihitung untuk isian ini.",
                "A rule of the public service cannot be evaluated for these answers.",
            ),
            expression=expression,
        ) from error


def holds(expression: str, *, answers: Mapping[str, Any], today: date) -> bool:
    """Like `evaluate`, for conditions: anything but true or false is a failure too."""
    value = evaluate(expression, answers=answers, today=today)
    if not isinstance(value, bool):
        raise ExpressionFailed(
            "expression-failed",
            Text("Aturan layanan tidak menghasilkan ya atau tidak.", "A rule of the public service gave no yes or no."),
            expression=expression,
        )
    return value
