"""The public API as the pages use it: with the reader's language and, where they are signed in, their own token."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

from fastapi import Request

from mpp_portal.domain import Answer
from mpp_portal.rest_api.language import language_for
from mpp_portal.rest_api.sessions import Sessions

Streamed = tuple[int, Mapping[str, str], AsyncIterator[bytes]]


class SendsRequests(Protocol):
    """A client of the mall's public origin (`clients.public_api`)."""

    async def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        **body: Any,
    ) -> Answer: ...

    def stream(self, path: str, *, headers: Mapping[str, str]) -> AbstractAsyncContextManager[Streamed]: ...


class Api:
    """Calls for one page. All of them raise TryLater where there is no answer, or one of 500 and above."""

    def __init__(self, client: SendsRequests, sessions: Sessions) -> None:
        self._client = client
        self._sessions = sessions

    async def call_public(
        self,
        request: Request,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        media_type: str = "",
        **body: Any,
    ) -> Answer:
        """What anybody may ask. `body`: httpx's `json`, `files`, or `content` with its `media_type`."""
        headers = _headers(request) | ({"content-type": media_type} if media_type else {})
        return await self._client.send(method, path, headers=headers, params=params, **body)

    async def call(
        self,
        request: Request,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        key: str = "",
        etag: str = "",
        **body: Any,
    ) -> Answer:
        """What the signed-in person may ask, with their own token.

        Args:
            path: for example "/api/applications/v1/applications".
            key: Idempotency-Key of a POST that creates.
            etag: the `Answer.etag` this change is made upon (If-Match).
            body: httpx's `json`, `content` or `files` (`{"file": (name, open file, media type)}` is streamed).
        Raises:
            SessionOver: nobody is signed in, or no longer.
        """
        headers = _headers(request)
        if key:
            headers["idempotency-key"] = key
        if etag:
            headers["if-match"] = etag
        session = await self._sessions.fresh(request)
        headers["authorization"] = f"Bearer {session.access_token}"
        answer = await self._client.send(method, path, headers=headers, params=params, **body)
        if answer.status != 401:
            return answer
        session = await self._sessions.renew(request)
        headers["authorization"] = f"Bearer {session.access_token}"
        _rewind(body)
        answer = await self._client.send(method, path, headers=headers, params=params, **body)
        if answer.status == 401:
            raise self._sessions.over(request)
        return answer

    @asynccontextmanager
    async def stream(self, request: Request, path: str) -> AsyncIterator[Streamed]:
        """A file the signed-in person may read, as it comes: status, headers in lower case, chunks."""
        session = await self._sessions.fresh(request)
        headers = {**_headers(request), "authorization": f"Bearer {session.access_token}"}
        async with self._client.stream(path, headers=headers) as streamed:
            yield streamed


def _headers(request: Request) -> dict[str, str]:
    headers: dict[str, str] = {"accept-language": language_for(request)}
    if came_from := request.headers.get("x-forwarded-for"):
        headers["x-forwarded-for"] = came_from
    return headers


def _rewind(body: Mapping[str, Any]) -> None:
    """Open files were read by the first try."""
    for told in (body.get("files") or {}).values():
        told[1].seek(0)
