"""A file of terms: it names what exists, once, and says where people are sent."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from mpp_catalog.domain.checks.problem import Problem
from mpp_catalog.domain.checks.shape import check_shape
from mpp_catalog.domain.terms import EVERY_MALL


def check_terms(
    document: Any, schema: dict[str, Any], versions: Mapping[str, Collection[str]], malls: Collection[str]
) -> list[Problem]:
    """Every problem of a file; `versions` by public service."""
    return check_shape(document, schema) or list(_check(document, versions, malls))


def _check(
    document: Mapping[str, Any], versions: Mapping[str, Collection[str]], malls: Collection[str]
) -> Iterator[Problem]:
    if document["mall"] not in {EVERY_MALL, *malls}:
        yield Problem(
            "/mall", f"there is no mall '{document['mall']}' in definitions/malls/malls.yaml: name one, or '*' for all"
        )
    seen: set[str] = set()
    for position, entry in enumerate(document["offerings"]):
        where, service = f"/offerings/{position}", entry["service"]
        if service in seen:
            yield Problem(f"{where}/service", f"'{service}' is there twice: join the two")
        seen.add(service)
        if service not in versions:
            yield Problem(f"{where}/service", f"there is no public service '{service}': name one of {sorted(versions)}")
        elif "version" in entry and entry["version"] not in versions[service]:
            yield Problem(
                f"{where}/version",
                f"there is no version {entry['version']} of '{service}': name one of {sorted(versions[service])}",
            )
        mode = entry.get("mode", {"kind": "native"})
        if mode["kind"] == "hand-off" and not {"link", "note"} <= mode.keys():
            yield Problem(f"{where}/mode", "a hand-off needs the link that people follow and a note on how they return")
        if mode["kind"] != "hand-off" and "link" in mode:
            yield Problem(f"{where}/mode/link", "only a hand-off sends people elsewhere: take the link out")
        for number, hours in enumerate(entry.get("opening", ())):
            if hours["from"] >= hours["until"]:
                yield Problem(f"{where}/opening/{number}", "it closes before it opens: correct from or until")
