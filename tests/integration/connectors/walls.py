"""A real NATS server with the generated accounts, and whoever connects to it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nats
from mpp_cli import keys, nats_config
from mpp_cli.agency_probe import ensure_consumer
from mpp_embedded import NatsServer
from mpp_embedded.nats import binary
from nats.aio.client import Client

UJI = nats_config.AgencyFacts("uji", ("person",), ("check",))
LAIN = nats_config.AgencyFacts("lain", ("person",), ("check",))
DEFINITIONS = Path(__file__).parents[3] / "definitions/agencies"


@dataclass
class Heard:
    """A client and the errors the server told it: permission violations show nowhere else."""

    client: Client
    errors: list[str] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def settle(self) -> None:
        """Wait until the server has read, and answered, everything sent so far."""
        await self.client.flush()
        await self.client.flush()
        await asyncio.sleep(0.05)


class Walls:
    """The server, its configuration file, and the keys of everyone."""

    def __init__(self, folder: Path, agencies: Sequence[nats_config.AgencyFacts] = (UJI, LAIN)) -> None:
        self.folder = folder
        self.agencies = list(agencies)
        self.core = {name: keys.new_nats_user() for name in (*nats_config.CORE_SERVICES, "operator", "sys")}
        self.connectors = {facts.code: keys.new_nats_user() for facts in agencies}
        self.jwks = {facts.code: keys.ensure_jwk_sets(folder / "agencies" / facts.code) for facts in agencies}
        self.platform = keys.ensure_jwk_sets(folder / "platform")
        self.config = folder / "nats.conf"
        self.write(self.agencies)
        self.server = NatsServer(self.config, log=folder / "nats.log")
        self.clients: list[Client] = []

    def write(self, agencies: Sequence[nats_config.AgencyFacts], revoked: Sequence[str] = ()) -> None:
        """Write the configuration for these agencies."""
        for facts in agencies:
            self.connectors.setdefault(facts.code, keys.new_nats_user())
        settings = nats_config.ServerSettings(store=self.folder / "jetstream", port=4222, http_port=-1)
        text = nats_config.render(
            settings,
            agencies,
            {name: user.public for name, user in self.core.items()},
            {facts.code: self.connectors[facts.code].public for facts in agencies if facts.code not in revoked},
        )
        nats_config.check(text, binary())
        self.config.write_text(text)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Walls"]:
        """The server up, with the consumers of every agency; down again with its clients at the end."""
        self.server.start()
        await self.make_consumers()
        yield self
        await self.close()
        self.server.stop()

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self.server.process is not None
        return self.server.process.pid

    async def connect(self, seed: str, inbox: str, *, reconnect: bool = True) -> Heard:
        """A client that keeps the errors it is told."""
        heard = Heard(Client())

        async def error(problem: Exception) -> None:
            heard.errors.append(str(problem))

        async def closed() -> None:
            heard.closed.set()

        heard.client = await nats.connect(
            self.server.url,
            nkeys_seed_str=seed,
            inbox_prefix=inbox,
            error_cb=error,
            closed_cb=closed,
            disconnected_cb=closed,
            allow_reconnect=reconnect,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.2,
        )
        self.clients.append(heard.client)
        return heard

    async def as_core(self, user: str) -> Heard:
        """Connect as a user of CORE."""
        return await self.connect(self.core[user].seed, f"_INBOX_{user}")

    async def as_agency(self, code: str) -> Heard:
        """Connect with an agency's credentials, but with no SDK."""
        return await self.connect(self.connectors[code].seed, f"_INBOX_{code}", reconnect=False)

    async def make_consumers(self) -> None:
        """Stream TASKS and the consumers, as applications makes them."""
        operator = await self.as_core("operator")
        for facts in self.agencies:
            if facts.tasks:
                await ensure_consumer(operator.client, facts.code)

    async def close(self) -> None:
        """Close every client."""
        for client in self.clients:
            if not client.is_closed:
                await client.close()
        self.clients.clear()


class Copy:
    """One copy of a connector, as its own process."""

    def __init__(self, walls: Walls, code: str, folder: Path, command: Sequence[str], **extra: str) -> None:
        self.folder = folder
        self.journal = folder.parent / f"{code}-journal.jsonl"
        self.journal.touch()
        folder.mkdir(parents=True, exist_ok=True)
        self.log_file = folder / "log"
        self.trace_file = folder / "trace.jsonl"
        self._command = [sys.executable, *command]
        self._environment = dict(os.environ) | {
            "MPP_CONNECTOR_NATS_URL": walls.server.url,
            "MPP_CONNECTOR_NATS_SEED": walls.connectors[code].seed,
            "MPP_CONNECTOR_KEYS_FILE": str(walls.folder / "agencies" / code / "private.jwks.json"),
            "MPP_CONNECTOR_PLATFORM_KEYS_FILE": str(walls.folder / "platform" / "public.jwks.json"),
            "MPP_CONNECTOR_DATA_DIR": str(folder / "data"),
            "MPP_CONNECTOR_TRACE_FILE": str(self.trace_file),
            "UJI_JOURNAL": str(self.journal),
            **{f"MPP_CONNECTOR_{name}": value for name, value in extra.items()},
        }
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self, *, ready: bool = True) -> "Copy":
        """Start it, and wait until it says that it is ready."""
        started = len(self.lines())
        self.process = running = self._spawn()
        if ready:
            await eventually(lambda: self._said("ready", started) or running.poll() is not None, self._failed)
            assert self._said("ready", started), self._failed()
        return self

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self.log_file.open("ab") as log:
            return subprocess.Popen(
                [*self._command, "serve"], env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )

    def _said(self, event: str, after: int) -> bool:
        return event in [line["event"] for line in self.lines()[after:]]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command of the connector in the same environment."""
        return subprocess.run(
            [*self._command, *arguments], env=self._environment, capture_output=True, text=True, timeout=30, check=False
        )

    def _failed(self) -> str:
        return f"not ready: {self.log_file.read_text()}"

    def lines(self, event: str | None = None) -> list[dict[str, Any]]:
        """The lines of its log."""
        if not self.log_file.exists():
            return []
        found = [json.loads(text) for text in self.log_file.read_text().splitlines() if text.startswith("{")]
        return [line for line in found if event is None or line["event"] == event]

    def calls(self, key: object = None, step: str | None = None) -> list[dict[str, Any]]:
        """The journal of the agency under test."""
        found = [json.loads(text) for text in self.journal.read_text().splitlines()]
        return [
            line
            for line in found
            if (key is None or line["key"] == str(key)) and (step is None or line.get("step") == step)
        ]

    def spans(self) -> list[dict[str, Any]]:
        """The spans it wrote."""
        if not self.trace_file.exists():
            return []
        return [json.loads(text) for text in self.trace_file.read_text().splitlines()]

    def outbox(self) -> list[dict[str, Any]]:
        """Its results without a receipt, as its own command lists them."""
        listed = self.run("outbox", "list")
        assert listed.returncode == 0, listed.stderr
        return [json.loads(text) for text in listed.stdout.splitlines()]

    def kill(self) -> None:
        """End it as a crash does."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)

    async def stop(self, seconds: float = 20) -> int:
        """SIGTERM, and its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, seconds)


async def eventually(
    holds: Callable[[], object], describe: Callable[[], object] = lambda: "it did not happen", seconds: float = 15
) -> None:
    """Wait until something holds; fail with a description when it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, describe()
        await asyncio.sleep(0.02)


def with_attempt(body: Mapping[str, Any], attempt: int) -> dict[str, Any]:
    """The same task, offered again."""
    return dict(body) | {"attempt": attempt}
