"""Judging a folder of definition files, and taking from it what can be published."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mpp_runtime.errors import Text

from mpp_catalog.domain.calendar import Calendar, build_calendar
from mpp_catalog.domain.checks import Known, Problem, check_definition, check_override, check_shape, check_terms
from mpp_catalog.domain.checks.search import check_life_events, check_synonyms
from mpp_catalog.domain.life_events import LifeEvent
from mpp_catalog.domain.offerings import Definition, Override
from mpp_catalog.domain.reference import Agency, Mall, Region, TaskGrant
from mpp_catalog.domain.search_text import Synonyms
from mpp_catalog.use_cases.folder import File, FileProblem, Folder

_CODE = re.compile(r"[0-9]{2}(?:[.][0-9]{2}){0,2}")


@dataclass(frozen=True)
class Content:
    """What a right folder holds."""

    regions: tuple[Region, ...]
    time_zones: Mapping[str, str]
    malls: tuple[Mall, ...]
    agencies: Mapping[str, Agency]
    calendars: Mapping[str, Calendar]
    definitions: tuple[Definition, ...]
    overrides: tuple[Override, ...]
    terms: tuple[Mapping[str, Any], ...] = ()
    synonyms: Synonyms = ()
    life_events: tuple[LifeEvent, ...] = ()
    templates: Mapping[str, str] = field(default_factory=dict)
    sources: frozenset[str] = frozenset()


def check_folder(folder: Folder, events: frozenset[str]) -> list[FileProblem]:
    """Every problem of the folder; `events` are the events of applications."""
    problems = list(folder.unreadable)
    for name, files in (
        ("malls", folder.malls),
        ("agency", folder.agencies),
        ("calendar", folder.calendars),
        ("synonyms", folder.synonyms),
        ("life-events", folder.life_events),
    ):
        for file in files:
            problems += _at(file, check_shape(file.document, folder.schemas[name]))
    problems += _check_regions(folder)
    if problems:
        return problems
    problems += _check_reference(folder)
    for file in folder.synonyms:
        problems += _at(file, check_synonyms(file.document))
    codes = folder.schemas["service-definition"]["properties"]["life_events"]["items"]["enum"]
    for file in folder.life_events:
        problems += _at(file, check_life_events(file.document, codes))
    agencies = agencies_of_folder(folder)
    known = Known(events, agencies, frozenset(folder.templates), folder.sources)
    documents: dict[tuple[str, str], Any] = {}
    for file in folder.definitions:
        found = check_definition(file.document, folder.schemas["service-definition"], known)
        problems += _at(file, found)
        if not found:
            key = (file.document["code"], file.document["version"])
            if key in documents:
                problems += _at(
                    file, [Problem("/version", f"{key[0]} {key[1]} is defined twice: give it a new version")]
                )
            documents[key] = file.document
    malls = {entry["code"] for file in folder.malls for entry in file.document["malls"]}
    seen: dict[tuple[str, str, str], str] = {}
    for file in folder.overrides:
        found = check_override(
            file.document, folder.schemas["override"], folder.schemas["service-definition"], documents, malls, known
        )
        if not found:
            document = file.document
            same = (document["mall"], document["service"], document["version"])
            if same in seen:
                found = [Problem("/", f"{seen[same]} already overrides this version at this mall: join the two")]
            seen[same] = file.path
        problems += _at(file, found)
    versions: dict[str, set[str]] = {}
    for service, version in documents:
        versions.setdefault(service, set()).add(version)
    for file in folder.offerings:
        problems += _at(file, check_terms(file.document, folder.schemas["offerings"], versions, malls))
    return problems


def content_of(folder: Folder, keys: Mapping[str, dict[str, Any]]) -> Content:
    """What a folder without problems holds; `keys` are the agencies' public key sets."""
    agencies = agencies_of_folder(folder, keys)
    names = {region.code: region.name for region in folder.regions}
    calendars = [file.document for file in folder.calendars]
    malls, calendar_of = [], {}
    for file in folder.malls:
        note = Text(file.document["note"]["id"], file.document["note"]["en"])
        for entry in file.document["malls"]:
            code, weekdays = entry["code"], tuple(entry.get("working_weekdays", file.document["working_weekdays"]))
            calendar_of[code] = build_calendar(code, entry["time_zone"], weekdays, calendars)
            malls.append(
                Mall(code, entry["name"], names[code], entry["time_zone"], weekdays, note, calendar_of[code].version)
            )
    definitions = tuple(_definition(file.document, folder.templates) for file in folder.definitions)
    overrides = tuple(
        Override(o.document["mall"], o.document["service"], o.document["version"], o.document) for o in folder.overrides
    )
    return Content(
        folder.regions,
        folder.time_zones,
        tuple(malls),
        agencies,
        calendar_of,
        definitions,
        overrides,
        tuple(file.document for file in folder.offerings),
        tuple(tuple(group) for file in folder.synonyms for group in file.document["groups"]),
        tuple(_life_event(entry) for file in folder.life_events for entry in file.document["life_events"]),
        folder.templates,
        folder.sources,
    )


