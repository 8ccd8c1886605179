"""HTTP calls to the public origin."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from mpp_runtime.errors import Text, TryLater
from mpp_telemetry import current_traceparent, span

from mpp_portal.domain import Answer

# Uploads travel through: a phone on a slow line sends for minutes, but never falls silent for long.
_TIMEOUT = httpx.Timeout(10.0, connect=3.0, write=30.0)
_LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=2.5)
_AWAY = Text(
    "Bagian sistem ini sedang tidak dapat dihubungi. Data Anda aman; coba lagi sebentar lagi.",
    "This part of the system cannot be reached now. Your data is safe; please try again shortly.",
)


class PublicApi:
    """A client of the mall's public API.

    Args:
        origin: scheme, host and port, for example "http://localhost:8080".
        transport: for tests; the network otherwise.
    """

    def __init__(self, origin: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(
            base_url=origin,
            timeout=_TIMEOUT,
            limits=_LIMITS,
            transport=transport,
            follow_redirects=False,
            trust_env=False,
        )

    async def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        **body: Any,
    ) -> Answer:
        """Status, JSON and ETag of the answer, problems included. `body`: httpx's `json`, `data`, `content` or `files`.

        Raises:
            TryLater: there is no answer, or the system says that it is a matter of time or of its operators.
        """
        with span(f"{method} public API", kind="client", http__request__method=method) as own:
            try:
                answer = await self._client.request(
                    method, path, params=params, headers={"accept": "application/json", **_traced(headers)}, **body
                )
                told = answer.json() if answer.content else None
            except (httpx.HTTPError, ValueError) as error:
                raise TryLater("mall-unavailable", _AWAY) from error
            own.set_attribute("http.response.status_code", answer.status_code)
        if answer.status_code >= 500:
            raise TryLater("mall-unavailable", _AWAY, retry_after=_seconds(answer))
        return Answer(answer.status_code, told, answer.headers.get("etag", ""))

    @asynccontextmanager
    async def stream(
        self, path: str, *, headers: Mapping[str, str]
    ) -> AsyncIterator[tuple[int, Mapping[str, str], AsyncIterator[bytes]]]:
        """A file of the API as it comes: status, headers in lower case, chunks. Raises TryLater as `send` does."""
        try:
            async with self._client.stream("GET", path, headers=_traced(headers)) as answer:
                if answer.status_code >= 500:
                    raise TryLater("mall-unavailable", _AWAY, retry_after=_seconds(answer))
                yield answer.status_code, answer.headers, answer.aiter_bytes()
        except httpx.HTTPError as error:
            raise TryLater("mall-unavailable", _AWAY) from error

    async def close(self) -> None:
        """Ends the connections."""
        await self._client.aclose()


def _traced(headers: Mapping[str, str]) -> dict[str, str]:
    traceparent = current_traceparent()
    return {**headers, **({"traceparent": traceparent} if traceparent else {})}


def _seconds(answer: httpx.Response) -> int | None:
    told = answer.headers.get("retry-after", "")
    return min(int(told), 600) if told.isascii() and told.isdigit() else None
