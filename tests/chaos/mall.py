"""A mall of the rig's own: its processes killed, armed and brought back."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from mpp_cli.check.run import Sources
from mpp_cli.commands.check import sources
from mpp_cli.data_folder import DataFolder
from mpp_cli.supervisor.control import ask

MPP = str(Path(sys.executable).parent / "mpp")
# It may read what root has installed for itself (an interpreter below /root), and write nothing of root's.
_READS = "-all,+dac_read_search"
ORDINARY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
ORDINARY += [f"--inh-caps={_READS}", f"--ambient-caps={_READS}"]
READY_SECONDS = 120.0


class ChaosMall:
    """One data folder, one port. Whatever is killed, `up` brings back.

    Where we are root it runs as an ordinary user, as most malls do.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self.data = DataFolder(folder)
        self.url = f"http://localhost:{port}"
        self._port = port
        folder.mkdir(parents=True, exist_ok=True)
        self._as_user: list[str] = []
        if os.geteuid() == 0 and _ordinary_user_can_run():
            self._as_user = ORDINARY
            shutil.chown(folder, "nobody", "nogroup")

    def up(self) -> None:
        """Starts it, or raises with all it said."""
        self._sound("up", "--detach", "--port", str(self._port))

    def down(self) -> None:
        self._sound("down")

    def mpp(self, command: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A command of the operator, as the user whose mall it is."""
        argv = [*self._as_user, MPP, command, "--data-dir", str(self.data.root), *arguments]
        return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=300, cwd="/")

    def _sound(self, command: str, *arguments: str) -> None:
        done = self.mpp(command, *arguments)
        if done.returncode != 0:
            raise AssertionError(f"mpp {command}: {done.stdout}{done.stderr}")

    def restart(self, name: str, failpoint: str = "") -> None:
        """One process anew, perhaps with a fault for that life."""
        self._ask("stop", name)
        self._ask("start", name, failpoint)

    def kill(self, name: str) -> None:
        """kill -9 of one process; the supervisor brings it back."""
        pid = next(row["pid"] for row in self._ask("status")["processes"] if row["name"] == name)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    def kill_everything(self) -> None:
        """kill -9 of the supervisor and all it started, as when the power goes."""
        status = self._ask("status")
        supervisor = psutil.Process(status["pid"])
        family = [supervisor, *supervisor.children(recursive=True)]
        for process in family:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue  # it died with its parent, which is as good
        psutil.wait_procs(family, timeout=20)

    def wait_ready(self) -> None:
        """Until every process is ready again."""
        end = time.monotonic() + READY_SECONDS
        while late := [row["name"] for row in self._ask("status")["processes"] if row["state"] != "ready"]:
            if time.monotonic() > end:
                raise AssertionError(f"not ready after {READY_SECONDS:.0f} s: {late}")
            time.sleep(0.2)

    @property
    def ordinary(self) -> bool:
        """Whether its user is not root."""
        return os.geteuid() != 0 or bool(self._as_user)

    def users(self) -> set[int]:
        """Whose processes they are."""
        rows = self._ask("status")["processes"]
        return {psutil.Process(row["pid"]).uids().real for row in rows if row["pid"] is not None}

    def failpoint_log(self) -> list[dict[str, Any]]:
        """What failpoints did so far, in every process and life."""
        file = self.data.log("x").with_name("failpoints.jsonl")
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def sources(self, *histories: Path) -> Sources:
        return sources(self.data, list(histories))

    def _ask(self, command: str, name: str = "", failpoint: str = "") -> Any:
        answer = ask(self.data.control_socket(), command, name, seconds=100, failpoint=failpoint)
        if answer is None:
            raise AssertionError("the supervisor does not answer")
        return answer


def _ordinary_user_can_run() -> bool:
    """Whether this machine lets root become one, and that user can start this very interpreter."""
    if shutil.which("setpriv") is None:
        return False
    again = "import subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"
    probe = subprocess.run([*ORDINARY, sys.executable, "-c", again], check=False, cwd="/", capture_output=True)
    return probe.returncode == 0


@contextmanager
def chaos_mall(folder: Path, port: int, *, keep: bool = False) -> Iterator[ChaosMall]:
    """Up at the beginning, down and gone at the end."""
    mall = ChaosMall(folder, port)
    mall.up()
    try:
        yield mall
    finally:
        mall.down()
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
