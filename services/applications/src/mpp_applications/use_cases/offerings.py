"""Offerings and calendars at hand: in memory, else in our own database, else asked of the catalogue once."""

import time
from collections import OrderedDict
from datetime import datetime

from mpp_runtime.errors import TryLater

from mpp_applications.domain.definition import Offering
from mpp_applications.domain.working_days import WorkingCalendar
from mpp_applications.use_cases.ports import Catalog, Clock, Store

_KEPT = 500
# How late a new version may be noticed: the catalogue itself looks at most once a second.
_PIN_SECONDS = 1.0
_CALENDAR_SECONDS = 300.0


class Offerings:
    """An offering never changes, so what was read once is right for ever."""

    def __init__(self, catalog: Catalog, store: Store) -> None:
        self._catalog = catalog
        self._store = store
        self._known: OrderedDict[str, Offering] = OrderedDict()
        self._pins: OrderedDict[tuple[str, str], tuple[float, Offering]] = OrderedDict()

    async def pin(self, mall: str, service: str) -> Offering:
        """The offering in force now. Raises NotFound if the mall does not offer the public service."""
        asked_at, pinned = self._pins.get((mall, service), (0.0, None))
        if pinned is None or time.monotonic() - asked_at >= _PIN_SECONDS:
            digest, content = await self._catalog.pin(mall, service)
            pinned = await self.local(digest)
            if pinned is None:
                # Kept before anything is pinned to it: reading a file must not need the catalogue.
                await self._store.keep_offering(digest, content)
                pinned = self._remember(Offering.parse(digest, content))
            self._pins[mall, service] = (time.monotonic(), pinned)
            if len(self._pins) > _KEPT:
                self._pins.popitem(last=False)
        return pinned

    async def local(self, digest: str) -> Offering | None:
        """Without a call to another service."""
        if digest in self._known:
            self._known.move_to_end(digest)
            return self._known[digest]
        content = await self._store.offering(digest)
        return self._remember(Offering.parse(digest, content)) if content is not None else None

    async def get(self, digest: str) -> Offering:
        if found := await self.local(digest):
            return found
        content = await self._catalog.by_digest(digest)
        await self._store.keep_offering(digest, content)
        return self._remember(Offering.parse(digest, content))

    def _remember(self, offering: Offering) -> Offering:
        self._known[offering.digest] = offering
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return offering


class Calendars:
    """The mall's calendar; the catalogue's absence is bridged by the one seen last."""

    def __init__(self, catalog: Catalog, store: Store, clock: Clock) -> None:
        self._catalog = catalog
        self._store = store
        self._clock = clock
        self._known: dict[str, tuple[float, WorkingCalendar]] = {}

    async def current(self, mall: str) -> WorkingCalendar:
        """Raises TryLater if the catalogue is away and none was ever seen."""
        read_at, known = self._known.get(mall, (0.0, None))
        if known is not None and time.monotonic() - read_at < _CALENDAR_SECONDS:
            return known
        try:
            calendar = await self._catalog.calendar(mall)
        except TryLater:
            kept = known or await self._store.calendar(mall)
            if kept is None:
                raise
            return kept
        if known is None or known.version != calendar.version:
            await self._store.keep_calendar(mall, calendar, self._seen_at())
        self._known[mall] = (time.monotonic(), calendar)
        return calendar

    def _seen_at(self) -> datetime:
        return self._clock()
