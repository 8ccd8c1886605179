"""CEL, the expression language of definitions: conditions, rules and formulas over `answers` and `today`."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from mpp_expressions import cel

VARIABLES = ("answers", "today")
_STANDARD_FUNCTIONS = frozenset(
    {"bool", "contains", "double", "duration", "endsWith", "getDate", "getDayOfMonth", "getFullYear", "getMonth", "int"}
    | {"matches", "size", "startsWith", "string", "timestamp", "type", "uint"}
)
FUNCTIONS = _STANDARD_FUNCTIONS | {"plus_years"}
_STRINGS = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_BOUND = re.compile(r"\.(?:all|exists|exists_one|filter|map)\(\s*([A-Za-z_]\w*)")
_ANSWER = re.compile(r"\banswers((?:\.[A-Za-z_]\w*)+)(\s*\()?")


class ExpressionError(Exception):
    """An expression that cannot be evaluated on these values; the message names the cause."""


def plus_years(day: str, years: int) -> str:
    """The same day `years` later, ISO 8601; 29 February becomes 28 February where there is none."""
    start = date.fromisoformat(day)
    try:
        return start.replace(year=start.year + years).isoformat()
    except ValueError:
        return start.replace(year=start.year + years, day=28).isoformat()


def evaluate(expression: str, answers: Any, today: date) -> Any:
    """The value of `expression`. Raises ExpressionError; an error is never taken for false."""
    context = cel.Context({"answers": answers, "today": today.isoformat()}, {"plus_years": plus_years})
    try:
        return cel.compile(expression).execute(context)
    except (ValueError, TypeError, KeyError, RuntimeError, OverflowError, ZeroDivisionError) as error:
        raise ExpressionError(f"{type(error).__name__}: {_first_line(error)}") from error


def mistakes(expression: str) -> list[str]:
    """What is wrong with `expression` before any value is known, one message each."""
    try:
        program = cel.compile(expression)
    except ValueError as error:
        return [f"the expression does not compile: {_first_line(error)}"]
    bound = set(_BOUND.findall(expression))
    found = [
        f"unknown variable '{name}': expressions see {' and '.join(VARIABLES)}"
        for name in program.variables()
        if name not in VARIABLES and name not in bound
    ]
    found += [
        f"unknown function '{name}': use standard CEL or plus_years(date, years)"
        for name in program.functions()
        if name[0].isalpha() and name not in FUNCTIONS
    ]
    return found


def answer_fields(expression: str) -> Iterator[tuple[str, ...]]:
    """The fields of the form that `expression` reads: ("practice", "kind") for answers.practice.kind."""
    for match in _ANSWER.finditer(_STRINGS.sub('""', expression)):
        parts = tuple(match.group(1).strip(".").split("."))
        # answers.name.startsWith(...) reads answers.name.
        yield parts[:-1] if match.group(2) else parts


def _first_line(error: Exception) -> str:
    text = str(error).splitlines()[0]
    return text[text.find("ERROR:") :] if "ERROR:" in text else text
