"""CEL, the expression language of definitions: conditions, rules and formulas over `answers` and `today`."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from mpp_expressions import cel

VARIABLES = ("answers", "today")
# Inside a list of the form, a field's `when` sees the entry it stands in as well.
ENTRY = "entry"
_STANDARD_FUNCTIONS = frozenset(
    {"bool", "contains", "double", "duration", "endsWith", "getDate", "getDayOfMonth", "getFullYear", "getMonth", "int"}
    | {"matches", "size", "startsWith", "string", "timestamp", "type", "uint"}
)
FUNCTIONS = _STANDARD_FUNCTIONS | {"plus_years"}
_STRINGS = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_BOUND = re.compile(r"\.(?:all|exists|exists_one|filter|map)\(\s*([A-Za-z_]\w*)")
_FIELD = re.compile(r"(?<![.\w])(answers|entry)((?:\.[A-Za-z_]\w*)+)(\s*\()?")


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


def mistakes(expression: str, variables: tuple[str, ...] = VARIABLES) -> list[str]:
    """What is wrong with `expression` before any value is known, one message each; `variables`: what it may see."""
    try:
        program = cel.compile(expression)
    except ValueError as error:
        return [f"the expression does not compile, correct its CEL: {_first_line(error)}"]
    bound = set(_BOUND.findall(expression))
    found = [
        f"unknown variable '{name}': expressions see {' and '.join(variables)}"
        for name in program.variables()
        if name not in variables and name not in bound
    ]
    found += [
        f"unknown function '{name}': use standard CEL or plus_years(date, years)"
        for name in program.functions()
        if name[0].isalpha() and name not in FUNCTIONS
    ]
    return found


def answer_fields(expression: str) -> Iterator[tuple[str, ...]]:
    """The fields of the form that `expression` reads: ("practice", "kind") for answers.practice.kind."""
    return _fields_of(VARIABLES[0], expression)


def entry_fields(expression: str) -> Iterator[tuple[str, ...]]:
    """The same of the entry: ("relation",) for entry.relation."""
    bound = set(_BOUND.findall(expression))
    return iter(()) if ENTRY in bound else _fields_of(ENTRY, expression)


def _fields_of(variable: str, expression: str) -> Iterator[tuple[str, ...]]:
    for match in _FIELD.finditer(_STRINGS.sub('""', expression)):
        if match.group(1) == variable:
            parts = tuple(match.group(2).strip(".").split("."))
            # answers.name.startsWith(...) reads answers.name.
            yield parts[:-1] if match.group(3) else parts


def _first_line(error: Exception) -> str:
    text = str(error).splitlines()[0]
    return text[text.find("ERROR:") :] if "ERROR:" in text else text
