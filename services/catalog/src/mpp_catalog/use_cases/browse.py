"""Reading regions, malls, agencies, definitions and calendars."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from mpp_runtime.errors import NotFound, Text

from mpp_catalog.domain.calendar import Calendar
from mpp_catalog.domain.offerings import Definition, version_on
from mpp_catalog.domain.reference import Agency, Mall, Region
from mpp_catalog.use_cases.ports import Clock, Offerings, Reference


def not_found(what: Text, code: str) -> NotFound:
    return NotFound("not-found", Text(f"{what.id} '{code}' tidak ada.", f"There is no {what.en} '{code}'."))


def national_day(clock: Clock) -> date:
    """Today for what is national: its day changes where the day begins first."""
    return clock.now().astimezone(ZoneInfo("Asia/Jayapura")).date()


@dataclass(frozen=True)
class PublicService:
    """The versions of a public service, and which one is in force."""

    code: str
    versions: tuple[Definition, ...]
    in_force: Definition | None


class Browse:
    """Raises NotFound for anything that is not there."""

    def __init__(self, reference: Reference, offerings: Offerings, clock: Clock) -> None:
        self._reference = reference
        self._offerings = offerings
        self._clock = clock

    async def regions(self, parent: str | None, text: str | None, after: str | None, limit: int) -> list[Region]:
        return await self._reference.regions(parent, text, after, limit)

    async def malls(self) -> list[Mall]:
        return await self._reference.malls()

    async def mall(self, code: str) -> Mall:
        mall = await self._reference.mall(code)
        if mall is None:
            raise not_found(Text("Mal", "mall"), code)
        return mall

    async def agencies(self) -> list[Agency]:
        return await self._reference.agencies()

    async def agency(self, code: str) -> Agency:
        agency = await self._reference.agency(code)
        if agency is None:
            raise not_found(Text("Instansi", "agency"), code)
        return agency

    async def services(self) -> list[PublicService]:
        """Every public service, by code."""
        versions: dict[str, list[Definition]] = {}
        for definition in await self._offerings.definitions():
            versions.setdefault(definition.service, []).append(definition)
        return [self._service(code, found) for code, found in versions.items()]

    async def service(self, code: str) -> PublicService:
        versions = await self._offerings.definitions(code)
        if not versions:
            raise not_found(Text("Layanan", "public service"), code)
        return self._service(code, versions)

    async def calendar(self, mall: str, version: str = "") -> tuple[str, Calendar]:
        """A mall's calendar and its version; the current one unless a version is named."""
        found = await self.mall(mall)
        wanted = version or found.calendar_version
        calendar = await self._reference.calendar(wanted)
        if calendar is None:
            raise not_found(Text("Versi kalender", "calendar version"), wanted)
        return wanted, calendar

    def _service(self, code: str, versions: list[Definition]) -> PublicService:
        return PublicService(code, tuple(versions), version_on(versions, national_day(self._clock)))
