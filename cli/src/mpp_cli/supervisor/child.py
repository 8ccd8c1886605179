"""One supervised process: its wish (should it run), its state, and the loop that brings both together."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import Executor
from enum import StrEnum

from mpp_cli.supervisor.program import Program

POLL_SECONDS = 0.1
FIRST_RESTART_SECONDS = 0.5
LAST_RESTART_SECONDS = 30.0
# A process that ran this long is taken as healthy: its next crash begins the back-off anew.
HEALTHY_SECONDS = 30.0
PROBE_SECONDS = 2.0


class State(StrEnum):
    """`UNREADY`: it runs, was ready before, and does not answer now."""

    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"
    UNREADY = "not ready"
    WAITING = "waiting to restart"
    STOPPING = "stopping"


def restart_delay(crashes: int) -> float:
    """Seconds to wait after the n-th crash in a row: 0.5, 1, 2, ... 30."""
    return float(min(LAST_RESTART_SECONDS, FIRST_RESTART_SECONDS * 2 ** max(0, crashes - 1)))


class Child:
    """Owns one process. `run()` is its life; `stop()` and `start()` change the wish and return when it is fulfilled."""

    def __init__(self, program: Program, executor: Executor, say: Callable[[str], None]) -> None:
        self.program = program
        self.state = State.STOPPED
        self.restarts = 0
        self.crashes = 0
        self.last_exit = ""
        # Why it could not even be started the last time; empty when it could.
        self.start_error = ""
        self.process: subprocess.Popen[bytes] | None = None
        self._executor = executor
        self._say = say
        self._next_life: Program | None = None
        self._wanted = asyncio.Event()
        self._changed = asyncio.Event()

    @property
    def name(self) -> str:
        return self.program.name

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process is not None and self.process.poll() is None else None

    async def start(self, life: Program | None = None) -> None:
        """Asks for it to run, `life` once in place of its program; `wait_ready` tells when it does."""
        self.crashes = 0
        self._next_life = life
        self._wanted.set()
        self._changed.set()

    async def stop(self) -> None:
        """Drains and ends it, and keeps it down."""
        self._wanted.clear()
        self._changed.set()
        while self.state is not State.STOPPED:  # noqa: ASYNC110 - a state, not an event: it may come and go
            await asyncio.sleep(POLL_SECONDS)

    async def run(self) -> None:
        """Until cancelled: brings the process up whenever it is wanted and not there."""
        while True:
            await self._wanted.wait()
            self._changed.clear()
            started = time.monotonic()
            if await self._launch():
                await self._watch()
            if not self._wanted.is_set():
                self.state = State.STOPPED
                continue
            self.crashes = 1 if time.monotonic() - started > HEALTHY_SECONDS else self.crashes + 1
            self.restarts += 1
            await self._pause(restart_delay(self.crashes))

    async def _launch(self) -> bool:
        self.state = State.STARTING
        loop = asyncio.get_running_loop()
        program, self._next_life = self._next_life or self.program, None
        try:
            self.process = await loop.run_in_executor(self._executor, program.start)
        except Exception as error:
            # Whatever keeps a process from starting is said and tried again; it must not end the supervisor.
            reason = str(error) or type(error).__name__
            self.last_exit = f"could not be started: {reason}"
            if reason != self.start_error:
                self._say(f"{self.name} {self.last_exit}")
            self.start_error = reason
            return False
        self.start_error = ""
        return True

    async def _watch(self) -> None:
        """Until the process ended: asks whether it is ready, and ends it when it is no longer wanted."""
        process = self.process
        assert process is not None
        next_probe = 0.0
        while process.poll() is None:
            if not self._wanted.is_set():
                await self._end(process)
                return
            if time.monotonic() >= next_probe:
                await self._probe(process.pid)
                settled = self.state is State.READY
                next_probe = time.monotonic() + (PROBE_SECONDS if settled else POLL_SECONDS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), POLL_SECONDS)
        self.last_exit = describe_exit(process.returncode)
        if self._wanted.is_set():
            self._say(f"{self.name} (pid {process.pid}) {self.last_exit}; log: {self.program.log}")

    async def _probe(self, pid: int) -> None:
        ready = await self.program.ready(pid)
        if ready:
            if self.state is State.UNREADY:
                self._say(f"{self.name} is ready again")
            elif self.state is State.STARTING and self.restarts:
                self._say(f"{self.name} is running again (pid {pid})")
            self.state = State.READY
        elif self.state is State.READY:
            self.state = State.UNREADY
            self._say(f"{self.name} is running but not ready")

    async def _pause(self, seconds: float) -> None:
        self.state = State.WAITING
        self._say(f"{self.name} is restarted in {seconds:g} s (crash {self.crashes} in a row)")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)
        if not self._wanted.is_set():
            self.state = State.STOPPED

    async def _end(self, process: subprocess.Popen[bytes]) -> None:
        self.state = State.STOPPING
        process.send_signal(self.program.stop_signal)
        deadline = time.monotonic() + self.program.drain_seconds
        while process.poll() is None:
            if time.monotonic() > deadline:
                self._say(f"{self.name} did not end within {self.program.drain_seconds:g} s and is killed")
                self.kill()
                deadline = float("inf")
            await asyncio.sleep(0.05)
        self.last_exit = describe_exit(process.returncode)

    def kill(self) -> None:
        """Ends it and all it started at once."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


def describe_exit(code: int) -> str:
    """`exited with status 1` or `was ended by SIGKILL`."""
    if code >= 0:
        return f"exited with status {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
