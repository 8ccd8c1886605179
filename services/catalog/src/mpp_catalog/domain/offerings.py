"""An offering: a public service at a mall, on the terms in force."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from mpp_catalog.domain.canonical import canonical_json, digest
from mpp_catalog.domain.merge_patch import apply_patch
from mpp_catalog.domain.reference import Agency, Mall
from mpp_catalog.domain.terms import AS_USUAL, Terms


@dataclass(frozen=True)
class Definition:
    """A published version of a definition with the templates of its outputs. `effective_to` is its last day, if any.

    `retired_to`: the last day that was set after it was published; it is no part of the body, which never changes.
    """

    service: str
    version: str
    document: Mapping[str, Any]
    templates: Mapping[str, str]
    retired_to: date | None = None

    @cached_property
    def body(self) -> bytes:
        """What the digest is of: the document and the templates it names."""
        return canonical_json({"definition": self.document, "templates": dict(self.templates)})

    @cached_property
    def digest(self) -> str:
        return digest(self.body)

    @property
    def effective_from(self) -> date:
        return date.fromisoformat(self.document["effective_from"])

    @property
    def effective_to(self) -> date | None:
        ends = [day for day in (_optional_date(self.document["effective_to"]), self.retired_to) if day]
        return min(ends, default=None)

    @property
    def order(self) -> tuple[date, str]:
        """A later one counts before an earlier one."""
        return self.effective_from, self.version


@dataclass(frozen=True)
class Override:
    """What one mall changes in one version of a definition, why, and on which legal ground."""

    mall: str
    service: str
    version: str
    document: Mapping[str, Any]

    @property
    def patch(self) -> dict[str, Any]:
        return dict(self.document["patch"])

    @property
    def effective_from(self) -> date:
        return date.fromisoformat(self.document["effective_from"])

    @property
    def effective_to(self) -> date | None:
        return _optional_date(self.document["effective_to"])


@dataclass(frozen=True)
class Offering:
    """A resolved offering: canonical bytes and their digest. `document` is the definition, override applied."""

    mall: str
    service: str
    version: str
    definition_digest: str
    body: bytes
    digest: str
    document: Mapping[str, Any]
    overridden: bool


@dataclass(frozen=True)
class Period:
    """`offering` is in force from `starts` up to, not including, `ends` (none: until further notice)."""

    starts: date
    ends: date | None
    offering: Offering


def resolve(
    mall: Mall,
    definition: Definition,
    override: Override | None,
    agencies: Mapping[str, Agency],
    terms: Terms = AS_USUAL,
) -> Offering:
    """The offering of `definition` at `mall`."""
    document = apply_patch(dict(definition.document), override.patch) if override else dict(definition.document)
    about = {
        "mall": {
            "code": mall.code,
            "name": mall.name,
            "region": {"code": mall.code, "name": mall.region_name},
            "time_zone": mall.time_zone,
        },
        "service": definition.service,
        "version": definition.version,
        "definition_digest": definition.digest,
        "override": dict(override.document) if override else None,
        "terms": dict(terms.document),
        "definition": document,
        "templates": {
            output["template"]: {"source": definition.templates[output["template"]]} for output in document["outputs"]
        },
        "agencies": {
            code: {
                "name": {"id": agencies[code].name.id, "en": agencies[code].name.en},
                "simulated": agencies[code].simulated,
            }
            for code in sorted(agencies_of(document))
        },
    }
    body = canonical_json(about)
    return Offering(
        mall.code,
        definition.service,
        definition.version,
        definition.digest,
        body,
        digest(body),
        document,
        override is not None,
    )


def agencies_of(document: Mapping[str, Any]) -> set[str]:
    """Every agency a definition names: its owner, its desks, its lookups and its tasks."""
    desks = {state["desk"]["agency"] for state in document["workflow"]["states"] if "desk" in state}
    asked = {entry["agency"] for entry in (*document["prefill"], *document["tasks"])}
    return {document["owner"]["agency"]} | desks | asked


def timeline(
    mall: Mall,
    definitions: Iterable[Definition],
    overrides: Iterable[Override],
    agencies: Mapping[str, Agency],
    terms: Terms = AS_USUAL,
) -> list[Period]:
    """What `mall` offers of one public service, and when: periods in order, never two on one day.

    On any day the version that came into force last counts, with its override if that is in force too; a mall that
    pins a version keeps to that one.
    """
    if not terms.offered:
        return []
    versions = [version for version in definitions if terms.version in (None, version.version)]
    changes = {override.version: override for override in overrides if override.mall == mall.code}
    things: list[Definition | Override] = [*versions, *changes.values()]
    days = sorted({day for thing in things for day in _edges(thing)})
    periods: list[Period] = []
    for starts, ends in zip(days, [*days[1:], None], strict=True):
        definition = version_on(versions, starts)
        if definition is None:
            continue
        change = changes.get(definition.version)
        override = change if change and _in_force(change, starts) else None
        offering = resolve(mall, definition, override, agencies, terms)
        if periods and periods[-1].ends == starts and periods[-1].offering.digest == offering.digest:
            periods[-1] = Period(periods[-1].starts, ends, offering)
        else:
            periods.append(Period(starts, ends, offering))
    return periods


def version_on(versions: Iterable[Definition], day: date) -> Definition | None:
    """Of the versions of one public service, the one in force on that day: the last that began.

    When a version was retired, what it had replaced does not come back: that is published anew.
    """
    begun = sorted(
        (version for version in versions if version.effective_from <= day), key=lambda version: version.order
    )
    for version in reversed(begun):
        if _in_force(version, day):
            return version
        if version.retired_to is not None and version.retired_to < day:
            return None
    return None


def card(offering: Offering, agencies: Mapping[str, Agency]) -> dict[str, Any]:
    """What a list of offerings shows of one."""
    document = offering.document
    owner = agencies[document["owner"]["agency"]]
    return {
        "mall": offering.mall,
        "service": offering.service,
        "version": offering.version,
        "digest": offering.digest,
        "name": document["name"],
        "description": document["description"],
        "category": document["category"],
        "agency": {"code": owner.code, "name": {"id": owner.name.id, "en": owner.name.en}},
        "working_days": document["standard"]["duration"]["working_days"],
        "fee": document["standard"]["fee"],
        "overridden": offering.overridden,
    }


def _in_force(thing: Definition | Override, day: date) -> bool:
    return thing.effective_from <= day and (thing.effective_to is None or day <= thing.effective_to)


def _edges(thing: Definition | Override) -> list[date]:
    end = thing.effective_to
    return [thing.effective_from, *([end + timedelta(days=1)] if end else [])]


def _optional_date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
