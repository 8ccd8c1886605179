"""Looking at a running mall and steering it: status, down, stop, start, logs, env, events."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from mpp_cli.commands.options import DataDir, folder
from mpp_cli.data_folder import DataFolder
from mpp_cli.errors import CommandError
from mpp_cli.stack.environments import WITH_DATABASE, revealed
from mpp_cli.supervisor.control import ask
from mpp_cli.supervisor.leftovers import end_leftovers
from mpp_cli.supervisor.lock import Lock
from mpp_cli.terminal import console, print_json, says_refusals, status_table

DOWN_SECONDS = 90.0
Name = Annotated[str, typer.Argument(help="A process as listed by mpp status, for example sdmk.")]


def running(data: DataFolder, command: str, name: str = "", failpoint: str = "") -> dict[str, Any]:
    """The supervisor's answer, or a refusal that says how to start it."""
    answer = ask(data.control_socket(), command, name, failpoint=failpoint)
    if answer is None:
        raise CommandError(f"The mall in {data.root} is not running.", hint="Start it: mpp up --detach")
    return answer


@says_refusals
def status(
    data_dir: DataDir = None, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """Show every process; the exit status is 0 only when all are ready.

    Example: mpp status && mpp demo
    """
    answer = running(folder(data_dir), "status")
    if as_json:
        print_json(answer)
    else:
        console.print(status_table(answer["processes"]))
        console.print(f"{answer['url']} is {answer['phase']} (supervisor pid {answer['pid']})")
        for row in answer["processes"]:
            if row["last_exit"] and not row["ready"]:
                console.print(f"{row['name']} {row['last_exit']}", markup=False)
    if answer["phase"] != "ready" or not all(row["ready"] for row in answer["processes"]):
        raise typer.Exit(1)


@says_refusals
def down(data_dir: DataDir = None) -> None:
    """Stop the mall: requests under way are finished, data stays. Also ends what a killed supervisor left behind.

    Example: mpp down
    """
    data = folder(data_dir)
    if not data.run.is_dir():
        console.print(f"Nothing runs in {data.root}.")
        return
    lock = Lock(data.run / "supervisor.lock")
    if ask(data.control_socket(), "shutdown") is not None:
        console.print("Stopping ...")
    deadline = time.monotonic() + DOWN_SECONDS
    while not lock.acquire():
        if time.monotonic() > deadline:
            raise CommandError(
                f"The supervisor (pid {lock.holder()}) is still busy after {DOWN_SECONDS:.0f} s.",
                hint=f"See what it waits for: {data.supervisor_log}",
            )
        time.sleep(0.1)
    for line in end_leftovers(data):
        console.print(f"Ended what an earlier start left behind: {line}", markup=False)
    lock.release()
    console.print("The mall is down.")


@says_refusals
def stop(name: Name, data_dir: DataDir = None) -> None:
    """Take one process down and keep it down, as when an agency is away.

    Example: mpp stop sdmk
    """
    running(folder(data_dir), "stop", name)
    console.print(f"{name} is stopped. Bring it back: mpp start {name}")


@says_refusals
def start(
    name: Name,
    data_dir: DataDir = None,
    failpoint: Annotated[
        str, typer.Option(help="A fault for this one life of a demonstration's service (docs/reliability.md).")
    ] = "",
) -> None:
    """Bring a stopped process back and wait until it is ready.

    Example: mpp start sdmk

    Example: mpp stop applications && mpp start applications --failpoint ledger.after_commit:kill@3
    """
    running(folder(data_dir), "start", name, failpoint=failpoint)
    console.print(f"{name} is ready.")


@says_refusals
def env(
    name: Name,
    data_dir: DataDir = None,
    show_secrets: Annotated[bool, typer.Option("--show-secrets", help="Print secrets instead of their files.")] = False,
) -> None:
    """Print the environment of a process; secrets appear as the files they lie in.

    Example: env $(mpp env catalog) .venv/bin/python -m mpp_catalog --help
    """
    environment = running(folder(data_dir), "environment", name)["environment"]
    for variable, value in sorted((revealed(environment) if show_secrets else environment).items()):
        sys.stdout.write(f"{variable}={value}\n")


@says_refusals
def events(
    service: Annotated[str, typer.Argument(help=f"One of {', '.join(WITH_DATABASE)}.")],
    context: typer.Context,
    data_dir: DataDir = None,
) -> None:
    """Look at a service's parked events, replay them, or publish its ledger again.

    What follows the service's name goes to `python -m mpp_SERVICE events`; its own help comes after two dashes.

    Example: mpp events notifications parked list

    Example: mpp events applications -- --help
    """
    if service not in WITH_DATABASE:
        raise CommandError(f"{service} has no events.", hint=f"Choose one of: {', '.join(WITH_DATABASE)}.")
    environment = running(folder(data_dir), "environment", service)["environment"]
    argv = [sys.executable, "-m", f"mpp_{service}", "events", *context.args]
    raise typer.Exit(subprocess.run(argv, env=environment, check=False).returncode)


@says_refusals
def logs(
    data_dir: DataDir = None,
    name: Annotated[str | None, typer.Argument(help="A process; all when left out.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="So many lines of the past.")] = 20,
) -> None:
    """Show what the processes wrote.

    Example: mpp logs applications -f
    """
    place = folder(data_dir).log("x").parent
    files = [place / f"{name}.log"] if name else sorted(place.glob("*.log"))
    missing = [file for file in files if not file.exists()]
    if missing or not files:
        known = ", ".join(sorted(file.stem for file in place.glob("*.log"))) or "none yet: mpp up"
        raise CommandError(f"There is no log of '{name or 'the mall'}'.", hint=f"Known: {known}.")
    places = {file: _print_tail(file, lines, prefixed=not name) for file in files}
    try:
        while follow:
            time.sleep(0.3)
            for file, seen in places.items():
                places[file] = _print_from(file, seen, prefixed=not name)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _print_tail(file: Path, lines: int, *, prefixed: bool) -> int:
    """Prints the last lines; returns the size of the file then."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        stream.seek(max(0, size - 400 * max(lines, 1) - 65536))
        kept = stream.read(size - stream.tell()).splitlines()[-lines:] if lines > 0 else []
    _write(file, kept, prefixed=prefixed)
    return size


def _print_from(file: Path, place: int, *, prefixed: bool) -> int:
    """Prints whole new lines; begins anew when the file was replaced by a shorter one."""
    if file.stat().st_size < place:
        place = 0
    with file.open("rb") as stream:
        stream.seek(place)
        new = stream.read()
    whole = new[: new.rfind(b"\n") + 1]
    _write(file, whole.splitlines(), prefixed=prefixed)
    return place + len(whole)


def _write(file: Path, lines: list[bytes], *, prefixed: bool) -> None:
    for line in lines:
        text = line.decode("utf-8", "replace")
        sys.stdout.write(f"{file.stem:>14} | {text}{os.linesep}" if prefixed else text + os.linesep)
    sys.stdout.flush()
