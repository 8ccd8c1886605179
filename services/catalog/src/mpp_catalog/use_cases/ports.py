"""What the use cases need of the world."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from mpp_catalog.domain.calendar import Calendar
from mpp_catalog.domain.life_events import LifeEvent
from mpp_catalog.domain.offerings import Definition, Override, Period
from mpp_catalog.domain.reference import Agency, Mall, Region
from mpp_catalog.domain.search_text import Synonyms


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """An aware time."""
        ...


class Reference(Protocol):
    """Regions, malls, agencies and calendars as stored."""

    async def regions(self, parent: str | None, text: str | None, after: str | None, limit: int) -> list[Region]:
        """Regions in force, by code. `parent` "" asks for provinces, None for all levels."""
        ...

    async def malls(self) -> list[Mall]: ...

    async def mall(self, code: str) -> Mall | None: ...

    async def agencies(self) -> list[Agency]: ...

    async def agency(self, code: str) -> Agency | None: ...

    async def calendar(self, version: str) -> Calendar | None: ...


@dataclass(frozen=True)
class StoredOffering:
    """A resolved offering as stored. `ends` is when it stops being the one in force, if that is known."""

    mall: str
    service: str
    digest: str
    definition_digest: str
    body: bytes
    ends: datetime | None = None


@dataclass(frozen=True)
class StoredPeriod:
    """The offering was or is in force from `starts` up to, not including, `ends`, at the mall's date."""

    starts: date
    ends: date | None
    offering: StoredOffering


class Offerings(Protocol):
    """Definitions and offerings as stored."""

    async def generation(self) -> int:
        """A number that grows with every publication."""
        ...

    async def in_force(self, mall: str, service: str, at: datetime) -> StoredOffering | None:
        """The offering in force at the mall's own date."""
        ...

    async def begun(self, mall: str, service: str, at: datetime) -> list[StoredPeriod]:
        """Every period that has begun at the mall's own date, in order; the last one may have ended."""
        ...

    async def by_digest(self, digest: str) -> StoredOffering | None: ...

    async def definition_by_digest(self, digest: str) -> Definition | None: ...

    async def definitions(self, service: str | None = None) -> list[Definition]:
        """Every published version, by service and date of effect."""
        ...

    async def published_at(self, service: str) -> dict[str, datetime]:
        """When each version of a public service was published."""
        ...


@dataclass(frozen=True)
class Query:
    """A search for `terms`; `any_term` is content with one of them. `after` is the position a page begins behind.

    `once_a_service`: each public service once, however many malls offer it. `services`: only these. `near`: a region;
    of what fits equally well, what malls nearer to it offer comes first.
    """

    mall: str | None
    agency: str | None
    terms: tuple[str, ...]
    any_term: bool
    after: tuple[int, str, str] | None
    limit: int
    at: datetime
    once_a_service: bool = False
    services: tuple[str, ...] | None = None
    near: str | None = None


@dataclass(frozen=True)
class Hit:
    """A card and its position: rank, public service, mall."""

    card: Mapping[str, Any]
    position: tuple[int, str, str]


class Search(Protocol):
    """The search index."""

    async def nearest_words(self, words: Sequence[str]) -> dict[str, str]:
        """For each word that the vocabulary does not know: the nearest one it knows, if one is near."""
        ...

    async def find(self, query: Query) -> list[Hit]: ...

    async def life_event(self, text: str, begun: bool) -> LifeEvent | None:
        """The life event that the text names; `begun`: or begins to name, the text being the start of a phrase."""
        ...


@dataclass(frozen=True)
class Seeded:
    """What was last seeded beside the definitions: it is in force until the next seeding."""

    terms: Sequence[Mapping[str, Any]]
    synonyms: Synonyms
    templates: Mapping[str, str]
    sources: frozenset[str]


class ServicePublication(Protocol):
    """One public service being published: one transaction, under the lock of its code."""

    code: str

    async def definitions(self) -> list[Definition]: ...

    async def overrides(self) -> list[Override]: ...

    async def add_definition(self, definition: Definition, at: datetime) -> None:
        """Stores the version and publishes DefinitionPublished."""
        ...

    async def replace_overrides(self, overrides: Sequence[Override]) -> None: ...

    async def replace_periods(
        self,
        mall: str,
        periods: Sequence[Period],
        agencies: Mapping[str, Agency],
        synonyms: Synonyms,
        at: datetime,
    ) -> int:
        """Stores what the mall offers, when, and by which words it is found.

        Publishes OfferingChanged for each new offering: how many. SearchChanged comes once for all malls at the end,
        if an offering that did not change is found by other words.
        """
        ...


class Publishing(Protocol):
    """Writing to the catalogue."""

    async def put_reference(
        self,
        regions: Sequence[Region],
        time_zones: Mapping[str, str],
        malls: Sequence[Mall],
        agencies: Sequence[Agency],
        calendars: Mapping[str, Calendar],
        life_events: Sequence[LifeEvent],
        at: datetime,
    ) -> None:
        """Stores them all; what is stored but not given stays, but for life events. `calendars` by mall.

        Publishes ReferenceChanged if anything of it is new.
        """
        ...

    async def put_seeded(self, seeded: Seeded) -> None:
        """Stores what editors need between two seedings."""
        ...

    async def services(self) -> list[str]:
        """The public services that have a published version."""
        ...

    def service(self, code: str) -> AbstractAsyncContextManager[ServicePublication]: ...


class MessageTemplates(Protocol):
    """Notifications, which owns message templates."""

    async def check(self, event: str, language: str, subject: str, body: str) -> list[str]:
        """What is wrong with a template for an event of applications. Raises TryLater without an answer."""
        ...
