"""What a region may change in a definition: asking for more or for less only where the definition allows it."""

from collections.abc import Iterator, Mapping
from typing import Any

from mpp_catalog.domain.checks.problem import Problem
from mpp_catalog.domain.differences import Difference, differences

# What holds where a definition says nothing. The papers of a village's letters are the village's own custom.
USUAL = {
    "requirements": "stricter",
    "form": "stricter",
    "duration": "shorter",
    "fees": "regional",
    "workflow": "any",
    "outputs": "appearance",
}
_USUAL_OF_A_VILLAGE = USUAL | {"requirements": "any", "form": "any"}
# Set by a by-law of a regency or a province; the others are set by the nation.
_REGIONAL_FEES = {"retribusi", "provincial-tax"}
_APPEARANCE = {"name", "number", "template", "signer_desk"}
_KINDS = ("scan", "copy", "original")
_NEUTRAL = {"source", "confirmed", "obtained_at"}
STRICTER, LOOSER, NEUTRAL, OTHERWISE = "asks for more", "asks for less", "is the same", "asks for something else"
_LETS = {
    "stricter": "ask for more, not for less or otherwise",
    "looser": "ask for less, not for more or otherwise",
    "shorter": "promise less time, not more",
    "regional": "set retribusi and provincial taxes, not what the nation sets",
    "times": "change working days alone",
    "appearance": "change name, number, template and signer of a document, not what it is or how long it is valid",
    "none": "change nothing",
}


def regional_of(definition: Mapping[str, Any]) -> dict[str, str]:
    """Part of the definition → what a region may do with it: what the definition says before what is usual."""
    usual = _USUAL_OF_A_VILLAGE if definition["owner"]["level"] == "village" else USUAL
    return {**usual, **definition.get("regional", {})}


def check_regional(baseline: Mapping[str, Any], patched: Mapping[str, Any]) -> Iterator[Problem]:
    """Each change of the patched definition that the baseline does not allow a region."""
    allowed = regional_of(baseline)
    for change in differences(baseline, patched):
        path = tuple(change.path.strip("/").split("/"))
        part = _part(path)
        if part and not _may(allowed[part], part, path, change, (baseline, patched)):
            yield Problem(
                f"/patch{change.path}",
                f"regional.{part} of '{baseline['code']}' is '{allowed[part]}': a region may {_LETS[allowed[part]]}; "
                f"take this out, or publish a version of the definition that allows it",
            )
    if allowed["duration"] != "none":
        yield from _check_classes(baseline, patched)


def _part(path: tuple[str, ...]) -> str | None:
    """The part of `regional` that speaks of this place; none of texts, which a region may write in its own words."""
    match path:
        case ("standard", "duration", *_) | ("deadline_classes", *_):
            return "duration"
        case ("standard", "fee", *_) | ("fees", *_):
            return "fees"
        case ("workflow" | "tasks" | "prefill", *_):
            return "workflow"
        case ("requirements" | "form" | "outputs" as part, *_):
            return part
    return None


def _may(
    rule: str, part: str, path: tuple[str, ...], change: Difference, both: tuple[Mapping[str, Any], Mapping[str, Any]]
) -> bool:
    match rule:
        case "any" | "shorter":  # How long it takes is compared as a whole.
            return True
        case "stricter" | "looser":
            way = _of_requirement(path[2:], change) if part == "requirements" else _of_form(path[1:], change)
            return way in (NEUTRAL, STRICTER if rule == "stricter" else LOOSER)
        case "regional":
            kinds = {fee["kind"] for document in both for fee in document["fees"] if fee["code"] == path[1]}
            return path[0] == "standard" or kinds <= _REGIONAL_FEES
        case "times":
            return path[-1] == "working_days"
        case "appearance":
            return len(path) > 2 and path[2] in _APPEARANCE
    return False


def _of_requirement(path: tuple[str, ...], change: Difference) -> str:
    """Which way a requirement changed, by the path below its code."""
    choice = path[:1] == ("any_of",)
    # One more way to satisfy a choice asks for less, and a condition on such a way for more: the reverse of a paper.
    more, less = (LOOSER, STRICTER) if choice else (STRICTER, LOOSER)
    rest = path[2:] if choice else path
    was, now = change.baseline, change.here
    match rest:
        case ():
            return OTHERWISE if path == ("any_of",) else more if change.kind == "added" else less
        case ("when",):
            return {"added": less, "removed": more}.get(change.kind, OTHERWISE)
        case ("mandatory",):
            return STRICTER if now else LOOSER
        case ("reuse",):
            return LOOSER if now else STRICTER
        case ("copies",):
            return _compare(was or 1, now or 1)
        case ("kind",) if was in _KINDS and now in _KINDS:
            return _compare(_KINDS.index(was), _KINDS.index(now))
        case ("file", "max_bytes"):
            return _compare(now, was)
        case ("file", "types"):
            return _compare_lists(now, was)
        case ("validity",):
            return STRICTER if change.kind == "added" else LOOSER
        case ("validity", _) if change.kind == "changed":
            return _compare(now, was)
        case (name, *_) if name in _NEUTRAL:
            return NEUTRAL
    return OTHERWISE


def _of_form(path: tuple[str, ...], change: Difference) -> str:
    """Which way the form changed. Where a field stands and what it is called asks for nothing."""
    match path:
        case ("layout", *_) | ("rules", _, "message", *_):
            return NEUTRAL
        case ("rules", _) | ("schema", *_, "properties", _) if change.kind != "changed":
            return STRICTER if change.kind == "added" else LOOSER
        case ("schema", *_, "required"):
            return _compare_lists(change.baseline or [], change.here or [])
        case ("schema", *_, "enum") if change.kind == "changed":
            return _compare_lists(change.here, change.baseline)
    return OTHERWISE


def _compare(less: int, more: int) -> str:
    return STRICTER if more > less else LOOSER


def _compare_lists(less: list[Any], more: list[Any]) -> str:
    """Stricter if `more` has all of `less` and something besides."""
    small, large = set(map(str, less)), set(map(str, more))
    return NEUTRAL if small == large else STRICTER if small < large else LOOSER if large < small else OTHERWISE


def _check_classes(baseline: Mapping[str, Any], patched: Mapping[str, Any]) -> Iterator[Problem]:
    """A class that goes, that is asked later or of other cases would give those another deadline."""
    national, here = baseline.get("deadline_classes", []), patched.get("deadline_classes", [])
    conditions = {one["code"]: one["when"] for one in here}
    for one in national:
        if conditions.get(one["code"]) != one["when"]:
            yield Problem(
                f"/patch/deadline_classes/{one['code']}",
                f"'{one['code']}' is a class of the nation: keep it and its condition, a region may shorten its time "
                "and add classes",
            )
    order = [one["code"] for one in national]
    if set(order) <= set(conditions) and [one["code"] for one in here][: len(order)] != order:
        yield Problem(
            "/patch/deadline_classes", f"the first class that fits counts: keep {order} in this order, new ones after"
        )
