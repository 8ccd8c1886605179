"""An override: it changes what a region may change, and the result is still a right definition."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from mpp_catalog.domain.checks.definition import check_definition
from mpp_catalog.domain.checks.problem import Known, Problem
from mpp_catalog.domain.checks.regional import check_regional
from mpp_catalog.domain.checks.shape import check_shape
from mpp_catalog.domain.merge_patch import apply_patch

# The nation's to say: which public service it is, whose, since when, and what a region may change.
NATIONAL = ("code", "version", "owner", "effective_from", "effective_to", "regional")


def check_override(
    document: Any,
    schema: dict[str, Any],
    definition_schema: dict[str, Any],
    definitions: Mapping[tuple[str, str], Mapping[str, Any]],
    malls: Collection[str],
    known: Known,
) -> list[Problem]:
    """Every problem of an override; `definitions` by (service, version)."""
    problems = check_shape(document, schema)
    if problems:
        return problems
    if document["mall"] not in malls:
        return [Problem("/mall", f"there is no mall '{document['mall']}' in definitions/malls/malls.yaml")]
    key = (document["service"], document["version"])
    if key not in definitions:
        there = sorted(version for service, version in definitions if service == key[0])
        return [
            Problem(
                "/version",
                f"there is no version {key[1]} of '{key[0]}', only {there}: correct service or version",
            )
        ]
    if forbidden := [name for name in NATIONAL if name in document["patch"]]:
        return [
            Problem(f"/patch/{name}", f"'{name}' is the nation's to say: take it out of the patch")
            for name in forbidden
        ]
    source = document["legal_reference"].get("source")
    if source is not None and source not in known.sources:
        return [
            Problem(
                "/legal_reference/source", f"'{source}' is not in definitions/sources.yaml: add where the fact was read"
            )
        ]
    baseline = definitions[key]
    patched = apply_patch(dict(baseline), document["patch"])
    if patched == baseline:
        return [Problem("/patch", "the patch changes nothing: take the override out")]
    found = [
        Problem("/patch", f"with the patch applied, {problem.where}: {problem.message}")
        for problem in check_definition(patched, definition_schema, known)
    ]
    return found or [*_longer(baseline, patched), *check_regional(baseline, patched)]


def _longer(baseline: Mapping[str, Any], patched: Mapping[str, Any]) -> Iterator[Problem]:
    """Each time that the region would take longer than the nation allows."""
    national, here = baseline["standard"]["duration"], patched["standard"]["duration"]
    for unit in ("working_days", "hours", "minutes"):
        if unit in national and here.get(unit, national[unit] + 1) > national[unit]:
            yield _too_long("/patch/standard/duration", national[unit], unit)
    classes = {one["code"]: one["working_days"] for one in patched.get("deadline_classes", [])}
    for one in baseline.get("deadline_classes", []):
        if classes.get(one["code"], 0) > one["working_days"]:
            yield _too_long(f"/patch/deadline_classes/{one['code']}", one["working_days"], "working_days")


def _too_long(where: str, most: int, unit: str) -> Problem:
    return Problem(
        where, f"the national standard is {most} {unit.replace('_', ' ')}: a region may promise less, not more"
    )
