"""How a mall comes up: what can go side by side does, and every step is said with its time."""

import asyncio
import hashlib
import os
import subprocess
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from mpp_embedded import PostgresServer

from mpp_cli.errors import CommandError
from mpp_cli.keys import write_private
from mpp_cli.progress import Progress
from mpp_cli.secret_files import Secrets, database_url, ensure_secrets
from mpp_cli.stack import programs
from mpp_cli.stack.databases import ensure_databases, newest_revision, read_mark, stored_revision, write_mark
from mpp_cli.stack.environments import (
    SERVICES,
    WITH_DATABASE,
    Layout,
    connector_environment,
    service_environment,
)
from mpp_cli.supervisor.program import Program, spawn
from mpp_cli.supervisor.supervisor import Supervisor

STEP_SECONDS = 120.0
READY_SECONDS = 60.0


class Startup:
    """One start. The supervisor owns what is started, also when a step fails."""

    def __init__(self, layout: Layout, supervisor: Supervisor, progress: Progress) -> None:
        self._layout = layout
        self._supervisor = supervisor
        self._progress = progress
        self._server: PostgresServer | None = None

    async def run(self) -> None:
        """Everything up and ready, or a CommandError that says what is not."""
        with self._progress.step("keys and secrets"):
            secrets = await asyncio.to_thread(ensure_secrets, self._layout.data, self._layout.agencies)
        self._server = programs.postgres_server(self._layout, secrets)
        # The edge first: whoever opens the page early is told that the mall is starting.
        await _together(
            self._bring_up("edge", programs.edge(self._layout)),
            self._bring_up("mailbox", programs.mailbox(self._layout)),
            self._signing_authority(),
            self._postgres(self._server, secrets),
            self._nats(secrets),
        )
        await _together(
            *(self._service(name) for name in SERVICES),
            *(self._connector(code) for code in self._layout.connectors),
        )
        # Last, because publishing a definition has its messages checked by notifications.
        try:
            await self.publish()
        except CommandError as error:
            if not await read_mark(self._server.url(), "catalog"):
                raise
            for line in [*error.lines(), "The mall goes on with the definitions that were published before."]:
                self._progress.write(line)

    async def _bring_up(self, title: str, program: Program) -> None:
        with self._progress.step(title):
            await self._supervisor.add(program)
            await self._supervisor.wait_ready(program.name, READY_SECONDS)

    async def _postgres(self, server: PostgresServer, secrets: Secrets) -> None:
        await self._bring_up("PostgreSQL", programs.postgres(server))
        with self._progress.step("databases and roles"):
            await ensure_databases(server.url(), secrets.databases)
            for name, password in secrets.databases.items():
                write_private(database_url(self._layout.data, name), server.url(name, name, password))

    async def _nats(self, secrets: Secrets) -> None:
        server = await asyncio.to_thread(programs.nats_server, self._layout, secrets)
        await self._bring_up("NATS", programs.nats(server))

    async def _signing_authority(self) -> None:
        if self._layout.data.trust_roots.exists():
            return
        environment = connector_environment(self._layout, "esign")
        await self._command("certification authority of esign", "mpp_connector_esign", ["init"], environment, "esign")

    async def _service(self, name: str) -> None:
        environment = service_environment(self._layout, name)
        if name in WITH_DATABASE and not await self._is_migrated(name):
            await self._command(f"{name}: migrations", f"mpp_{name}", ["migrate"], environment, name)
        await self._bring_up(name, programs.service(self._layout, name))

    async def _connector(self, code: str) -> None:
        await self._bring_up(f"connector {code}", programs.connector(self._layout, code))

    async def _is_migrated(self, name: str) -> bool:
        """Asked here, because a migration process that finds nothing to do costs two seconds of imports."""
        url = await asyncio.to_thread(database_url(self._layout.data, name).read_text)
        newest = newest_revision(f"mpp_{name}")
        return newest != "" and await stored_revision(url) == newest

    async def publish(self) -> bool:
        """Reads the definitions into the catalogue when they or the agencies' keys changed since the last time."""
        if self._server is None:
            raise CommandError("The mall is still starting.", hint="Try again in a few seconds.")
        definitions, keys = self._layout.definitions, self._layout.data.agency_keys
        mark = await asyncio.to_thread(fingerprint, [definitions, *sorted(keys.glob("*/public.jwks.json"))])
        if await read_mark(self._server.url(), "catalog") == mark:
            return False
        environment = service_environment(self._layout, "catalog")
        arguments = ["seed", "--definitions", str(definitions), "--agency-keys", str(keys)]
        await self._command("catalog: definitions", "mpp_catalog", arguments, environment, "catalog")
        await write_mark(self._server.url(), "catalog", mark)
        return True

    async def _command(
        self, title: str, module: str, arguments: list[str], environment: dict[str, str], log: str
    ) -> None:
        # A log of its own, begun anew each time: when the step fails, its last lines are about nothing else.
        file = self._layout.data.log(f"{log}-{arguments[0]}")
        file.unlink(missing_ok=True)
        with self._progress.step(title):
            process = spawn([sys.executable, "-m", module, *arguments], environment, file)
            status = await _wait(process)
            if status != 0:
                said = f"'{title}' failed: python -m {module} {arguments[0]} exited with status {status}."
                raise CommandError(said, log=file)


async def _wait(process: "subprocess.Popen[bytes]") -> int:
    """The exit status; a command that takes too long, or whose start is given up, is killed."""
    try:
        async with asyncio.timeout(STEP_SECONDS):
            while process.poll() is None:  # noqa: ASYNC110 - a process has no event to wait for
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise CommandError(f"A step of the start took more than {STEP_SECONDS:.0f} s and was ended.") from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    return process.returncode


async def _together(*steps: Coroutine[Any, Any, None]) -> None:
    """All at once; the first failure ends the others, and it alone is told."""
    try:
        async with asyncio.TaskGroup() as group:
            for step in steps:
                group.create_task(step)
    except* CommandError as failures:
        raise failures.exceptions[0] from None


def fingerprint(paths: list[Path]) -> str:
    """SHA-256 over names and contents of files and folders."""
    digest = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                digest.update(os.fsencode(file) + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()
