"""Answers kept ready as bytes: the second reader of anything is answered before the framework hears of it."""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, MutableMapping
from dataclasses import dataclass
from typing import Any

from mpp_runtime.errors import TryLater
from mpp_telemetry.log import get_logger

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

PREFIX = "/api/catalog/v1"
_BELOW = f"{PREFIX}/"
_MOST_BYTES = 64 * 1024 * 1024
_LONGEST_QUERY = 300
_log = get_logger(__name__)


@dataclass(frozen=True)
class Ready:
    """`headers` hold the ETag; `route` is what the log calls the request by; `once`: no cache may keep it."""

    headers: Headers
    body: bytes
    etag: bytes
    route: Any
    once: bool = False


class Prepared:
    """Pure ASGI around the routes. Keeps each 200 of a GET until `edition` changes or room is needed.

    Everyone may read the catalogue and gets both languages in one body, so an answer depends on the address alone. A
    request with a token goes on to the routes: a bad one is refused there. While the database is away, what was read
    before is still answered.
    """

    def __init__(
        self,
        app: Callable[[Scope, Receive, Send], Awaitable[None]],
        edition: Callable[[], Awaitable[Hashable]],
        most_bytes: int = _MOST_BYTES,
    ) -> None:
        self._app = app
        self._current = edition
        self._most_bytes = most_bytes
        self._edition: Hashable = None
        self._kept: OrderedDict[tuple[str, bytes], Ready] = OrderedDict()
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = _asked(scope)
        if asked is None:
            await self._app(scope, receive, send)
            return
        key, tags = asked
        edition = await self._look()
        ready = self._kept.get(key)
        if ready is None:
            if (ready := await self._prepare(scope, receive, send)) is None:
                return
            # Something may have been published while the routes read: then this answer is of no edition.
            if edition is not None and edition == self._edition and not ready.once:
                self._keep(key, ready)
        else:
            self._kept.move_to_end(key)
            scope["route"] = ready.route
        await _send(ready, tags, send)

    async def _look(self) -> Hashable:
        """The edition in force, None while it cannot be known."""
        try:
            edition = await self._current()
        except TryLater:
            _log.warning("database away, answering what was read before", count=len(self._kept))
            return None
        if edition != self._edition:
            self._kept.clear()
            self._bytes, self._edition = 0, edition
        return edition

    async def _prepare(self, scope: Scope, receive: Receive, send: Send) -> Ready | None:
        """The routes' answer if it is a 200; any other is sent on as it comes."""
        start: Message = {}
        parts: list[bytes] = []

        async def collect(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and message["status"] == 200:
                start = message
            elif start:
                parts.append(message.get("body", b""))
            else:
                await send(message)

        await self._app(scope, receive, collect)
        if not start:
            return None
        body, headers = b"".join(parts), list(start["headers"])
        etag = dict(headers).get(b"etag")
        if etag is None:
            etag = f'"{hashlib.sha256(body).hexdigest()}"'.encode()
            headers.append((b"etag", etag))
        return Ready(headers, body, etag, scope.get("route"), once=(b"cache-control", b"no-store") in headers)

    def _keep(self, key: tuple[str, bytes], ready: Ready) -> None:
        if (old := self._kept.pop(key, None)) is not None:
            self._bytes -= len(old.body)
        self._kept[key] = ready
        self._bytes += len(ready.body)
        while self._bytes > self._most_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= len(dropped.body)


def _asked(scope: Scope) -> tuple[tuple[str, bytes], bytes | None] | None:
    """Path and query, and the If-None-Match; nothing for a request that the routes must see."""
    if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(_BELOW):
        return None
    tags = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            return None
        if name == b"if-none-match":
            tags = value if tags is None else tags + b"," + value
    query = scope["query_string"]
    return ((scope["path"], query), tags) if len(query) <= _LONGEST_QUERY else None


async def _send(ready: Ready, tags: bytes | None, send: Send) -> None:
    if tags is not None and _matches(tags, ready.etag):
        headers = [(name, value) for name, value in ready.headers if name not in (b"content-length", b"content-type")]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": ready.headers})
    await send({"type": "http.response.body", "body": ready.body})


def _matches(header: bytes, etag: bytes) -> bool:
    """Weak comparison, as RFC 9110 asks of If-None-Match."""
    return header.strip() == b"*" or etag in (tag.strip().removeprefix(b"W/") for tag in header.split(b","))
