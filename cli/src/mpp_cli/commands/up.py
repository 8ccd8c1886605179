"""`mpp up`: in the foreground with a live status, or detached."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Literal

import typer

from mpp_cli import ports
from mpp_cli.commands.options import DataDir, folder
from mpp_cli.data_folder import DataFolder, checkout
from mpp_cli.errors import CommandError
from mpp_cli.nats_config import load_agencies
from mpp_cli.stack import mall
from mpp_cli.stack.environments import Layout, port_names
from mpp_cli.supervisor.control import ask
from mpp_cli.supervisor.leftovers import end_leftovers
from mpp_cli.supervisor.lock import Lock
from mpp_cli.terminal import Voice, console, says_refusals

LOG_LIMIT = 10_000_000
FOLLOW_SECONDS = 0.1


@says_refusals
def up(
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Give the shell back when everything is ready.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port of the one address; the back end takes free ports by itself.")
    ] = 8080,
    data_dir: DataDir = None,
    environment: Annotated[
        Literal["demo", "production"], typer.Option(help="demo has people to sign in as; production has none.")
    ] = "demo",
    supervise: Annotated[bool, typer.Option("--supervise", hidden=True)] = False,
) -> None:
    """Run the whole mall on this machine: PostgreSQL, NATS, services, connectors, one address in front.

    Without --detach it stays in the foreground and Ctrl-C stops all of it.

    Example: mpp up --port 8081
    """
    data = folder(data_dir)
    data.create()
    lock = Lock(data.run / "supervisor.lock")
    if not lock.acquire():
        _already_running(data, detach=detach)
        return
    voice = Voice(data.supervisor_log, terminal=not supervise)
    for line in end_leftovers(data):
        voice.say(f"Ended what an earlier start left behind: {line}")
    _need_free(port)
    if detach:
        lock.release()
        _detach(data, port, environment)
        return
    _shorten_logs(data)
    chosen = ports.choose(port_names(), data.run / "ports.json")
    agencies = tuple(facts.code for facts in load_agencies(checkout() / "definitions" / "agencies"))
    layout = Layout(checkout(), data, chosen, port, environment, agencies)
    voice.say(f"Starting the mall in {data.root} ...")
    try:
        asyncio.run(mall.run(layout, voice.say, live=not supervise and console.is_terminal))
    finally:
        lock.release()


def _need_free(port: int) -> None:
    other = f"Choose another one: mpp up --port {port + 1 if 1024 <= port < 65535 else 8081}."
    try:
        for bound in ports.loopback_sockets(port):
            bound.close()
    except PermissionError:
        raise CommandError(f"Port {port} is for the administrator of this machine.", hint=other) from None
    except OSError:
        raise CommandError(
            f"Port {port} is taken by another program.",
            hint=f"{other} If a mall of another folder has it: mpp down there.",
        ) from None


def _already_running(data: DataFolder, *, detach: bool) -> None:
    """Says so; waits for a start that is under way when asked to return ready."""
    answer = ask(data.control_socket(), "status")
    while detach and answer is not None and answer["phase"] == "starting":
        time.sleep(FOLLOW_SECONDS)
        answer = ask(data.control_socket(), "status")
    if answer is None:
        raise CommandError(
            f"Another mpp is just starting or stopping in {data.root}.", hint="Try again in a few seconds: mpp status."
        )
    late = [row["name"] for row in answer["processes"] if not row["ready"]]
    if late:
        raise CommandError(
            f"The mall is already running at {answer['url']} ({answer['phase']}), but not ready: {', '.join(late)}.",
            hint="Look: mpp status, mpp logs NAME. Bring one back: mpp start NAME. Stop all: mpp down.",
        )
    published = ask(data.control_socket(), "publish")
    console.print(f"The mall is already running at {answer['url']}")
    if published is not None and published["published"]:
        console.print("What is new in definitions/ is published.")


def _detach(data: DataFolder, port: int, environment: str) -> None:
    """Starts the supervisor in a session of its own and repeats what it says until it is ready."""
    log = data.supervisor_log
    log.touch()
    seen = log.stat().st_size
    argv = [sys.executable, "-m", "mpp_cli", "up", "--supervise", "--port", str(port)]
    argv += ["--data-dir", str(data.root), "--environment", environment]
    with log.open("ab") as output:
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    while True:
        ended = process.poll() is not None
        answer = None if ended else ask(data.control_socket(), "status")
        seen = _repeat(log, seen)
        if ended:
            if process.returncode == 0:
                raise CommandError("The mall was told to stop while it was starting.")
            raise CommandError("The mall did not start.", hint=f"All it said: {log}")
        if answer is not None and answer["pid"] == process.pid and answer["phase"] == "ready":
            _repeat(log, seen)
            return
        time.sleep(FOLLOW_SECONDS)


def _repeat(log: Path, seen: int) -> int:
    """Prints the whole lines after byte `seen`, without their times; returns how far it read."""
    with log.open("rb") as file:
        file.seek(seen)
        new = file.read()
    whole = new[: new.rfind(b"\n") + 1]
    for line in whole.decode("utf-8", "replace").splitlines():
        stamp, _, said = line.partition(" ")
        console.print(said if stamp[:2] == "20" and "T" in stamp else line, markup=False)
    return seen + len(whole)


def _shorten_logs(data: DataFolder) -> None:
    """One older log and one older trace file of each process are kept when they have grown large."""
    for file in [*data.log("x").parent.glob("*.log"), *data.trace("x").parent.glob("*.jsonl")]:
        if file.stat().st_size > LOG_LIMIT and file != data.supervisor_log:
            file.rename(file.with_name(f"{file.name}.1"))
