"""Tasks: one effect each, whatever is offered twice, refused, put off or badly made."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

import pytest
from mpp_cli.keys import new_jwk_sets

from tests.integration.connectors.platform_side import Platform, key
from tests.integration.connectors.walls import Copy, Walls, eventually

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
MakeCopy = Callable[..., Copy]
CANARY = "3314104708929001"


async def unacknowledged(platform: Platform) -> tuple[int, int]:
    """Tasks of uji that wait in the stream, and those given out but not acknowledged."""
    info = await platform.js.consumer_info("TASKS", "uji")
    return info.num_pending or 0, info.num_ack_pending or 0


async def all_acknowledged(platform: Platform) -> None:
    for _ in range(200):
        if await unacknowledged(platform) == (0, 0):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(await unacknowledged(platform))


async def test_a_task_is_done_and_the_outbox_is_empty_after_the_receipt(platform: Platform, copy: MakeCopy) -> None:
    running = await copy().start()
    task = await platform.offer(say="hai")
    await eventually(lambda: str(task) in platform.effects, running.log_file.read_text)
    body = platform.effects[str(task)]
    assert (body["agency"], body["outcome"], body["data"], body["simulated"]) == (
        "uji",
        "accepted",
        {"echo": "hai"},
        True,
    )
    assert (body["reasons"], body["until"]) == ([], None)
    await eventually(lambda: running.lines("result-recorded"))
    assert running.outbox() == []
    await all_acknowledged(platform)


async def test_a_rejection_carries_its_reasons(platform: Platform, copy: MakeCopy) -> None:
    await copy().start()
    task = await platform.offer(do="reject")
    await eventually(lambda: str(task) in platform.effects)
    body = platform.effects[str(task)]
    assert body["outcome"] == "rejected"
    text = {"id": "Sesuatu", "en": "Something"}
    assert body["reasons"] == [{"code": "expired", "text": text, "target": "/licence/number"}]


async def test_a_task_offered_again_gets_the_same_result_and_no_second_call(platform: Platform, copy: MakeCopy) -> None:
    running = await copy().start()
    task = await platform.offer()
    await eventually(lambda: str(task) in platform.effects)
    await platform.offer(task=task, attempt=2)
    await eventually(lambda: len(platform.results(task)) == 2)
    await platform.offer(task=task, attempt=3)
    await eventually(lambda: len(platform.results(task)) == 3)
    assert len({body["result"] for body in platform.results(task)}) == 1
    assert len(running.calls(task, "begin")) == 1
    await all_acknowledged(platform)


async def test_a_task_offered_again_while_it_runs_is_not_started_twice(platform: Platform, copy: MakeCopy) -> None:
    running = await copy().start()
    task = await platform.offer(do="slow", seconds=1)
    await eventually(lambda: running.calls(task))
    await platform.offer(task=task, attempt=2)
    await eventually(lambda: str(task) in platform.effects)
    await all_acknowledged(platform)
    assert len(running.calls(task, "begin")) == 1
    assert len(platform.results(task)) == 1


async def test_later_is_repeated_until_its_time_and_then_asked_anew(platform: Platform, copy: MakeCopy) -> None:
    running = await copy().start()
    task = await platform.offer(do="later", seconds=2)
    await eventually(lambda: len(platform.results(task)) == 1)
    first = platform.results(task)[0]
    assert (first["outcome"], first["reasons"][0]["code"]) == ("later", "queue")
    assert first["until"] > first["at"]
    await platform.offer(task=task, attempt=2, do="later", seconds=2)
    await eventually(lambda: len(platform.results(task)) == 2)
    assert platform.results(task)[1]["result"] == first["result"]
    assert len(running.calls(task, "begin")) == 1
    await asyncio.sleep(2)
    await platform.offer(task=task, attempt=3, do="later", seconds=2)
    await eventually(lambda: str(task) in platform.effects)
    assert platform.effects[str(task)]["outcome"] == "accepted"
    assert len(running.calls(task, "begin")) == 2


async def test_a_busy_agency_is_asked_again_and_repeats_do_not_hurry_it(platform: Platform, copy: MakeCopy) -> None:
    running = await copy().start()
    task = await platform.offer(do="busy", times=2, pause=1.5)
    await eventually(lambda: running.lines("task-busy"))
    await platform.offer(task=task, attempt=2, do="busy", times=2, pause=1.5)
    await asyncio.sleep(0.7)
    assert len(running.calls(task, "begin")) == 1, "the second offer waits for the first"
    await eventually(lambda: str(task) in platform.effects)
    assert len(running.calls(task, "begin")) == 3
    assert len(running.lines("task-busy")) == 2
    await all_acknowledged(platform)


async def test_a_broken_function_keeps_its_task_and_holds_up_no_other(platform: Platform, copy: MakeCopy) -> None:
    running = await copy().start()
    broken = await platform.offer(do="broken", nik=CANARY)
    await eventually(lambda: running.lines("task-failed"))
    well = await platform.offer()
    await eventually(lambda: str(well) in platform.effects)
    assert platform.results(broken) == []
    assert (await unacknowledged(platform))[1] == 1, "the task is still the agency's to do"
    (line,) = running.lines("task-failed")
    assert line["error"] == "ValueError"
    assert line["place"].startswith("agency_under_test.py:")
    assert 15 <= line["delay"] <= 30
    assert CANARY not in running.log_file.read_text() + running.trace_file.read_text()


async def test_an_input_the_agency_cannot_use_is_rejected(platform: Platform, copy: MakeCopy) -> None:
    await copy().start()
    wrong, unknown = await platform.offer(do="invalid"), await platform.offer(name="nothing-like-it")
    await eventually(lambda: {str(wrong), str(unknown)} <= set(platform.effects))
    assert platform.effects[str(wrong)]["reasons"][0]["code"] == "request-invalid"
    assert platform.effects[str(wrong)]["reasons"][0]["target"] == "/nik"
    assert platform.effects[str(unknown)]["reasons"][0]["code"] == "task-unknown"


async def test_unreadable_and_expired_tasks_are_dropped_and_the_rest_goes_on(
    platform: Platform, walls: Walls, copy: MakeCopy
) -> None:
    running = await copy().start()
    stranger = key(new_jwk_sets().public, "enc")
    unreadable = await platform.offer(sealed_to=stranger)
    await platform.js.publish("agency.uji.task.check", b"garbage")
    expired = await platform.offer(expires_in=-1)
    well = await platform.offer()
    await eventually(lambda: str(well) in platform.effects)
    await eventually(lambda: len(running.lines("task-unreadable")) == 2 and running.lines("task-expired"))
    assert running.lines("task-unreadable")[0]["task"] in {str(unreadable), ""}
    assert platform.results(expired) == []
    assert running.calls(expired) == []
    await all_acknowledged(platform)


async def test_an_oversize_result_is_parked_and_the_connection_stays(platform: Platform, copy: MakeCopy) -> None:
    running = await copy().start()
    task = await platform.offer(do="huge")
    await eventually(lambda: running.lines("result-parked"))
    (parked,) = running.outbox()
    assert (parked["task"], parked["state"]) == (str(task), "parked")
    assert "the limit is 262144" in parked["detail"]
    assert platform.results(task) == []
    assert not running.lines("connection-lost")
    forgotten = running.run("outbox", "forget", str(task))
    assert "1 result(s) forgotten" in forgotten.stdout
    assert running.outbox() == []


async def test_no_more_tasks_than_asked_for_run_at_once(platform: Platform, copy: MakeCopy) -> None:
    running = await copy(MAX_IN_FLIGHT="2").start()
    tasks = [await platform.offer(do="slow", seconds=0.4) for _ in range(6)]
    await eventually(lambda: {str(task) for task in tasks} <= set(platform.effects))
    steps = sorted(running.calls(), key=lambda line: str(line["at"]))
    at_once = most = 0
    for line in steps:
        at_once += 1 if line["step"] == "begin" else -1
        most = max(most, at_once)
    assert most == 2


async def test_a_killed_copy_swallows_no_task(platform: Platform, copy: MakeCopy) -> None:
    first, second = await copy(1).start(), await copy(2).start()
    first.kill()
    started = asyncio.get_running_loop().time()
    tasks = [await platform.offer() for _ in range(12)]
    await eventually(lambda: {str(task) for task in tasks} <= set(platform.effects))
    assert asyncio.get_running_loop().time() - started < 10, "the server gave no task to the pulls of the dead copy"
    assert second.lines("task-answered")


async def test_only_the_agencys_own_key_makes_a_result(platform: Platform, walls: Walls, copy: MakeCopy) -> None:
    (walls.folder / "agencies/uji/private.jwks.json").write_text(
        (walls.folder / "agencies/lain/private.jwks.json").read_text()
    )
    await copy().start()
    task = await platform.offer(task=uuid4(), sealed_to=key(walls.jwks["lain"].public, "enc"))
    await eventually(lambda: platform.unreadable)
    assert str(task) not in platform.effects
