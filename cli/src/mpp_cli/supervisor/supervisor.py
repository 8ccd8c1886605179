"""All children together: started as they come, stopped in reverse order, known to the next start by a pid file."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

from mpp_cli.data_folder import DataFolder
from mpp_cli.errors import CommandError
from mpp_cli.supervisor.child import POLL_SECONDS, Child, State
from mpp_cli.supervisor.program import Program

# So many crashes before it was ever ready mean that waiting longer is no use.
HOPELESS_CRASHES = 3


@dataclass(frozen=True)
class ChildStatus:
    """One row of `mpp status`."""

    name: str
    state: str
    pid: int | None
    restarts: int
    address: str
    last_exit: str

    @property
    def ready(self) -> bool:
        return self.state == State.READY


class Supervisor:
    """Children in the order they were added."""

    def __init__(self, data: DataFolder, say: Callable[[str], None]) -> None:
        self.phase = "starting"
        self.url = ""
        self.children: dict[str, Child] = {}
        self._data = data
        self._say = say
        self._tasks: dict[str, asyncio.Task[None]] = {}
        # The kernel ties a child's death signal to the thread that forked it: these threads live as long as we do.
        self._executor = ThreadPoolExecutor(max_workers=4, thread_name_prefix="start")

    async def add(self, program: Program) -> Child:
        """Starts a program and keeps it running from now on."""
        child = Child(program, self._executor, self._say)
        self.children[program.name] = child
        await child.start()
        self._tasks[program.name] = asyncio.create_task(child.run(), name=program.name)
        return child

    async def wait_ready(self, name: str, seconds: float) -> None:
        """Returns when the child is ready; gives up when it keeps crashing or the time is over."""
        child = self.children[name]
        deadline = time.monotonic() + seconds
        while child.state is not State.READY:
            if child.start_error:
                raise CommandError(f"{name} {child.last_exit}")
            if child.crashes >= HOPELESS_CRASHES:
                raise CommandError(f"{name} does not start: it {child.last_exit}.", log=child.program.log)
            if time.monotonic() > deadline:
                raise CommandError(f"{name} was not ready after {seconds:.0f} s.", log=child.program.log)
            await asyncio.sleep(0.02)
        self.record()

    def status(self) -> list[ChildStatus]:
        """Every child, in order."""
        return [
            ChildStatus(child.name, str(child.state), child.pid, child.restarts, child.program.address, child.last_exit)
            for child in self.children.values()
        ]

    def child(self, name: str) -> Child:
        """A child by name, or a refusal that lists the names."""
        if name not in self.children:
            raise CommandError(f"There is no process '{name}'.", hint=f"Known: {', '.join(self.children)}.")
        return self.children[name]

    async def watch(self, stop: asyncio.Event) -> None:
        """Keeps the pid file true until `stop`; a supervising task that died ends the supervisor, loudly."""
        while not stop.is_set():
            self.record()
            for task in self._tasks.values():
                if task.done():
                    task.result()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 1)

    async def stop_all(self, hurry: asyncio.Event) -> None:
        """Last started, first stopped, each with time to drain; `hurry` (a second Ctrl-C) kills what is left."""
        self.phase = "stopping"
        for stage in sorted({child.program.stage for child in self.children.values()}, reverse=True):
            group = [child for child in self.children.values() if child.program.stage == stage]
            stopping = [asyncio.create_task(child.stop()) for child in group]
            while not all(task.done() for task in stopping):
                if hurry.is_set():
                    for child in group:
                        child.kill()
                await asyncio.sleep(POLL_SECONDS)
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._executor.shutdown()
        pid_file(self._data).unlink(missing_ok=True)
        self.phase = "stopped"

    def record(self) -> None:
        """Writes which processes are ours, with their birth times, so that a later start never ends a stranger."""
        known = {}
        for child in self.children.values():
            with contextlib.suppress(psutil.NoSuchProcess):
                if child.pid is not None:
                    known[child.name] = {"pid": child.pid, "born": psutil.Process(child.pid).create_time()}
        waiting = pid_file(self._data).with_suffix(".new")
        waiting.write_text(json.dumps(known))
        waiting.rename(pid_file(self._data))


def pid_file(data: DataFolder) -> Path:
    """Which processes belong to this data folder: name to pid and time of birth."""
    return data.run / "children.json"
