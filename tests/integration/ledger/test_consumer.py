"""The ordered consumer: each event once and in order, the effect in the same transaction as the position."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from mpp_embedded import NatsServer
from mpp_ledger.bus import Bus
from mpp_ledger.consumer import OrderedConsumer
from mpp_ledger.database import Database, Transaction
from mpp_ledger.events import Event, to_headers
from mpp_ledger.parked import Parked, list_parked
from mpp_ledger.relay import Relay
from mpp_ledger.sql import run
from mpp_runtime.errors import NotFound, Text, TryLater
from mpp_testing.plugin import Start

from tests.integration.ledger.parts import (
    SOURCE,
    STREAM,
    SUBJECTS,
    eventually,
    make_chain,
    make_settings,
    publish,
    submitted,
)
from tests.integration.ledger.test_relay import NOW


async def record(transaction: Transaction, event: Event) -> None:
    await run(
        transaction.session,
        "INSERT INTO effects (key, version) VALUES (:key, :version)",
        key=event.key,
        version=event.version,
    )


class Poison:
    """Records its effect, then fails for what is in `bad`: the effect must not stay."""

    def __init__(self, *bad: tuple[str, int], error: Exception | None = None) -> None:
        self.bad = set(bad)
        self.error = error or ZeroDivisionError("synthetic")
        self.calls = 0

    async def __call__(self, transaction: Transaction, event: Event) -> None:
        await record(transaction, event)
        if (event.key, event.version) in self.bad:
            self.calls += 1
            raise self.error


def make_consumer(
    database: Database, bus: Bus, handle: Callable[[Transaction, Event], Awaitable[None]] = record
) -> OrderedConsumer:
    return OrderedConsumer(
        database, bus, stream=STREAM, durable="notifications", subject=SUBJECTS[0], handle=handle, max_delay=0.2
    )


async def effects(database: Database, key: str | None = None) -> list[Any]:
    async with database.read() as session:
        found = await run(session, "SELECT key, version FROM effects ORDER BY n")
        return [row.version if key else tuple(row) for row in found if key in (None, row.key)]


async def parked(database: Database, status: str | None = "parked") -> list[Parked]:
    async with database.read() as session:
        return await list_parked(session, status=status)


async def attempts(database: Database) -> list[tuple[int, int]]:
    async with database.read() as session:
        found = await run(session, "SELECT version, attempts FROM inbox_attempts ORDER BY version")
        return [tuple(row) for row in found]


def applied(database: Database, *versions: int, key: str = "k") -> Callable[[], Awaitable[bool]]:
    async def condition() -> bool:
        return await effects(database, key) == list(versions)

    return condition


@pytest.fixture
async def stream(bus: Bus) -> Bus:
    await bus.ensure_stream(STREAM, SUBJECTS)
    return bus


async def test_repeats_have_no_effect(database: Database, stream: Bus, start: Start) -> None:
    start(make_consumer(database, stream))
    rows = make_chain("k", 3)
    await publish(stream, rows[0], rows[0], rows[1], rows[0], rows[1], rows[2], rows[2])
    await eventually(applied(database, 1, 2, 3))
    await asyncio.sleep(0.4)
    assert await effects(database, "k") == [1, 2, 3]
    assert await parked(database) == []


async def test_events_out_of_order_wait_for_their_turn(database: Database, stream: Bus, start: Start) -> None:
    start(make_consumer(database, stream))
    rows = make_chain("k", 4)
    await publish(stream, rows[2], rows[3], rows[0], rows[1])
    await eventually(applied(database, 1, 2, 3, 4))


async def test_a_gap_is_waited_for_and_counted(database: Database, stream: Bus, start: Start) -> None:
    start(make_consumer(database, stream))
    rows = make_chain("k", 3)
    await publish(stream, rows[0], rows[2])

    async def counted() -> bool:
        return [version for version, count in await attempts(database) if count >= 2] == [3]

    await eventually(counted)
    assert await effects(database, "k") == [1]
    await publish(stream, rows[1])
    await eventually(applied(database, 1, 2, 3))
    assert await attempts(database) == []


async def test_what_waits_behind_a_gap_is_looked_at_again_within_seconds(database: Database, bus: Bus) -> None:
    """A killed replica's event comes again after 30 s; those behind it had slept up to a minute by then."""
    consumer = make_consumer(database, bus)
    third = make_chain("k", 3)[2]
    for attempt in range(1, 13):
        outcome, steps = await consumer.receive(third["subject"], to_headers(third, SOURCE), third["body"])
        assert outcome == "later"
        assert 0.1 * 2**steps < 8
        assert await attempts(database) == [(3, attempt)]


