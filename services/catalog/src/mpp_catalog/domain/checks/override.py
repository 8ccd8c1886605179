"""An override: it changes what a region may change, and the result is still a right definition."""

from collections.abc import Collection, Mapping
from typing import Any

from mpp_catalog.domain.checks.definition import check_definition
from mpp_catalog.domain.checks.problem import Known, Problem
from mpp_catalog.domain.checks.shape import check_shape
from mpp_catalog.domain.merge_patch import apply_patch

# The nation's to say: which public service it is, whose, and since when.
NATIONAL = ("code", "version", "owner", "effective_from", "effective_to")


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
    if not found:
        maximum = baseline["standard"]["duration"]["working_days"]
        if patched["standard"]["duration"]["working_days"] > maximum:
            found.append(
                Problem(
                    "/patch/standard/duration",
                    f"the national standard is {maximum} working days: a region may promise less, not more",
                )
            )
    return found
