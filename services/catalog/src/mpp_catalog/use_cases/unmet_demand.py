"""What people searched and no mall offers: counted by words, mall and day, never by person."""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from mpp_runtime.errors import Refusal
from mpp_telemetry.log import get_logger

from mpp_catalog.use_cases.ports import Clock

# Longer is a story, and a story may be about somebody.
_MOST_WORDS, _LONGEST = 5, 60
_DIGIT = re.compile(r"\d")
# A NIK has sixteen digits, a telephone number at least seven; the year of a form has four.
_MOST_DIGITS = 4
_MOST_WAITING = 1000
_MOST_A_DAY = 5000
_FLUSH_SECONDS = 10.0
KEPT_DAYS = 90
# What fewer asked is not shown: it may be one person's own words.
SHOWN_FROM = 3
_log = get_logger(__name__)


@dataclass(frozen=True)
class Unmet:
    """Nothing was found for `words` at `mall` ("" is all malls), `searches` times from `first` to `last`."""

    mall: str
    words: str
    searches: int
    first: date
    last: date


class UnmetSearches(Protocol):
    """The table of them."""

    async def add(self, day: date, counted: Sequence[tuple[str, str, int]], most_a_day: int, oldest: date) -> None:
        """Adds (mall, words, searches), new words only up to `most_a_day` of them; drops what is before `oldest`."""
        ...

    async def most_wanted(self, regions: Sequence[str] | None, since: date, from_: int, limit: int) -> list[Unmet]:
        """Most searched first, at least `from_` times; `regions`: codes whose malls may be seen, None for all."""
        ...


class UnmetDemand:
    """Counts in memory and writes every few seconds: no search waits for it, and a crash loses seconds of counting."""

    def __init__(self, stored: UnmetSearches, clock: Clock) -> None:
        self._stored = stored
        self._clock = clock
        self._waiting: Counter[tuple[str, str]] = Counter()

    def count(self, mall: str | None, words: Sequence[str]) -> None:
        """One search without a result. Words that may tell of a person are not counted at all."""
        if (said := countable(words)) is None:
            return
        key = (mall or "", said)
        if key in self._waiting or len(self._waiting) < _MOST_WAITING:
            self._waiting[key] += 1

    async def flush(self) -> None:
        """Writes what was counted. Raises TryLater without a database; nothing is lost then."""
        counted, self._waiting = self._waiting, Counter()
        if not counted:
            return
        day = self._clock.now().date()
        rows = [(mall, words, searches) for (mall, words), searches in counted.items()]
        try:
            await self._stored.add(day, rows, _MOST_A_DAY, day - timedelta(days=KEPT_DAYS))
        except BaseException:
            self._waiting.update(counted)
            raise

    async def run(self, halt: asyncio.Event) -> None:
        """Until `halt`, then once more."""
        while not halt.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(halt.wait(), _FLUSH_SECONDS)
            try:
                await self.flush()
            except Refusal as refusal:
                _log.warning("searches without a result not written yet", code=refusal.code)

    async def most_wanted(self, regions: Sequence[str] | None, since: date, limit: int) -> list[Unmet]:
        """Most searched first."""
        return await self._stored.most_wanted(regions, since, SHOWN_FROM, limit)


def countable(words: Sequence[str]) -> str | None:
    """The words as they are counted, in alphabetical order; None for what may tell of a person."""
    said = " ".join(sorted(words))
    digits = len(_DIGIT.findall(said))
    if not said or len(words) > _MOST_WORDS or len(said) > _LONGEST or digits > _MOST_DIGITS:
        return None
    return said
