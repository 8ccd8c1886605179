"""Crashes, outages and bad receipts: nothing lost, nothing done twice, nothing believed that is not signed."""

import asyncio
import os
import signal
from collections.abc import Callable

import pytest

from tests.integration.connectors.platform_side import Mode, Platform
from tests.integration.connectors.walls import UJI, Copy, Walls, eventually

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
MakeCopy = Callable[..., Copy]


async def test_a_result_waits_for_a_platform_that_is_down(platform: Platform, copy: MakeCopy) -> None:
    running = await copy().start()
    task = await platform.offer()
    await eventually(lambda: str(task) in platform.effects)
    await platform.nc.close()
    # Nobody takes results now. The stream still gives out tasks.
    operator = await platform.walls.as_core("operator")
    other = Platform(platform.walls)
    other.heard, other.nc, other.js = operator, operator.client, operator.client.jetstream()
    await copy_task(platform, other)
    await eventually(lambda: len(running.lines("task-answered")) == 2)
    await eventually(lambda: running.outbox() and running.outbox()[0]["attempts"] >= 2)
    assert running.outbox()[0]["detail"] == "NoRespondersError"
    back = await Platform(platform.walls).start()
    await eventually(lambda: back.effects)
    await eventually(lambda: running.outbox() == [])
    assert len(running.calls(step="begin")) == 2


async def copy_task(platform: Platform, through: Platform) -> None:
    """Offer a task over another connection: applications' own is closed."""
    applications = await platform.walls.as_core("applications")
    through.js = applications.client.jetstream()
    await through.offer()


@pytest.mark.parametrize("mode", ["silent", "wrong-key", "error"])
async def test_without_a_good_receipt_a_result_is_kept_and_repeated(
    platform: Platform, copy: MakeCopy, mode: Mode
) -> None:
    running = await copy().start()
    platform.mode = mode
    task = await platform.offer()
    await eventually(lambda: len(platform.results(task)) >= 2, seconds=30)
    (waiting,) = running.outbox()
    assert waiting["state"] == "pending"
    assert not running.lines("result-recorded")
    if mode != "silent":
        assert running.lines("receipt-not-accepted")
    platform.mode = "record"
    await eventually(lambda: running.lines("result-recorded"), seconds=30)
    assert running.outbox() == []
    assert len({body["result"] for body in platform.results(task)}) == 1
    assert len(running.calls(task, "begin")) == 1


async def test_a_refused_result_is_final_and_a_new_offer_makes_a_new_one(platform: Platform, copy: MakeCopy) -> None:
    running = await copy().start()
    platform.mode = "refuse"
    task = await platform.offer()
    await eventually(lambda: running.lines("result-refused"))
    assert running.lines("result-refused")[0]["reason"] == "no-grant"
    (refused,) = running.outbox()
    assert refused["state"] == "refused"
    await asyncio.sleep(2)
    assert len(platform.results(task)) == 1, "a refused result is not sent again by itself"
    platform.mode = "record"
    await platform.offer(task=task, attempt=2)
    await eventually(lambda: str(task) in platform.effects)
    assert platform.effects[str(task)]["result"] != refused["result"]
    assert len(running.calls(task, "begin")) == 2


async def test_a_copy_killed_inside_the_function_runs_it_again_with_one_effect(
    platform: Platform, copy: MakeCopy
) -> None:
    running = await copy().start()
    task = await platform.offer(do="die")
    assert running.process is not None
    await eventually(lambda: running.process is not None and running.process.poll() == -signal.SIGKILL)
    assert running.calls(task, "begin")
    assert running.calls(task, "end") == []
    await running.start()
    # The platform re-offers after ten seconds; the stream by itself does after thirty.
    await platform.offer(task=task, attempt=2, do="die")
    await eventually(lambda: str(task) in platform.effects)
    assert len(running.calls(task, "end")) == 1
    assert len(platform.results(task)) == 1


async def test_a_copy_killed_before_its_receipt_sends_the_stored_answer(platform: Platform, copy: MakeCopy) -> None:
    running = await copy().start()
    platform.mode = "silent"
    task = await platform.offer()
    await eventually(lambda: platform.results(task))
    running.kill()
    platform.mode = "record"
    await running.start()
    await eventually(lambda: str(task) in platform.effects)
    assert len({body["result"] for body in platform.results(task)}) == 1
    assert len(running.calls(task, "begin")) == 1, "the answer came from the outbox"


