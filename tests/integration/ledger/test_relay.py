"""The relay: nothing lost, per-key order without gaps and an intact chain in the stream, whoever writes how."""

import asyncio
import random
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from mpp_ledger.admin import rebase
from mpp_ledger.bus import Bus
from mpp_ledger.database import Database
from mpp_ledger.events import FIRST_PREV_HASH, from_message, is_genuine, to_headers
from mpp_ledger.measures import lag
from mpp_ledger.relay import Relay, send
from mpp_ledger.sql import run
from mpp_testing.plugin import Start
from nats.js.errors import APIError, NotFoundError

from tests.integration.ledger.parts import (
    SOURCE,
    STREAM,
    SUBJECTS,
    eventually,
    make_chain,
    read_stream,
    submitted,
)

KEYS = [f"hot-{n}" for n in range(5)]
NOW = datetime(2026, 8, 3, 9, 0, tzinfo=UTC)


async def count_events(database: Database) -> int:
    async with database.read() as session:
        return int((await run(session, "SELECT count(*) FROM events")).scalar_one())


async def stored(bus: Bus) -> int:
    try:
        return int((await bus.js.stream_info(STREAM)).state.messages)
    except NotFoundError:
        return 0  # the relay has not made it yet


def check_chains(messages: list[Any]) -> dict[str, int]:
    """Key → last version; every event must follow the one before of its key, in the order of the stream."""
    heads: dict[str, tuple[int, bytes]] = {}
    for message in messages:
        event = from_message(message.subject, message.headers, message.data)
        version, hash_ = heads.get(event.key, (0, FIRST_PREV_HASH))
        assert event.version == version + 1, f"{event.key}: {event.version} after {version}"
        assert event.prev_hash == hash_
        assert is_genuine(event, message.headers["ce-time"])
        heads[event.key] = event.version, event.hash
    return {key: version for key, (version, _) in heads.items()}


async def write(database: Database, name: str, times: int) -> None:
    dice = random.Random(name)
    for n in range(times):
        keys = dice.sample(KEYS, dice.choice((1, 1, 2)))
        async with database.transaction(lock=keys) as transaction:
            await transaction.idempotent(name, str(n), b"same")  # gives it its xid before the first event
            for key in keys:
                await transaction.publish(submitted(key), key=key, region="33.14", at=NOW)
                await asyncio.sleep(dice.random() * 0.004)
            await transaction.remember(name, str(n), 201, b"", {})


async def write_late(database: Database) -> None:
    """Its events are old when they are committed at last."""
    async with database.transaction(lock=["late"]) as transaction:
        await transaction.publish(submitted("late"), key="late", at=NOW)
        await asyncio.sleep(1.2)
        await transaction.publish(submitted("late"), key="late", at=NOW)


async def write_with_early_xid(database: Database) -> None:
    """Holds an old xid over one key, then publishes under another that many publish under at the same time."""
    for n in range(4):
        async with database.transaction(lock=["early", KEYS[0]]) as transaction:
            await transaction.publish(submitted("early"), key="early", at=NOW)
            await asyncio.sleep(0.15)
            await transaction.publish(submitted(KEYS[0], str(n)), key=KEYS[0], at=NOW)


async def test_concurrent_writers_lose_nothing_and_keep_the_order(database: Database, bus: Bus, start: Start) -> None:
    relays = [Relay(database, bus, STREAM, SOURCE) for _ in range(2)]
    start(*relays)
    await asyncio.gather(
        *(write(database, f"writer-{n}", 45) for n in range(8)), write_late(database), write_with_early_xid(database)
    )
    total = await count_events(database)
    assert total > 400

    async def all_sent() -> bool:
        return await stored(bus) >= total

    await eventually(all_sent)
    messages = await read_stream(bus)
    assert len(messages) == total
    heads = check_chains(messages)
    assert set(heads) == {*KEYS, "late", "early"}
    assert heads["late"] == 2
    assert heads["early"] == 4
    lagging = await lag(database, STREAM)
    assert lagging["pending"] == 0


async def test_an_event_needs_its_lock_before_anything_is_written(database: Database) -> None:
    with pytest.raises(ValueError, match="lock"):
        async with database.transaction(lock=["a"]) as transaction:
            await transaction.publish(submitted("b"), key="b", at=NOW)
    assert await count_events(database) == 0


async def test_an_open_writer_holds_back_and_is_named(
    database: Database, bus: Bus, start: Start, postgres: Any
) -> None:
    relay = Relay(database, bus, STREAM, SOURCE)
    start(relay)
    younger = await asyncpg.connect(postgres.create_database())
    other = await asyncpg.connect(postgres.create_database(), server_settings={"application_name": "slow report"})
    hold = other.transaction()
    await other.execute("CREATE TABLE t (n int)")
    await hold.start()
    await other.execute("INSERT INTO t VALUES (1)")
    hold_younger = younger.transaction()
    await hold_younger.start()
    await younger.execute("SELECT pg_current_xact_id()")
    async with database.transaction(lock=["k"]) as transaction:
        await transaction.publish(submitted("k"), key="k", at=NOW)
    await asyncio.sleep(0.5)
    lagging = await lag(database, STREAM)
    assert (lagging["pending"], lagging["held_back"]) == (1, 1)
    assert lagging["held_back_by"]["pid"] == other.get_server_pid()
    assert lagging["held_back_by"]["application_name"] == "slow report"
    await hold.rollback()
    await hold_younger.rollback()
    await other.close()
    await younger.close()

    async def sent() -> bool:
        return not (await lag(database, STREAM))["pending"]

    await eventually(sent)


