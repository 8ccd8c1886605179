"""Each failpoint of the ledger stands where its name says, and what breaks there loses and doubles nothing."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from mpp_failpoints import arm
from mpp_ledger.bus import Bus
from mpp_ledger.database import Database
from mpp_ledger.relay import Relay
from mpp_runtime.errors import CommitUnknown, TryLater
from mpp_testing.plugin import Start

from tests.integration.ledger.parts import SOURCE, STREAM, SUBJECTS, eventually, read_stream, submitted
from tests.integration.ledger.test_consumer import applied, effects, make_consumer, parked
from tests.integration.ledger.test_relay import NOW, check_chains, count_events, stored


async def commit(database: Database, key: str = "k", times: int = 1) -> None:
    for _ in range(times):
        async with database.transaction(lock=[key]) as transaction:
            await transaction.publish(submitted(key), key=key, region="33.14", at=NOW)


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The log of failpoints, for this test alone; the armed one must have acted by its end."""
    monkeypatch.setattr("mpp_failpoints._log", None)
    file = tmp_path / "failpoints.jsonl"
    yield file
    assert [line for line in file.read_text().splitlines() if json.loads(line)["event"] == "acted"]


def armed(spec: str, log: Path) -> None:
    arm("demo", {"MPP_FAILPOINT": spec, "MPP_FAILPOINT_LOG": str(log)})


async def test_before_the_commit_nothing_is_there_yet(database: Database, log: Path) -> None:
    armed("ledger.before_commit[ApplicationSubmitted]:error", log)
    with pytest.raises(TryLater) as refusal:
        await commit(database)
    assert not isinstance(refusal.value, CommitUnknown)
    assert await count_events(database) == 0
    await commit(database)
    assert await count_events(database) == 1


async def test_after_the_commit_it_is_there_and_the_answer_is_that_nobody_knows(database: Database, log: Path) -> None:
    armed("ledger.after_commit[ApplicationSubmitted]:error", log)
    with pytest.raises(CommitUnknown):
        await commit(database)
    assert await count_events(database) == 1


@pytest.mark.parametrize("place", ["relay.before_publish", "relay.after_ack"])
async def test_the_relay_broken_there_sends_all_of_it_in_order(
    database: Database, bus: Bus, start: Start, log: Path, place: str
) -> None:
    armed(f"{place}[ApplicationSubmitted]:error", log)
    await commit(database, times=3)
    start(Relay(database, bus, STREAM, SOURCE))

    async def all_there() -> bool:
        async with database.read() as session:
            cursor = await session.connection()
            moved = (await cursor.exec_driver_sql("SELECT count(*) FROM relay_cursor WHERE seq > 0")).scalar_one()
        return await stored(bus) >= 3 and bool(moved)

    await eventually(all_there)
    assert check_chains(await read_stream(bus)) == {"k": 3}


@pytest.mark.parametrize("place", ["consumer.before_effect_commit", "consumer.after_effect"])
async def test_a_subscriber_broken_there_has_each_effect_once(
    database: Database, bus: Bus, start: Start, log: Path, place: str
) -> None:
    armed(f"{place}[ApplicationSubmitted]:error", log)
    await bus.ensure_stream(STREAM, SUBJECTS)
    await commit(database, times=3)
    start(Relay(database, bus, STREAM, SOURCE), make_consumer(database, bus))
    await eventually(applied(database, 1, 2, 3), seconds=45)
    assert await effects(database, "k") == [1, 2, 3]
    assert await parked(database) == []


def test_kill_is_sigkill_and_the_log_has_it(tmp_path: Path) -> None:
    script = (
        "import asyncio; from mpp_failpoints import Failpoint, arm\n"
        "place = Failpoint('test.killed'); other = Failpoint('test.other'); arm('demo')\n"
        "async def run():\n"
        "    await other.reach('first')\n"
        "    await place.reach('x', 'y')\n"
        "    print('still alive')\n"
        "asyncio.run(run())"
    )
    log = tmp_path / "failpoints.jsonl"
    variables = {"MPP_FAILPOINT": "test.killed[y]:kill", "MPP_FAILPOINT_LOG": str(log)}
    ended = subprocess.run([sys.executable, "-c", script], env=variables, capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert ended.stdout == ""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["event"], line["name"], line["labels"]) for line in lines] == [
        ("armed", "test.killed[y]:kill", []),
        ("reached", "test.other", ["first"]),
        ("reached", "test.killed", ["x", "y"]),
        ("acted", "test.killed", ["x", "y"]),
    ]
    assert lines[0]["places"] == ["test.killed", "test.other"]