async def test_poison_is_parked_with_the_later_events_of_its_key_and_replayed_in_order(
    database: Database, stream: Bus, start: Start
) -> None:
    handle = Poison(("k", 2))
    consumer = make_consumer(database, stream, handle)
    start(consumer)
    rows = make_chain("k", 4)
    await publish(stream, *rows[:3], *make_chain("other", 2))

    async def two_parked() -> bool:
        return [one.version for one in await parked(database)] == [2, 3]

    await eventually(two_parked)
    assert handle.calls == 5
    assert await effects(database, "k") == [1]
    assert await effects(database, "other") == [1, 2]
    first, second = await parked(database)
    assert first.reason == "ZeroDivisionError"
    assert second.reason.startswith("behind")
    assert await consumer.replay() == {"replayed": 0, "failed": 1, "behind": 1}
    handle.bad.clear()
    assert await consumer.replay() == {"replayed": 2, "failed": 0, "behind": 0}
    assert await effects(database, "k") == [1, 2, 3]
    await publish(stream, rows[3])
    await eventually(applied(database, 1, 2, 3, 4))


async def test_a_forged_event_is_parked_at_once_and_the_true_one_goes_on_after_discarding_it(
    database: Database, stream: Bus, start: Start
) -> None:
    consumer = make_consumer(database, stream)
    start(consumer)
    rows = make_chain("k", 2)
    await publish(stream, rows[0], rows[1] | {"body": rows[1]["body"].replace(b"2", b"3")})

    async def one_parked() -> bool:
        return len(await parked(database)) == 1

    await eventually(one_parked)
    assert (await parked(database))[0].reason.startswith("forged")
    assert await consumer.discard("k", 2, "not ours") == 1
    await publish(stream, rows[1])

    async def settled() -> bool:
        # The true event carries the hash the forged one claimed, so it may not hide behind the discarded row.
        return await effects(database, "k") == [1, 2]

    await eventually(settled)


async def test_a_broken_chain_is_parked(database: Database, stream: Bus, start: Start) -> None:
    start(make_consumer(database, stream))
    rows, fork = make_chain("k", 2), make_chain("k", 3)
    await publish(stream, rows[0], fork[1])

    async def one_parked() -> bool:
        return [one.reason.split(":")[0] for one in await parked(database)] == ["fork"]

    await eventually(one_parked)
    assert await effects(database, "k") == [1]


async def test_an_unreadable_message_is_parked_and_blocks_nobody(database: Database, stream: Bus, start: Start) -> None:
    start(make_consumer(database, stream))
    await stream.js.publish(f"{SUBJECTS[0][:-1]}Nonsense", b"\xff not json", headers={"ce-version": "1"})
    await stream.js.publish(
        f"{SUBJECTS[0][:-1]}Nonsense", b"{}", headers={"ce-subject": "a\u00e9\x00", "ce-version": "9" * 30}
    )
    await publish(stream, *make_chain("k", 1))
    await eventually(applied(database, 1))
    assert [one.reason.split(":")[0] for one in await parked(database)] == ["unreadable", "unreadable"]


async def test_a_refusal_parks_at_once_and_try_later_never(database: Database, stream: Bus, start: Start) -> None:
    text = Text("synthetic", "synthetic")
    handle = Poison(("a", 1), error=NotFound("gone", text))
    later = Poison(("b", 1), error=TryLater("away", text))

    async def both(transaction: Transaction, event: Event) -> None:
        await (handle if event.key == "a" else later)(transaction, event)

    start(make_consumer(database, stream, both))
    await publish(stream, *make_chain("a", 1), *make_chain("b", 1))

    async def tried() -> bool:
        return later.calls > 7

    await eventually(tried)
    assert handle.calls == 1
    assert [(one.key, one.reason) for one in await parked(database)] == [("a", "NotFound: gone")]
    later.bad.clear()
    await eventually(applied(database, 1, key="b"))


