"""What is kept in memory is never older than a second, and never past its day."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from mpp_catalog.domain.offerings import Definition
from mpp_catalog.use_cases.offerings import CurrentOfferings
from mpp_catalog.use_cases.ports import StoredOffering, StoredPeriod
from mpp_runtime.errors import NotFound

MIDNIGHT = datetime(2026, 12, 31, 17, tzinfo=UTC)


@dataclass
class Stored:
    """A database with one offering, counting what it is asked."""

    offering: StoredOffering | None = field(
        default_factory=lambda: StoredOffering("33.14", "sip-perawat", "one", "definition", b"{}", MIDNIGHT)
    )
    number: int = 1
    asked: int = 0

    async def generation(self) -> int:
        return self.number

    async def in_force(self, mall: str, service: str, at: datetime) -> StoredOffering | None:
        self.asked += 1
        return self.offering

    async def begun(self, mall: str, service: str, at: datetime) -> list[StoredPeriod]:
        return []

    async def by_digest(self, digest: str) -> StoredOffering | None:
        self.asked += 1
        return self.offering if self.offering and digest == self.offering.digest else None

    async def definition_by_digest(self, digest: str) -> Definition | None:
        return None

    async def definitions(self, service: str | None = None) -> list[Definition]:
        return []


class Time:
    def __init__(self) -> None:
        self.wall = datetime(2026, 11, 24, 3, tzinfo=UTC)
        self.steady = 0.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.steady

    def move(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.steady += seconds


@pytest.fixture
def stored() -> Stored:
    return Stored()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def current(stored: Stored, time: Time) -> CurrentOfferings:
    return CurrentOfferings(stored, time, time.monotonic)


async def test_an_offering_is_read_once(current: CurrentOfferings, stored: Stored, time: Time) -> None:
    for _ in range(5):
        assert (await current.in_force("33.14", "sip-perawat")).digest == "one"
        time.move(10)
    assert stored.asked == 1


async def test_a_publication_is_seen_within_a_second(current: CurrentOfferings, stored: Stored, time: Time) -> None:
    await current.in_force("33.14", "sip-perawat")
    assert stored.offering
    stored.offering, stored.number = replace(stored.offering, digest="two"), 2
    time.move(0.5)
    assert (await current.in_force("33.14", "sip-perawat")).digest == "one"
    time.move(0.6)
    assert (await current.in_force("33.14", "sip-perawat")).digest == "two"


async def test_the_next_period_begins_on_the_second(current: CurrentOfferings, stored: Stored, time: Time) -> None:
    time.move((MIDNIGHT - time.wall).total_seconds() - 1)
    assert (await current.in_force("33.14", "sip-perawat")).digest == "one"
    stored.offering = StoredOffering("33.14", "sip-perawat", "two", "definition", b"{}")
    time.move(0.9)
    assert (await current.in_force("33.14", "sip-perawat")).digest == "one"
    time.move(0.1)
    assert (await current.in_force("33.14", "sip-perawat")).digest == "two"


async def test_what_is_not_offered_is_not_remembered(current: CurrentOfferings, stored: Stored) -> None:
    offering, stored.offering = stored.offering, None
    with pytest.raises(NotFound, match="not-offered"):
        await current.in_force("33.14", "sip-perawat")
    stored.offering = offering
    assert (await current.in_force("33.14", "sip-perawat")).digest == "one"


async def test_a_digest_is_read_once_whatever_is_published(
    current: CurrentOfferings, stored: Stored, time: Time
) -> None:
    for _ in range(3):
        assert (await current.by_digest("one")).digest == "one"
        stored.number += 1
        time.move(5)
    assert stored.asked == 1
    with pytest.raises(NotFound, match="unknown-digest"):
        await current.by_digest("two")


async def test_an_edition_ends_with_a_publication_and_with_the_hour(
    current: CurrentOfferings, stored: Stored, time: Time
) -> None:
    first = await current.edition()
    time.move(59 * 60)
    assert await current.edition() == first
    stored.number = 2
    time.move(1)
    published = await current.edition()
    assert published != first
    time.move(60)
    hour = await current.edition()
    time.move(3600)
    assert len({published, hour, await current.edition()}) == 3


async def test_a_look_that_failed_is_made_again(current: CurrentOfferings, stored: Stored, time: Time) -> None:
    async def away() -> int:
        raise TimeoutError

    stored.number, stored.generation = 7, away  # type: ignore[method-assign]
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await current.edition()
    del stored.generation
    assert (await current.edition())[0] == 7
