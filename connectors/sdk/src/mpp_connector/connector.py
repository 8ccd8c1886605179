"""Connector: what an agency's author uses. Register functions, then `connector.run()`."""

import argparse
import asyncio
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Generic, TypeVar

from mpp_connector import serve, settings, status
from mpp_connector.contract import LookupFunction, TaskFunction, Text
from mpp_connector.identity import Identity, Simulation
from mpp_connector.outbox import Outbox
from mpp_connector.wire import Source

F = TypeVar("F")
NAME = re.compile(r"^[a-z][a-z0-9-]{0,30}$")

HELP = """environment (each X may also be a file named by X_FILE):
  MPP_CONNECTOR_NATS_URL        where the platform's NATS is, nats:// or tls://, several separated by commas
  MPP_CONNECTOR_NATS_SEED       this agency's nkey seed (SU...)
  MPP_CONNECTOR_KEYS            this agency's private JSON Web Key Set
  MPP_CONNECTOR_PLATFORM_KEYS   the platform's public JSON Web Key Set
  MPP_CONNECTOR_DATA_DIR        folder of this copy: outbox, status; one folder for each copy
  MPP_CONNECTOR_TRACE_FILE      spans as JSON lines (optional)
  MPP_CONNECTOR_OTLP_ENDPOINT   spans and metrics to your own collector, http://HOST:4318 (optional, extra: otlp)
  MPP_CONNECTOR_MAX_IN_FLIGHT   tasks at the same time (4)       MPP_CONNECTOR_MAX_LOOKUPS    lookups (64)
  MPP_CONNECTOR_MAX_PAYLOAD     bytes of a message (262144)      MPP_CONNECTOR_DRAIN_SECONDS  on SIGTERM (10)
  MPP_CONNECTOR_KEEP_DAYS       results after their receipt (90) MPP_CONNECTOR_LOG_LEVEL      (INFO)
  MPP_CONNECTOR_SIMULATE        simulated agencies only: away, busy, delay:SECONDS
"""


class Connector:
    """One agency's connector. `simulated` must be true unless a real agency's system answers behind it."""

    def __init__(
        self, agency: str, name: Text, *, simulated: bool = False, source: Text | None = None, version: str = "0.1.0"
    ) -> None:
        if not NAME.match(agency):
            raise ValueError(f"agency code {agency!r}: small letters, digits and hyphens, at most 31")
        self.agency, self.name, self.simulated, self.version = agency, name, simulated, version
        self.source = source or _source(name, simulated)
        self.lookups: dict[str, LookupFunction] = {}
        self.tasks: dict[str, TaskFunction] = {}
        self._startup: list[serve.Startup] = []

    def lookup(self, name: str) -> "_Register[LookupFunction]":
        """Decorator: this function answers the lookup `name`."""
        return _Register(self.lookups, name)

    def task(self, name: str) -> "_Register[TaskFunction]":
        """Decorator: this function does the task `name`."""
        return _Register(self.tasks, name)

    def startup(self, function: serve.Startup) -> serve.Startup:
        """Decorator: called once with the data folder before the first connection."""
        self._startup.append(function)
        return function

    def identity(self, configured: settings.Settings) -> Identity:
        """Who a copy is, with its keys. Raises ValueError for keys it cannot use."""
        if configured.simulate and not self.simulated:
            raise ValueError("MPP_CONNECTOR_SIMULATE is for simulated agencies only")
        return Identity(
            agency=self.agency,
            name=self.name,
            version=self.version,
            simulated=self.simulated,
            source=Source(agency=self.agency, simulated=self.simulated, text=self.source),
            keys=configured.own_keys(),
            platform=configured.trusted_keys(),
            max_payload=configured.max_payload,
            tasks=",".join(sorted(self.tasks)),
            simulation=Simulation(configured.simulate),
        )

    def run(self, arguments: Sequence[str] | None = None) -> None:
        """The command line: serve, ready, outbox. Exits the process."""
        sys.exit(self._command(arguments))

    def _command(self, arguments: Sequence[str] | None) -> int:
        parser = argparse.ArgumentParser(
            prog=f"python -m mpp_connector_{self.agency.replace('-', '_')}",
            description=self.name.en + (" (simulated)" if self.simulated else ""),
            epilog=HELP,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        commands = parser.add_subparsers(dest="command", required=True)
        commands.add_parser("serve", help="connect to the platform and answer until SIGTERM")
        commands.add_parser("ready", help="exit 0 if a copy is at work in MPP_CONNECTOR_DATA_DIR")
        outbox = commands.add_parser("outbox", help="results without the platform's receipt")
        outbox.add_argument("action", choices=["list", "forget"])
        outbox.add_argument("task", nargs="?", help="task id, for forget: the function is called when it comes again")
        given = parser.parse_args(arguments)
        try:
            if given.command == "serve":
                configured = settings.load()
                asyncio.run(serve.serve(configured, self.identity(configured), self.lookups, self.tasks, self._startup))
                return 0
            folder = Path(os.environ.get("MPP_CONNECTOR_DATA_DIR", ""))
            if given.command == "ready":
                return 0 if status.is_ready(folder) else 1
            return _outbox(folder, given.action, given.task)
        except ValueError as error:
            print(f"{parser.prog}: {error}", file=sys.stderr)
            return 2


class _Register(Generic[F]):
    """Puts a function under its name and gives it back unchanged."""

    def __init__(self, functions: dict[str, F], name: str) -> None:
        if not NAME.match(name):
            raise ValueError(f"name {name!r}: small letters, digits and hyphens, at most 31")
        if name in functions:
            raise ValueError(f"two functions for {name!r}")
        self._functions, self._name = functions, name

    def __call__(self, function: F) -> F:
        self._functions[self._name] = function
        return function


def _source(name: Text, simulated: bool) -> Text:
    if not simulated:
        return name
    return Text(id=f"Data simulasi, bukan data {name.id}", en=f"Simulated data, not data of {name.en}")


def _outbox(folder: Path, action: str, task: str | None) -> int:
    path = folder / "outbox.sqlite"
    if not path.exists():
        raise ValueError(f"no outbox in {folder}: set MPP_CONNECTOR_DATA_DIR")
    box = Outbox(path)
    if action == "forget":
        if not task:
            raise ValueError("forget needs a task id")
        print(f"{box.forget(task)} result(s) forgotten")
        return 0
    for stored in box.unsettled():
        line = {"task": stored.task, "result": stored.result, "name": stored.name, "outcome": stored.outcome}
        print(json.dumps(line | {"state": stored.state, "attempts": stored.attempts, "detail": stored.detail}))
    return 0
