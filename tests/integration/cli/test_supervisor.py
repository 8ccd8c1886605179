"""The supervisor's rules, with children that only pretend to be processes."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from mpp_cli.data_folder import DataFolder
from mpp_cli.errors import CommandError
from mpp_cli.supervisor import child as child_module
from mpp_cli.supervisor.child import State, describe_exit, restart_delay
from mpp_cli.supervisor.leftovers import recorded
from mpp_cli.supervisor.lock import Lock
from mpp_cli.supervisor.program import Program
from mpp_cli.supervisor.supervisor import Supervisor, pid_file


class Pretended:
    """Looks like a Popen; ends when told, or by `crash`."""

    def __init__(self, pid: int, *, stubborn: bool = False) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.signals: list[int] = []
        self._stubborn = stubborn

    def poll(self) -> int | None:
        return self.returncode

    def send_signal(self, signum: int) -> None:
        self.signals.append(signum)
        if not self._stubborn:
            self.returncode = 0


class Fleet:
    """A supervisor whose programs are pretended; `started` has every process ever started, in order."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.started: list[tuple[str, Pretended]] = []
        self.ready: dict[str, bool] = {}
        self.fails: dict[str, str] = {}
        self.supervisor = Supervisor(DataFolder(folder), self.said.append)

    def program(self, name: str, stage: int = 2) -> Program:
        def start() -> Any:
            if name in self.fails:
                raise RuntimeError(self.fails[name])
            process = Pretended(pid=100_000_000 + len(self.started))
            self.started.append((name, process))
            return process

        async def ready(_: int) -> bool:
            return self.ready.get(name, True)

        return Program(name, start, Path("/nowhere") / f"{name}.log", ready, stage=stage)

    def latest(self, name: str) -> Pretended:
        return [process for known, process in self.started if known == name][-1]


@pytest.fixture
async def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Fleet]:
    data = DataFolder(tmp_path)
    data.create()
    monkeypatch.setattr(child_module, "POLL_SECONDS", 0.005)
    monkeypatch.setattr(child_module, "PROBE_SECONDS", 0.01)
    monkeypatch.setattr(child_module, "FIRST_RESTART_SECONDS", 0.01)
    fleet = Fleet(tmp_path)
    yield fleet
    await fleet.supervisor.stop_all(asyncio.Event())


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - conditions of plain objects have no event
            await asyncio.sleep(0.005)


def test_the_pause_doubles_and_has_an_end() -> None:
    assert [restart_delay(n) for n in (1, 2, 3, 4, 7, 50)] == [0.5, 1, 2, 4, 30, 30]


def test_an_exit_is_said_in_words() -> None:
    assert describe_exit(3) == "exited with status 3"
    assert describe_exit(-9) == "was ended by SIGKILL"


async def test_a_crashed_child_is_started_again_and_said_so(fleet: Fleet) -> None:
    await fleet.supervisor.add(fleet.program("catalog"))
    await fleet.supervisor.wait_ready("catalog", 5)
    fleet.latest("catalog").returncode = -9
    await until(lambda: len(fleet.started) == 2)
    await fleet.supervisor.wait_ready("catalog", 5)
    row = fleet.supervisor.status()[0]
    assert (row.state, row.restarts, row.last_exit) == ("ready", 1, "was ended by SIGKILL")
    assert any("was ended by SIGKILL" in line for line in fleet.said)
    assert any("restarted in" in line for line in fleet.said)
    assert any("running again" in line for line in fleet.said)


async def test_a_start_that_crashes_again_and_again_is_given_up_with_the_log(fleet: Fleet) -> None:
    fleet.ready["catalog"] = False
    await fleet.supervisor.add(fleet.program("catalog"))

    async def crash() -> None:
        for count in (1, 2, 3):
            await until(lambda count=count: len(fleet.started) == count)  # type: ignore[misc]
            fleet.latest("catalog").returncode = 1

    crashing = asyncio.create_task(crash())
    with pytest.raises(CommandError, match="does not start: it exited with status 1") as refusal:
        await fleet.supervisor.wait_ready("catalog", 5)
    await crashing
    assert refusal.value.log == Path("/nowhere/catalog.log")


async def test_a_program_that_cannot_be_started_is_told_at_once_with_its_reason(fleet: Fleet) -> None:
    fleet.fails["postgres"] = "that user cannot reach the folder"
    await fleet.supervisor.add(fleet.program("postgres"))
    with pytest.raises(CommandError, match="that user cannot reach the folder"):
        await fleet.supervisor.wait_ready("postgres", 5)