async def test_it_survives_a_restart_of_the_server_and_a_start_before_it(
    walls: Walls, platform: Platform, copy: MakeCopy
) -> None:
    walls.server.kill()
    running = await copy().start(ready=False)
    await eventually(lambda: running.lines("nats-error"))
    assert running.run("ready").returncode == 1
    walls.server.start()
    await eventually(lambda: running.lines("ready"), running.log_file.read_text)
    assert running.run("ready").returncode == 0
    await eventually(lambda: platform.nc.is_connected)
    first = await platform.offer()
    await eventually(lambda: str(first) in platform.effects)
    walls.server.kill()
    await eventually(lambda: running.lines("connection-lost"))
    assert running.run("ready").returncode == 1
    await asyncio.sleep(1)
    walls.server.start()
    await eventually(lambda: running.lines("connection-back"))
    await eventually(lambda: platform.nc.is_connected)
    assert (await platform.ask("uji", "person")).outcome == "found"
    second = await platform.offer()
    await eventually(lambda: str(second) in platform.effects)
    # One line a minute for each kind of error, not one for each failed attempt.
    assert len(running.lines("nats-error")) <= 6


async def test_sigterm_finishes_what_was_begun(platform: Platform, copy: MakeCopy) -> None:
    running = await copy().start()
    task = await platform.offer(do="slow", seconds=1)
    question = asyncio.create_task(platform.ask("uji", "person", do="slow", seconds=1))
    await eventually(lambda: len(running.calls()) == 2)
    assert await running.stop() == 0
    assert str(task) in platform.effects
    assert (await question).outcome == "found"
    assert (await platform.ask("uji", "person")).outcome == "away"
    assert running.run("ready").returncode == 1
    assert not (running.folder / "data/status.json").exists()
    assert running.outbox() == []
    assert running.lines("stopped")[0]["tasks"] == 0


async def test_sigterm_leaves_a_task_that_takes_too_long_to_others(platform: Platform, copy: MakeCopy) -> None:
    running = await copy(DRAIN_SECONDS="0.5").start()
    task = await platform.offer(do="slow", seconds=30)
    await eventually(lambda: running.calls(task))
    started = asyncio.get_running_loop().time()
    assert await running.stop() == 0
    assert asyncio.get_running_loop().time() - started < 5
    assert running.lines("stopped")[0]["tasks"] == 1
    assert platform.results(task) == []
    other = await copy(2).start()
    await eventually(lambda: len(running.calls(task, "begin")) == 2, other.log_file.read_text, seconds=5)


async def test_a_revoked_connector_comes_back_when_it_is_admitted_again(
    walls: Walls, platform: Platform, copy: MakeCopy
) -> None:
    running = await copy().start()
    walls.write(walls.agencies, revoked=["uji"])
    walls.server.reload()
    await eventually(lambda: running.lines("connection-closed") or running.lines("connection-lost"))
    assert (await platform.ask("uji", "person")).outcome == "away"
    assert running.process is not None
    assert running.process.poll() is None
    walls.write(walls.agencies)
    os.kill(walls.pid, signal.SIGHUP)
    await eventually(lambda: len(running.lines("ready")) + len(running.lines("connection-back")) >= 2, seconds=40)
    assert (await platform.ask("uji", "person")).outcome == "found"
    assert UJI in walls.agencies


async def test_a_connection_that_the_server_closes_is_made_anew(platform: Platform, copy: MakeCopy) -> None:
    # Told a limit that is not the account's, it sends what the server answers by closing the connection for good.
    running = await copy(MAX_PAYLOAD="900000").start()
    task = await platform.offer(do="huge")
    await eventually(lambda: running.lines("connection-closed"), running.log_file.read_text)
    await eventually(lambda: len(running.lines("ready")) >= 2)
    assert platform.results(task) == []
    assert running.process is not None
    assert running.process.poll() is None
    assert running.run("outbox", "forget", str(task)).returncode == 0
    await eventually(lambda: running.run("ready").returncode == 0)
    assert (await platform.ask("uji", "person")).outcome == "found"


async def test_a_missing_consumer_is_waited_for(walls: Walls, copy: MakeCopy, platform: Platform) -> None:
    operator = await walls.as_core("operator")
    await operator.client.jetstream().delete_consumer("TASKS", "uji")
    running = await copy().start()
    await eventually(lambda: running.lines("no-consumer"))
    assert (await platform.ask("uji", "person")).outcome == "found"
    await walls.make_consumers()
    task = await platform.offer()
    await eventually(lambda: str(task) in platform.effects, seconds=30)
