"""A closed-loop client in a process of its own: each connection asks again as soon as its answer is whole.

`python -m tests.load.client` reads a `Plan` as JSON from standard input and writes a `Round` to standard output.
"""

import asyncio
import dataclasses
import json
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httptools

ROOT = Path(__file__).resolve().parents[2]
KEY = "{key}"  # where a request holds it, every request gets an Idempotency-Key of its own
PATIENCE = 30.0


@dataclasses.dataclass(frozen=True)
class Plan:
    """`requests` are sent in turn, as they are, over `connections` at once, for `seconds` or until `most` are sent."""

    port: int
    requests: list[str]
    connections: int
    seconds: float
    expect: int = 200
    most: int = 1_000_000


@dataclasses.dataclass(frozen=True)
class Round:
    """`milliseconds`: one time each answered request. `refused`: an answer other than the expected, or ""."""

    seconds: float
    milliseconds: list[float]
    refused: str = ""
    cpu_seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.milliseconds) / self.seconds


class AnswerRefused(Exception):
    """The subject answered something else: what was measured would not be what is claimed."""


def request(method: str, path: str, headers: dict[str, str], body: str = "") -> str:
    """One HTTP/1.1 request with keep-alive."""
    told = {"Host": "localhost", **headers} | ({"Content-Length": str(len(body.encode()))} if body else {})
    return (
        f"{method} {path} HTTP/1.1\r\n"
        + "".join(f"{name}: {value}\r\n" for name, value in told.items())
        + f"\r\n{body}"
    )


def drive(plan: Plan) -> Round:
    """Runs the plan in a process of its own. Raises AnswerRefused at the first answer that is not the expected one."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.load.client"],
        input=json.dumps(dataclasses.asdict(plan)),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    if done.returncode:
        raise AnswerRefused(f"the client ended with status {done.returncode}: {done.stderr[-2000:]}")
    found = Round(**json.loads(done.stdout))
    if found.refused:
        raise AnswerRefused(found.refused)
    return found


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last one is whole; stops when there is none left."""

    def __init__(self, requests: Iterator[bytes], expect: int) -> None:
        self._requests = requests
        self._expect = expect
        self._parser = httptools.HttpResponseParser(self)
        self._begun = 0.0
        self._body = b""
        self.milliseconds: list[float] = []
        self.refused = ""
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.over.done():
            self._end(f"the connection was closed before an answer was whole ({error})")

    def on_body(self, part: bytes) -> None:
        if self._parser.get_status_code() != self._expect:
            self._body += part

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status != self._expect:
            self._end(f"answered {status}, not {self._expect}: {self._body[:600].decode(errors='replace')}")
            return
        self.milliseconds.append((time.perf_counter() - self._begun) * 1000)
        if not self._parser.should_keep_alive():
            self._end("the server does not keep the connection")
            return
        self._parser = httptools.HttpResponseParser(self)
        self._next()

    def _next(self) -> None:
        if (content := next(self._requests, None)) is None:
            self._end("")
            return
        self._begun = time.perf_counter()
        self._transport.write(content)

    def _end(self, refused: str) -> None:
        self.refused = refused
        self.over.set_result(None)
        self._transport.close()


def _requests(plan: Plan) -> Iterator[bytes]:
    """The requests in turn until the time is up; once one connection was refused something, no more are made."""
    parts = [[part.encode() for part in text.split(KEY)] for text in plan.requests]
    run, ends = secrets.token_hex(8), time.perf_counter() + plan.seconds
    for number in range(plan.most):
        if time.perf_counter() > ends:
            return
        yield f"load-{run}-{number}".encode().join(parts[number % len(parts)])


async def run(plan: Plan) -> Round:
    """The round; its clock runs from the first request to the last answer."""
    requests, loop = _requests(plan), asyncio.get_running_loop()
    begun = time.perf_counter()
    opened = await asyncio.gather(
        *(
            loop.create_connection(lambda: _Connection(requests, plan.expect), "127.0.0.1", plan.port)
            for _ in range(plan.connections)
        )
    )
    connections = [connection for _, connection in opened]
    try:
        async with asyncio.timeout(plan.seconds + PATIENCE):
            await asyncio.gather(*(connection.over for connection in connections))
    except TimeoutError:
        return Round(plan.seconds, [], f"no answer within {PATIENCE:.0f} s")
    seconds = time.perf_counter() - begun
    refusals = Counter(connection.refused for connection in connections if connection.refused)
    times = [each for connection in connections for each in connection.milliseconds]
    refused = "; ".join(f"{said} ({count} connections)" for said, count in refusals.items())
    return Round(seconds, times, refused or ("" if times else "nothing was answered"), time.process_time())


if __name__ == "__main__":
    print(json.dumps(dataclasses.asdict(asyncio.run(run(Plan(**json.load(sys.stdin)))))))