async def test_events_are_sent_within_milliseconds_of_the_commit(
    database: Database, bus: Bus, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mpp_ledger.relay._POLL", 30.0)
    start(Relay(database, bus, STREAM, SOURCE))
    await asyncio.sleep(1.0)
    received = asyncio.Event()

    async def heard(_message: Any) -> None:
        received.set()

    await bus.nc.subscribe(SUBJECTS[0], cb=heard)
    async with database.transaction(lock=["k"]) as transaction:
        await transaction.publish(submitted("k"), key="k", at=NOW)
    await asyncio.wait_for(received.wait(), timeout=0.5)


async def test_headers_say_everything_a_foreign_consumer_needs(database: Database, bus: Bus, start: Start) -> None:
    start(Relay(database, bus, STREAM, SOURCE))
    async with database.transaction(lock=["k"]) as transaction:
        event = await transaction.publish(submitted("k"), key="k", region="33.14", at=NOW)

    async def sent() -> bool:
        return await stored(bus) == 1

    await eventually(sent)
    (message,) = await read_stream(bus)
    assert message.subject == "mpp.applications.v1.ApplicationSubmitted.33.14"
    assert message.headers == {
        "Nats-Msg-Id": str(event.id),
        "ce-specversion": "1.0",
        "ce-id": str(event.id),
        "ce-source": SOURCE,
        "ce-type": "mpp.applications.v1.ApplicationSubmitted",
        "ce-subject": "k",
        "ce-time": "2026-08-03T09:00:00.000000Z",
        "ce-dataschema": "urn:mpp:proto:mpp.applications.v1.ApplicationSubmitted",
        "ce-version": "1",
        "ce-prevhash": "0" * 64,
        "ce-hash": event.hash.hex(),
        "content-type": "application/json",
        **{k: v for k, v in message.headers.items() if k.startswith("Nats-Expected")},
    }
    assert message.data == b'{"promisedDate":"2026-09-01","standing":{"application":"k","service":"sip-perawat"}}'


async def test_a_window_sent_again_after_a_crash_is_stored_once_and_in_order(bus: Bus) -> None:
    await bus.ensure_stream(STREAM, SUBJECTS)
    rows = make_chain("k", 6)
    await send(bus, STREAM, SOURCE, rows[:3])
    await bus.js.publish(rows[4]["subject"], rows[4]["body"], headers=to_headers(rows[4], SOURCE))
    await send(bus, STREAM, SOURCE, rows[:4])
    versions = [message.headers["ce-version"] for message in await read_stream(bus)]
    assert versions == ["1", "2", "3", "5", "4"]


async def test_nothing_overtakes_a_message_that_the_stream_refuses(bus: Bus) -> None:
    await bus.ensure_stream(STREAM, SUBJECTS, max_msg_size=2000)
    rows = make_chain("k", 4)
    with pytest.raises(APIError):
        await send(bus, STREAM, SOURCE, [rows[0], rows[1] | {"body": b"x" * 3000}, *rows[2:]])
    assert [message.headers["ce-version"] for message in await read_stream(bus)] == ["1"]


async def test_a_cursor_ahead_of_the_cluster_stops_the_relay_until_rebased(
    database: Database, bus: Bus, start: Start
) -> None:
    relay = Relay(database, bus, STREAM, SOURCE)
    stop = start(relay)
    async with database.transaction(lock=["k"]) as transaction:
        await transaction.publish(submitted("k"), key="k", at=NOW)

    async def one_sent() -> bool:
        return await stored(bus) == 1 and (await lag(database, STREAM))["pending"] == 0

    await eventually(one_sent)
    stop.set()
    await asyncio.sleep(1.2)
    async with database.transaction(lock=["k"]) as transaction:
        # As after a restore: the rows carry transaction ids that this cluster has not reached.
        await run(transaction.session, "UPDATE events SET tx = CAST('900000000' AS xid8)")
        await run(transaction.session, "UPDATE relay_cursor SET tx = CAST('900000000' AS xid8)")
        await transaction.publish(submitted("k"), key="k", at=NOW)
    start(relay)
    await asyncio.sleep(1.5)
    assert await stored(bus) == 1
    await rebase(database, STREAM)

    async def both_sent() -> bool:
        return await stored(bus) == 2

    await eventually(both_sent)
    assert check_chains(await read_stream(bus)) == {"k": 2}
