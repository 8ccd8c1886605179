"""Starting, finding and ending the server processes of one folder."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

# Resolved here, not in the child: between fork and exec nothing may be imported or opened.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


class CannotStart(Exception):
    """A server did not come up; the message says why and what to do."""


def wait_until(
    ready: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path, what: str, seconds: float
) -> None:
    """Poll `ready` until it holds.

    Raises:
        CannotStart: the process ended or the time is over; with the last lines of its log.
    """
    end, pause = time.monotonic() + seconds, 0.02
    while not ready():
        if process.poll() is not None:
            raise CannotStart(f"{what} ended with status {process.returncode}. Last lines of {log}:\n{tail(log)}")
        if time.monotonic() > end:
            raise CannotStart(f"{what} was not ready after {seconds:.0f} s. Last lines of {log}:\n{tail(log)}")
        time.sleep(pause)
        # Asking more and more seldom: recovery can take long, and each question costs a process.
        pause = min(0.2, pause * 1.2)


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log file, or a word that there is none."""
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def owners_of(folder: Path, name: str) -> Iterator[psutil.Process]:
    """The processes called `name` that work in `folder`: the proof that a pid file is alive, whoever wrote it."""
    target = str(folder.resolve())
    for process in psutil.process_iter(["name", "cwd", "cmdline"]):
        if process.info["name"] != name:
            continue
        if process.info["cwd"] == target or target in (process.info["cmdline"] or []):
            yield process


def end(process: psutil.Process, how: signal.Signals, seconds: float) -> None:
    """Ask a process to end, and kill it when it does not within the time."""
    try:
        process.send_signal(how)
        process.wait(seconds)
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(10)


def die_with_parent() -> None:
    """For preexec_fn: the kernel ends this child when the thread that started it dies (Linux; elsewhere nothing)."""
    if _prctl is not None:
        _prctl(1, signal.SIGTERM)


def ids_of_system_user() -> tuple[int, int, str] | None:
    """uid, gid and name of the system user that PostgreSQL runs as when we are root; None when we are not root."""
    if os.name != "posix" or os.geteuid() != 0:
        return None
    import pwd  # not on Windows

    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return user.pw_uid, user.pw_gid, name
    raise CannotStart(
        "PostgreSQL refuses to run as root, and this machine has neither a user 'postgres' nor 'nobody'. Add one."
    )
