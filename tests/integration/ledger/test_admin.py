"""`python -m mpp_<service> events ...` and the migrations."""

import argparse
import json
from typing import Any

import pytest
from mpp_ledger.admin import run_events
from mpp_ledger.bus import Bus
from mpp_ledger.consumer import OrderedConsumer
from mpp_ledger.database import Database
from mpp_ledger.events_command import add_events_command
from mpp_ledger.relay import Relay
from mpp_testing.plugin import Start

from tests.integration.ledger.parts import SOURCE, STREAM, eventually, make_chain, publish, read_stream, submitted
from tests.integration.ledger.test_consumer import Poison, applied, effects, make_consumer, parked, stream
from tests.integration.ledger.test_relay import NOW, check_chains

__all__ = ["stream"]


def parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_events_command(parser.add_subparsers())
    return parser.parse_args(["events", *words])


class Operator:
    """Types commands and reads what they print."""

    def __init__(
        self, database: Database, bus: Bus, consumer: OrderedConsumer, output: pytest.CaptureFixture[str]
    ) -> None:
        self.given: dict[str, Any] = {"database": database, "bus": bus, "stream": STREAM, "source": SOURCE}
        self.consumer = consumer
        self.output = output

    async def types(self, *words: str) -> tuple[int, list[Any]]:
        self.output.readouterr()
        code = await run_events(parse(*words), **self.given, consumers=[self.consumer])
        lines = [line for line in self.output.readouterr().out.splitlines() if line.startswith("{")]
        return code, [json.loads(line) for line in lines]


async def test_parked_events_are_listed_replayed_and_discarded(
    database: Database, stream: Bus, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    handle = Poison(("a", 1), ("b", 1))
    consumer = make_consumer(database, stream, handle)
    start(consumer)
    operator = Operator(database, stream, consumer, capsys)
    await publish(stream, *make_chain("a", 2), *make_chain("b", 1))

    async def three_parked() -> bool:
        return len(await parked(database)) == 3

    await eventually(three_parked)
    code, listed = await operator.types("parked", "list")
    assert code == 0
    assert [(one["consumer"], one["key"], one["version"]) for one in listed] == [
        ("APPLICATIONS:notifications", "a", 1),
        ("APPLICATIONS:notifications", "a", 2),
        ("APPLICATIONS:notifications", "b", 1),
    ]
    assert listed[0]["reason"] == "ZeroDivisionError"
    code, counts = await operator.types("parked", "replay", "--key", "a")
    assert (code, counts) == (1, [{"APPLICATIONS:notifications": {"replayed": 0, "failed": 1, "behind": 1}}])
    handle.bad.remove(("a", 1))
    code, counts = await operator.types("parked", "replay", "--consumer", "APPLICATIONS:notifications", "--key", "a")
    assert (code, counts[0]["APPLICATIONS:notifications"]["replayed"]) == (0, 2)
    name = "APPLICATIONS:notifications"
    assert await operator.types("parked", "discard", name, "b", "1", "--reason", "agreed") == (0, [{"discarded": 1}])
    assert await operator.types("parked", "discard", name, "b", "1", "--reason", "agreed") == (1, [{"discarded": 0}])
    assert await operator.types("parked", "list") == (0, [])
    _, everything = await operator.types("parked", "list", "--all")
    assert [(one["key"], one["status"]) for one in everything] == [
        ("a", "replayed"),
        ("a", "replayed"),
        ("b", "discarded"),
    ]
    assert await effects(database) == [("a", 1), ("a", 2)]
    with pytest.raises(SystemExit, match="APPLICATIONS:notifications"):
        await operator.types("parked", "replay", "--consumer", "nobody")


async def test_a_lost_stream_is_rebuilt_from_the_ledger_without_a_second_effect(
    database: Database, bus: Bus, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    consumer = make_consumer(database, bus)
    relay = Relay(database, bus, STREAM, SOURCE)
    start(relay, consumer)
    for n in range(10):
        async with database.transaction(lock=["k", "other"]) as transaction:
            await transaction.publish(submitted("k", str(n)), key="k", at=NOW)
            await transaction.publish(submitted("other", str(n)), key="other", at=NOW)
    await eventually(applied(database, *range(1, 11)))
    await bus.js.delete_stream(STREAM)
    operator = Operator(database, bus, consumer, capsys)
    code, told = await operator.types("republish")
    assert (code, told) == (0, [{"sent": 20}])
    assert check_chains(await read_stream(bus)) == {"k": 10, "other": 10}
    async with database.transaction(lock=["k"]) as transaction:
        await transaction.publish(submitted("k"), key="k", at=NOW)
    await eventually(applied(database, *range(1, 12)))
    assert len(await effects(database)) == 21
    assert await operator.types("republish", "--key", "other") == (0, [{"sent": 10}])
    code, (lag,) = await operator.types("lag")
    assert (code, lag["pending"]) == (0, 0)


async def test_a_gap_nobody_fills_is_parked_and_healed_by_republishing(
    database: Database, bus: Bus, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mpp_ledger.consumer._GAPS_BEFORE_PARKING", 3)
    consumer = make_consumer(database, bus)
    start(consumer)
    await bus.ensure_stream(STREAM, ["mpp.applications.v1.>"])
    rows = make_chain("k", 3)
    await publish(bus, rows[0], rows[2])

    async def one_parked() -> bool:
        return [one.reason for one in await parked(database)] == ["gap: 2 did not come"]

    await eventually(one_parked)
    await publish(bus, rows[1])

    async def two_parked() -> bool:
        return [one.version for one in await parked(database)] == [2, 3]

    await eventually(two_parked)
    assert await consumer.replay() == {"replayed": 2, "failed": 0, "behind": 0}
    assert await effects(database, "k") == [1, 2, 3]
