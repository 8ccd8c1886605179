"""What the supervisor must know of a process to run it."""

import os
import subprocess
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from signal import SIGTERM, Signals

from mpp_embedded.processes import die_with_parent

Probe = Callable[[int], Awaitable[bool]]


async def always_ready(pid: int) -> bool:
    """For processes that have nothing to ask: running is ready."""
    return pid > 0


@dataclass(frozen=True)
class Program:
    """`start` may block (a server waits for itself); `ready` gets the pid and must answer within about a second.

    `stage` is its place in the order of stopping: the highest goes first, so that what writes is gone before what it
    writes to (0 PostgreSQL, 1 NATS and the mailbox, 2 services and connectors, 3 the edge).
    """

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    log: Path
    ready: Probe = always_ready
    address: str = ""
    stop_signal: Signals = SIGTERM
    drain_seconds: float = 15
    environment: Mapping[str, str] = field(default_factory=dict)
    stage: int = 2
    argv: Sequence[str] = ()

    def with_variables(self, more: Mapping[str, str]) -> "Program":
        """The same command with more in its environment."""
        environment = {**self.environment, **more}
        return replace(self, environment=environment, start=lambda: spawn(self.argv, environment, self.log))


def command(
    name: str,
    argv: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    *,
    ready: Probe = always_ready,
    address: str = "",
    stage: int = 2,
) -> Program:
    """A program that is one command with an environment of its own, and nothing of ours."""

    def start() -> subprocess.Popen[bytes]:
        return spawn(argv, environment, log)

    return Program(name, start, log, ready, address, environment=environment, stage=stage, argv=argv)


def spawn(argv: Sequence[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Starts a command in a session of its own (Ctrl-C reaches only the supervisor), output appended to its log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            list(argv),
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )


def base_environment() -> dict[str, str]:
    """The few variables every process gets from ours: no proxies, no foreign MPP_ or PG settings."""
    kept = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "TZDIR")
    chosen = ("MPP_OTLP_ENDPOINT", "MPP_TRACE_SAMPLE", "MPP_TRACE_SLOW_SECONDS", "MPP_LOG_LEVEL", "MPP_EDGE_PATIENCE")
    found = {name: os.environ[name] for name in (*kept, *chosen) if name in os.environ}
    return {**found, "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1"}
