"""What the mall is held against: bare servers, and PostgreSQL alone writing the same rows.

`python -m tests.load.yardsticks` serves, as a process of its own, what `Yardsticks` gives it on standard input.
"""

import asyncio
import base64
import dataclasses
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import asyncpg
import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.load.client import ROOT

READY = "ready"


@dataclasses.dataclass(frozen=True)
class Yardsticks:
    """`answer`: the bytes of the catalogue's answer, base64. `statement`: what writes the rows of one submit."""

    bare_port: int
    constant_port: int
    answer: str
    statement: str
    database_url: str


@contextmanager
def serving(yardsticks: Yardsticks) -> Iterator[subprocess.Popen[str]]:
    """The bare servers, listening while the block runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.load.yardsticks"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(dataclasses.asdict(yardsticks)))
        process.stdin.close()
        if process.stdout.readline().strip() != READY:
            raise RuntimeError("the bare servers did not start")
        yield process
    finally:
        process.terminate()
        process.wait(timeout=10)


def app(pool: asyncpg.Pool, statement: str, answer: bytes) -> Starlette:
    """A catalogue of one answer in memory; a submit that decodes its body and writes the rows, and checks nothing."""

    async def read(_: Request) -> Response:
        return Response(answer, media_type="application/json", headers={"ETag": '"bare"'})

    async def submit(request: Request) -> Response:
        msgspec.json.decode(await request.body())
        await pool.execute(statement)
        return Response(b"{}", 201, media_type="application/json")

    return Starlette(routes=[Route("/read", read), Route("/submit", submit, methods=["POST"])])


class Constant(asyncio.Protocol):
    """Answers the same bytes to whatever comes, unread: the client cannot be faster than against this."""

    ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if data.endswith(b"\r\n\r\n"):
            self._transport.write(self.ANSWER)


async def serve(yardsticks: Yardsticks) -> None:
    """Until it is told to end."""
    async with asyncpg.create_pool(yardsticks.database_url, min_size=8, max_size=8) as pool:
        constant = await asyncio.get_running_loop().create_server(Constant, "127.0.0.1", yardsticks.constant_port)
        bare = app(pool, yardsticks.statement, base64.b64decode(yardsticks.answer))
        settings = uvicorn.Config(
            bare, port=yardsticks.bare_port, log_level="warning", access_log=False, lifespan="off"
        )
        server = uvicorn.Server(settings)
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn offers a flag only
            await asyncio.sleep(0.01)
        print(READY, flush=True)
        await serving
        constant.close()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(Yardsticks(**json.load(sys.stdin))))
