"""Rules for synonyms and life events that a schema cannot say."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from mpp_catalog.domain.checks.problem import Problem


def check_synonyms(document: Mapping[str, Any]) -> Iterator[Problem]:
    """A word belongs to one group: else what means the same as it would depend on the order of the file."""
    seen: dict[str, int] = {}
    for number, group in enumerate(document["groups"]):
        for position, phrase in enumerate(group):
            if phrase in seen:
                yield Problem(
                    f"/groups/{number}/{position}",
                    f"'{phrase}' is in group {seen[phrase] + 1} already: join the two groups, or take it out of one",
                )
            seen.setdefault(phrase, number)


def check_life_events(document: Mapping[str, Any], codes_of_definitions: Collection[str]) -> Iterator[Problem]:
    """A code or a phrase names one life event, and the codes are those that a definition may name."""
    codes: set[str] = set()
    phrases: dict[str, str] = {}
    for number, event in enumerate(document["life_events"]):
        where = f"/life_events/{number}"
        if event["code"] in codes:
            yield Problem(f"{where}/code", f"the life event '{event['code']}' is there twice: join the two")
        codes.add(event["code"])
        if event["code"] not in codes_of_definitions:
            yield Problem(
                f"{where}/code",
                f"no definition may name the life event '{event['code']}': correct it, or add it to life_events in "
                "definitions/schemas/service-definition.schema.json",
            )
        for language in ("id", "en"):
            for position, phrase in enumerate(event["phrases"][language]):
                other = phrases.setdefault(phrase, event["code"])
                if other != event["code"]:
                    yield Problem(
                        f"{where}/phrases/{language}/{position}",
                        f"'{phrase}' names the life event '{other}' already: say it in other words",
                    )
    for code in sorted(set(codes_of_definitions) - codes):
        yield Problem(
            "/life_events",
            f"definitions may name the life event '{code}', and nobody can search it: say what it is here",
        )