async def test_discarding_the_failing_event_lets_the_next_ones_pass(
    database: Database, stream: Bus, start: Start
) -> None:
    handle = Poison(("k", 1), error=NotFound("gone", Text("a", "a")))
    consumer = make_consumer(database, stream, handle)
    start(consumer)
    await publish(stream, *make_chain("k", 3))

    async def three_parked() -> bool:
        return len(await parked(database)) == 3

    await eventually(three_parked)
    assert await consumer.discard("k", 1, "agreed with the office") == 1
    assert await consumer.replay("k") == {"replayed": 2, "failed": 0, "behind": 0}
    assert await effects(database, "k") == [2, 3]
    statuses = [(one.version, one.status) for one in await parked(database, None)]
    assert statuses == [(1, "discarded"), (2, "replayed"), (3, "replayed")]


async def test_two_copies_share_the_work_and_do_nothing_twice(database: Database, stream: Bus, start: Start) -> None:
    start(make_consumer(database, stream), make_consumer(database, stream))
    chains = [make_chain(f"key-{n}", 15) for n in range(4)]
    await publish(stream, *(row for step in zip(*chains, strict=True) for row in step))

    async def done() -> bool:
        return len(await effects(database)) == 60

    await eventually(done, 30)
    for n in range(4):
        assert await effects(database, f"key-{n}") == list(range(1, 16))
    assert await parked(database) == []


async def test_it_waits_for_a_stream_that_is_not_there_yet(database: Database, bus: Bus, start: Start) -> None:
    start(make_consumer(database, bus))
    await asyncio.sleep(0.8)
    await bus.ensure_stream(STREAM, SUBJECTS)
    await publish(bus, *make_chain("k", 2))
    await eventually(applied(database, 1, 2))


async def test_nats_killed_in_the_middle_loses_and_doubles_nothing(
    database: Database, own_nats: NatsServer, start: Start
) -> None:
    bus = await Bus.connect(make_settings(nats_url=own_nats.url), "applications")
    relay = Relay(database, bus, STREAM, SOURCE)
    start(relay, make_consumer(database, bus))
    keys = [f"key-{n}" for n in range(3)]

    async def write(times: int) -> None:
        for _ in range(times):
            for key in keys:
                async with database.transaction(lock=[key]) as transaction:
                    await transaction.publish(submitted(key), key=key, at=NOW)
            await asyncio.sleep(0.01)

    writing = asyncio.create_task(write(60))
    await asyncio.sleep(0.4)
    await asyncio.to_thread(own_nats.kill)
    await asyncio.sleep(1.0)
    await asyncio.to_thread(own_nats.start)
    await writing

    async def done() -> bool:
        return len(await effects(database)) == 180

    await eventually(done, 40)
    for key in keys:
        assert await effects(database, key) == list(range(1, 61))
    assert await parked(database) == []
    await bus.close()


async def test_the_effect_and_the_position_are_one_transaction(database: Database, bus: Bus) -> None:
    handle = Poison(("k", 1))
    consumer = make_consumer(database, bus, handle)
    (row,) = make_chain("k", 1)
    message = row["subject"], to_headers(row, SOURCE), row["body"]
    assert await consumer.receive(*message) == ("later", 1)
    assert await effects(database) == []
    handle.bad.clear()
    assert await consumer.receive(*message) == ("applied", 0)
    assert await consumer.receive(*message) == ("repeat", 0)
    assert await effects(database, "k") == [1]


async def test_an_effect_does_not_stay_when_the_position_cannot_move(
    database: Database, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer = make_consumer(database, bus)
    (row,) = make_chain("k", 1)
    message = row["subject"], to_headers(row, SOURCE), row["body"]

    async def fail(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(consumer, "_move", fail)
        assert await consumer.receive(*message) == ("later", 1)
    assert await effects(database) == []
    assert await consumer.receive(*message) == ("applied", 0)
