"""The supervisor's door: one JSON line in, one JSON line out, over a unix socket only its owner can open."""

import asyncio
import contextlib
import json
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mpp_cli.errors import CommandError
from mpp_cli.supervisor.child import State, describe_exit
from mpp_cli.supervisor.supervisor import Supervisor

Answer = dict[str, Any]


class Control:
    """Serves `status`, `stop NAME`, `start NAME`, `environment NAME`, `publish` (the definitions) and `shutdown`.

    `start` may carry a `failpoint`: it holds for one life of the process, so that the restart after it is sound.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        path: Path,
        shutdown: Callable[[], None],
        publish: Callable[[], Awaitable[bool]],
    ) -> None:
        self._supervisor = supervisor
        self._path = path
        self._shutdown = shutdown
        self._publish = publish
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Begins to listen; a socket file left by a killed supervisor is replaced (the lock says it is gone)."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path)
        self._path.chmod(0o600)

    async def close(self) -> None:
        """Stops to listen and removes the socket file."""
        if self._server is not None:
            self._server.close()
        self._path.unlink(missing_ok=True)
        if self._path.parent.name != "run":
            # The folder under the temporary folder was made for this socket alone.
            self._path.parent.rmdir()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            line = await reader.readline()
            if line:
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                await writer.drain()
        writer.close()

    async def _answer(self, line: bytes) -> Answer:
        try:
            request = json.loads(line)
            name, failpoint = str(request.get("name", "")), str(request.get("failpoint", ""))
            if failpoint:
                return await self._start_with(failpoint, name)
            commands: dict[str, Callable[[str], Awaitable[Answer]]] = {
                "status": self._status,
                "stop": self._stop,
                "start": self._start,
                "environment": self._environment,
                "publish": self._publish_definitions,
                "shutdown": self._shut_down,
            }
            return await commands[request["command"]](name)
        except CommandError as error:
            return {"error": error.what, "hint": error.hint, "log": str(error.log or "")}
        except (KeyError, ValueError, AttributeError) as error:
            return {"error": f"not understood: {error!r}", "hint": ""}

    async def _status(self, _: str) -> Answer:
        rows = [{**asdict(row), "ready": row.ready} for row in self._supervisor.status()]
        return {"phase": self._supervisor.phase, "url": self._supervisor.url, "pid": os.getpid(), "processes": rows}

    async def _stop(self, name: str) -> Answer:
        await self._supervisor.child(name).stop()
        return {"stopped": name}

    async def _start(self, name: str) -> Answer:
        await self._supervisor.child(name).start()
        await self._supervisor.wait_ready(name, 60)
        return {"started": name}

    async def _start_with(self, failpoint: str, name: str) -> Answer:
        child = self._supervisor.child(name)
        if child.program.environment.get("MPP_ENVIRONMENT") != "demo":
            raise CommandError(f"{name} has no failpoints here: they are in the services of a demonstration mall.")
        if child.state is not State.STOPPED:
            raise CommandError(f"{name} is running.", hint=f"Stop it first: mpp stop {name}")
        log = child.program.log.with_name("failpoints.jsonl")
        life = child.program.with_variables({"MPP_FAILPOINT": failpoint, "MPP_FAILPOINT_LOG": str(log)})
        await child.start(life)
        await self._supervisor.wait_ready(name, 60)
        # It is ready now, but perhaps in the life after that one: a failpoint it does not know ended it.
        if child.crashes and child.last_exit != describe_exit(-signal.SIGKILL):
            raise CommandError(
                f"{name} did not start with this failpoint: it {child.last_exit}.", log=child.program.log
            )
        return {"started": name}

    async def _environment(self, name: str) -> Answer:
        return {"environment": dict(self._supervisor.child(name).program.environment)}

    async def _publish_definitions(self, _: str) -> Answer:
        return {"published": await self._publish()}

    async def _shut_down(self, _: str) -> Answer:
        self._shutdown()
        return {"stopping": True}


def ask(path: Path, command: str, name: str = "", seconds: float = 70, failpoint: str = "") -> Answer | None:
    """The running supervisor's answer; None when there is none. A refusal is raised."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(seconds)
        try:
            connection.connect(os.fspath(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except PermissionError:
            raise CommandError(f"The mall of {path.parent.parent} belongs to another user.") from None
        connection.sendall(json.dumps({"command": command, "name": name, "failpoint": failpoint}).encode() + b"\n")
        with connection.makefile("rb") as answers:
            line = answers.readline()
    if not line:
        return None
    answer: Answer = json.loads(line)
    if "error" in answer:
        log = Path(answer["log"]) if answer.get("log") else None
        raise CommandError(answer["error"], hint=answer.get("hint", ""), log=log)
    return answer
