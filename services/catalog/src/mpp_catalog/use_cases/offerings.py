"""The offering in force, kept ready to be sent; the offering behind a digest; what a mall changed; what it costs."""

import json
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from mpp_runtime.errors import Invalid, NotFound, Text

from mpp_catalog.domain.differences import Difference, Held, differences, since
from mpp_catalog.domain.fees import FeeLine, check_answers, quote
from mpp_catalog.use_cases.ports import Clock, Offerings, StoredOffering

_KEPT = 2000
_LOOK_AGAIN_SECONDS = 1.0


@dataclass(frozen=True)
class Comparison:
    """What an offering changes in its national definition; `override` says why and on which legal ground.

    `since`: path of a difference → the first day since which it has held without a gap.
    """

    offering: StoredOffering
    override: dict[str, Any] | None
    differences: list[Difference]
    since: dict[str, date]


@dataclass(frozen=True)
class Quotation:
    """A fee, line by line, and the offering it was computed from."""

    digest: str
    version: str
    lines: list[FeeLine]


class CurrentOfferings:
    """Offerings by place and by digest. Raises NotFound for what is not offered.

    Bodies are kept in memory: those behind a digest while there is room, those in force until their period ends
    or something is published, which is looked up at most once a second.
    """

    def __init__(self, offerings: Offerings, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._offerings = offerings
        self._clock = clock
        self._monotonic = monotonic
        self._in_force: OrderedDict[tuple[str, str], StoredOffering] = OrderedDict()
        self._by_digest: OrderedDict[str, StoredOffering] = OrderedDict()
        self._generation = -1
        self._looked = float("-inf")

    async def edition(self) -> tuple[int, int]:
        """Changes when something is published and on the hour: days begin and end on whole hours in every time zone."""
        await self._drop_outdated()
        return self._generation, int(self._clock.now().timestamp()) // 3600

    async def in_force(self, mall: str, service: str) -> StoredOffering:
        """What the mall offers now."""
        await self._drop_outdated()
        key, now = (mall, service), self._clock.now()
        kept = self._in_force.get(key)
        if kept is None or (kept.ends is not None and now >= kept.ends):
            kept = await self._offerings.in_force(mall, service, now)
            if kept is None:
                raise _not_offered(mall, service)
            _keep(self._in_force, key, kept)
        return kept

    async def by_digest(self, digest: str) -> StoredOffering:
        """The offering with that digest, in force or not."""
        kept = self._by_digest.get(digest)
        if kept is None:
            kept = await self._offerings.by_digest(digest)
            if kept is None:
                raise NotFound(
                    "unknown-digest", Text("Tidak ada penawaran dengan digest ini.", "No offering has this digest.")
                )
            _keep(self._by_digest, digest, kept)
        return kept

    async def compare(self, mall: str, service: str) -> Comparison:
        """The offering in force beside the national definition it comes from."""
        now = self._clock.now()
        begun = await self._offerings.begun(mall, service, now)
        if not begun or (begun[-1].offering.ends is not None and begun[-1].offering.ends <= now):
            raise _not_offered(mall, service)
        # Read in one go: what is shown and since when are of one publication.
        held = [Held(one.starts, one.ends, await self._differences(one.offering)) for one in begun]
        offering = begun[-1].offering
        return Comparison(offering, json.loads(offering.body)["override"], list(held[-1].differences), since(held))

    async def _differences(self, offering: StoredOffering) -> list[Difference]:
        definition = await self._offerings.definition_by_digest(offering.definition_digest)
        if definition is None:
            raise LookupError(f"definition {offering.definition_digest} of a stored offering is not stored")
        return differences(definition.document, json.loads(offering.body)["definition"])

    async def quote(self, digest: str, answers_json: bytes) -> list[FeeLine]:
        """The fee for these answers, line by line. Raises Invalid if the answers do not fit."""
        resolved = json.loads((await self.by_digest(digest)).body)
        try:
            answers = json.loads(answers_json)
        except ValueError as error:
            raise _bad_answers() from error
        if not isinstance(answers, dict):
            raise _bad_answers()
        return quote(resolved["definition"], answers, self._today(resolved))

    async def quote_in_force(self, mall: str, service: str, answers: dict[str, Any]) -> Quotation:
        """What a mall asks now for these answers, which need not be complete. Raises Invalid naming each bad one."""
        offering = await self.in_force(mall, service)
        resolved = json.loads(offering.body)
        if errors := check_answers(resolved["definition"]["form"]["schema"], answers):
            raise Invalid(
                "answers-do-not-fit", Text("Isian tidak sesuai.", "The answers do not fit the form."), tuple(errors)
            )
        lines = quote(resolved["definition"], answers, self._today(resolved))
        return Quotation(offering.digest, resolved["version"], lines)

    def _today(self, resolved: dict[str, Any]) -> date:
        return self._clock.now().astimezone(ZoneInfo(resolved["mall"]["time_zone"])).date()

    async def _drop_outdated(self) -> None:
        before, self._looked = self._looked, self._monotonic()
        if self._looked - before < _LOOK_AGAIN_SECONDS:
            self._looked = before
            return
        # The others go on with what is known while one looks.
        try:
            generation = await self._offerings.generation()
        except BaseException:
            self._looked = before
            raise
        if generation != self._generation:
            self._in_force.clear()
            self._generation = generation


def _keep(kept: OrderedDict[Any, StoredOffering], key: Any, offering: StoredOffering) -> None:
    kept[key] = offering
    if len(kept) > _KEPT:
        kept.popitem(last=False)


def _not_offered(mall: str, service: str) -> NotFound:
    return NotFound(
        "not-offered",
        Text(
            f"Layanan '{service}' tidak tersedia di mal '{mall}'.",
            f"The public service '{service}' is not offered at mall '{mall}'.",
        ),
    )


def _bad_answers() -> Invalid:
    return Invalid(
        "answers-not-an-object", Text("Isian harus berupa objek JSON.", "The answers must be a JSON object.")
    )