async def test_a_start_that_takes_too_long_is_refused(fleet: Fleet) -> None:
    fleet.ready["slow"] = False
    await fleet.supervisor.add(fleet.program("slow"))
    with pytest.raises(CommandError, match="slow was not ready after 0 s"):
        await fleet.supervisor.wait_ready("slow", 0.05)


async def test_a_stopped_child_stays_down_and_comes_back_when_asked(fleet: Fleet) -> None:
    child = await fleet.supervisor.add(fleet.program("sdmk"))
    await fleet.supervisor.wait_ready("sdmk", 5)
    await child.stop()
    assert fleet.latest("sdmk").signals == [signal.SIGTERM]
    await asyncio.sleep(0.1)
    assert len(fleet.started) == 1
    assert child.state is State.STOPPED
    await child.start()
    await fleet.supervisor.wait_ready("sdmk", 5)
    assert len(fleet.started) == 2
    assert child.restarts == 0


async def test_a_child_that_waits_for_its_restart_can_be_stopped(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "FIRST_RESTART_SECONDS", 60.0)
    child = await fleet.supervisor.add(fleet.program("sdmk"))
    await fleet.supervisor.wait_ready("sdmk", 5)
    fleet.latest("sdmk").returncode = 1
    await until(lambda: child.state is State.WAITING)
    async with asyncio.timeout(1):
        await child.stop()
    assert len(fleet.started) == 1


async def test_a_running_child_that_is_no_longer_ready_is_said_but_not_restarted(fleet: Fleet) -> None:
    child = await fleet.supervisor.add(fleet.program("identity"))
    await fleet.supervisor.wait_ready("identity", 5)
    fleet.ready["identity"] = False
    await until(lambda: child.state is State.UNREADY)
    fleet.ready["identity"] = True
    await until(lambda: child.state is State.READY)
    assert len(fleet.started) == 1
    assert fleet.said == ["identity is running but not ready", "identity is ready again"]


async def test_a_child_that_does_not_drain_is_killed(fleet: Fleet) -> None:
    program = fleet.program("stubborn")
    held = Pretended(pid=100_000_000, stubborn=True)
    stubborn = Program("stubborn", lambda: held, program.log, drain_seconds=0.05)  # type: ignore[arg-type,return-value]
    child = await fleet.supervisor.add(stubborn)
    await fleet.supervisor.wait_ready("stubborn", 5)
    stopping = asyncio.create_task(child.stop())
    await until(lambda: any("is killed" in line for line in fleet.said))
    held.returncode = -9
    await stopping


async def test_what_writes_is_stopped_before_what_it_writes_to(fleet: Fleet) -> None:
    order: list[str] = []
    for name, stage in (("postgres", 0), ("nats", 1), ("catalog", 2), ("sdmk", 2), ("edge", 3)):
        await fleet.supervisor.add(fleet.program(name, stage))
        await fleet.supervisor.wait_ready(name, 5)
        fleet.latest(name).send_signal = lambda signum, name=name: (  # type: ignore[method-assign]
            order.append(name),
            setattr(fleet.latest(name), "returncode", 0),
        )
    await fleet.supervisor.stop_all(asyncio.Event())
    assert [order[0], set(order[1:3]), *order[3:]] == ["edge", {"catalog", "sdmk"}, "nats", "postgres"]


async def test_an_unknown_name_is_answered_with_the_known_ones(fleet: Fleet) -> None:
    await fleet.supervisor.add(fleet.program("catalog"))
    with pytest.raises(CommandError) as refusal:
        fleet.supervisor.child("catalogue")
    assert refusal.value.hint == "Known: catalog."


def test_a_reused_pid_is_not_taken_for_ours(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.create()
    me = psutil.Process()
    pid_file(data).write_text(
        f'{{"ours": {{"pid": {me.pid}, "born": {me.create_time()}}},'
        f' "stranger": {{"pid": {me.pid}, "born": {me.create_time() - 60}}},'
        f' "gone": {{"pid": 100000000, "born": 1}}}}'
    )
    assert [name for name, _ in recorded(data)] == ["ours"]


def test_one_supervisor_for_one_folder(tmp_path: Path) -> None:
    first, second = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()
