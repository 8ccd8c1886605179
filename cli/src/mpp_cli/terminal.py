"""What a person sees: lines, the status table, and a refusal's way out of a command."""

import contextlib
import functools
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from mpp_cli.errors import CommandError

P = ParamSpec("P")
R = TypeVar("R")

console = Console(highlight=False, soft_wrap=True)
COLOURS = {"ready": "green", "starting": "yellow", "stopping": "yellow", "stopped": "dim"}


class Voice:
    """Says each line to the terminal (when there is one) and to the supervisor's log, with the time."""

    def __init__(self, log: Path, *, terminal: bool) -> None:
        self._log = log
        self._terminal = terminal

    def say(self, line: str) -> None:
        """A closed terminal must not stop the mall: the log has the line in any case."""
        log_line(self._log, line)
        if self._terminal:
            with contextlib.suppress(OSError):
                console.print(line, markup=False)


def log_line(log: Path, line: str) -> None:
    """Appends a line with the time to a log file."""
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {line}\n")


def status_table(processes: Sequence[Mapping[str, Any]]) -> Table:
    """One row per process: name, state, pid, restarts, address."""
    table = Table(box=None, pad_edge=False)
    for heading in ("process", "state", "pid", "restarts", "address"):
        table.add_column(heading)
    for row in processes:
        state = str(row["state"])
        told = f"[{COLOURS.get(state, 'red')}]{state}[/]"
        table.add_row(row["name"], told, str(row["pid"] or "-"), str(row["restarts"]), row["address"])
    return table


def print_json(content: object) -> None:
    """For programs: one JSON document on standard output."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def refuse(error: CommandError) -> NoReturn:
    """Prints what happened and what to do, and ends with status 1."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    for line in error.lines():
        errors.print(line, markup=False)
    raise typer.Exit(1)


def says_refusals(command: Callable[P, R]) -> Callable[P, R]:
    """Decorates a command: a CommandError becomes a message and exit status 1."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except CommandError as error:
            refuse(error)

    return wrapped