def _life_event(entry: Mapping[str, Any]) -> LifeEvent:
    name = Text(entry["name"]["id"], entry["name"]["en"])
    phrases = (name.id, name.en, *entry["phrases"]["id"], *entry["phrases"]["en"])
    return LifeEvent(entry["code"], name, phrases, tuple(entry["services"]))


def _definition(document: Mapping[str, Any], templates: Mapping[str, str]) -> Definition:
    named = {output["template"]: templates[output["template"]] for output in document["outputs"]}
    return Definition(document["code"], document["version"], document, named)


def agencies_of_folder(folder: Folder, keys: Mapping[str, dict[str, Any]] | None = None) -> dict[str, Agency]:
    """The agencies of a folder whose files have the right shape, by code."""
    agencies, keys = {}, keys or {}
    for file in folder.agencies:
        document = file.document
        connector = document["connector"] or {"lookups": [], "tasks": []}
        agencies[document["code"]] = Agency(
            code=document["code"],
            name=Text(document["name"]["id"], document["name"]["en"]),
            kind=document["kind"],
            simulated=document["simulated"],
            has_connector=document["connector"] is not None,
            lookups=tuple(entry["name"] for entry in connector["lookups"]),
            tasks=tuple(TaskGrant(entry["name"], tuple(entry["services"])) for entry in connector["tasks"]),
            jwks=keys.get(document["code"], {}),
        )
    return agencies


def _check_regions(folder: Folder) -> Iterator[FileProblem]:
    path = "regions/regions.csv"
    codes: set[str] = set()
    for row, region in enumerate(folder.regions, start=2):
        if not _CODE.fullmatch(region.code):
            yield FileProblem(path, row, region.code, "a code is 33, 33.14 or 33.14.01")
        elif region.code in codes:
            yield FileProblem(path, row, region.code, "this code is there twice")
        elif region.parent != (region.code[:-3] or None):
            yield FileProblem(
                path, row, region.code, f"its parent is {region.code[:-3] or 'empty'}, not {region.parent}"
            )
        elif region.parent and region.parent not in codes:
            yield FileProblem(path, row, region.code, f"its parent {region.parent} must come before it")
        codes.add(region.code)
    for row, region in enumerate(folder.regions, start=2):
        if region.successor and region.successor not in codes:
            yield FileProblem(path, row, region.code, f"its successor {region.successor} is not in the list")
    provinces = {code for code in codes if len(code) == 2}
    for code in sorted(provinces ^ set(folder.time_zones)):
        yield FileProblem("regions/time_zones.csv", None, code, "each province needs one time zone, and nothing else")


def _check_reference(folder: Folder) -> Iterator[FileProblem]:
    in_force = {region.code for region in folder.regions if region.valid_to is None}
    for file in folder.malls:
        for position, entry in enumerate(file.document["malls"]):
            where = f"/malls/{position}"
            if entry["code"] not in in_force:
                yield from _at(file, [Problem(f"{where}/code", f"there is no region {entry['code']} in force")])
            elif entry["time_zone"] != folder.time_zones[entry["code"][:2]]:
                yield from _at(file, [Problem(f"{where}/time_zone", "it is not the time zone of its province")])
    national = sorted(file.document["year"] for file in folder.calendars if file.document["region"] is None)
    if not national or national != list(range(national[0], national[-1] + 1)):
        yield FileProblem(
            "calendars", None, "/year", f"national years must follow each other once each, they are {national}"
        )
    for file in folder.calendars:
        for position, day in enumerate(file.document["days"]):
            if not day["date"].startswith(f"{file.document['year']}-"):
                yield from _at(
                    file, [Problem(f"/days/{position}/date", f"{day['date']} is not in {file.document['year']}")]
                )


def _at(file: File, problems: Iterable[Problem]) -> list[FileProblem]:
    return [FileProblem(file.path, file.line_of(p.where), p.where, p.message) for p in problems]
