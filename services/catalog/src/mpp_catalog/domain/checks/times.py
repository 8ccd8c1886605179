"""How long a public service takes: its dates, the published time and its steps, and the deadlines of its classes."""

from collections.abc import Iterator, Mapping
from typing import Any

from mpp_catalog.domain.checks.form import check_expression
from mpp_catalog.domain.checks.problem import Problem
from mpp_catalog.domain.checks.workflow import longest_path

# Only for comparing steps in minutes with a promise in working days: a mall is open eight hours or a little less.
_MINUTES = {"minutes": 1, "hours": 60, "working_days": 8 * 60}


def check_times(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything about the dates and durations of a definition."""
    ends = document["effective_to"]
    if ends is not None and ends < document["effective_from"]:
        yield Problem("/effective_to", "it ends before it begins: correct effective_from or effective_to")
    duration = document["standard"]["duration"]
    promised, steps = duration["working_days"], longest_path(document)
    if steps > promised:
        yield Problem(
            "/standard/duration/working_days",
            f"the steps take up to {steps} working days, the standard promises {promised}: shorten a step",
        )
    yield from _check_published(duration)
    yield from _check_classes(document, promised)


def _check_published(duration: Mapping[str, Any]) -> Iterator[Problem]:
    where = "/standard/duration"
    if "minutes" in duration and "hours" in duration:
        yield Problem(where, "the published time is in minutes and in hours: keep one of them")
        return
    total = _minutes({unit: duration[unit] for unit in ("minutes", "hours") if unit in duration} or duration)
    if total > _minutes({"working_days": duration["working_days"]}):
        yield Problem(where, "the published time is longer than the deadline: raise working_days or lower the time")
    spent = 0
    for position, step in enumerate(duration.get("steps", [])):
        units = [unit for unit in _MINUTES if unit in step]
        if len(units) != 1:
            yield Problem(
                f"{where}/steps/{position}",
                f"a step takes exactly one of minutes, hours and working_days: it has {units or 'none'}, keep one",
            )
            return
        spent += _minutes(step)
    if spent > total:
        yield Problem(
            f"{where}/steps",
            f"the steps add up to {_words(spent)}, the standard says {_words(total)}: "
            "shorten a step or raise the total",
        )


def _check_classes(document: Mapping[str, Any], promised: int) -> Iterator[Problem]:
    for position, one in enumerate(document.get("deadline_classes", [])):
        where = f"/deadline_classes/{position}"
        yield from check_expression(document["form"]["schema"], one["when"], f"{where}/when")
        if one["working_days"] > promised:
            yield Problem(
                f"{where}/working_days",
                f"class '{one['code']}' has {one['working_days']} working days, the standard {promised}: "
                "no class may take longer, raise standard.duration.working_days",
            )


def _minutes(duration: Mapping[str, Any]) -> int:
    return sum(factor * duration.get(unit, 0) for unit, factor in _MINUTES.items())


def _words(minutes: int) -> str:
    days, rest = divmod(minutes, _MINUTES["working_days"])
    return " and ".join(
        part for part in (f"{days} working days" if days else "", f"{rest} minutes" if rest or not days else "") if part
    )
