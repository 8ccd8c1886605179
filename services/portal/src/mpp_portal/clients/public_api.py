"""HTTP calls to the public origin."""

from collections.abc import Mapping
from typing import Any, Literal

import httpx
from mpp_runtime.errors import Text, TryLater
from mpp_runtime.telemetry import current_traceparent, span

_SECONDS = 5.0
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
            base_url=origin, timeout=_SECONDS, transport=transport, follow_redirects=False, trust_env=False
        )

    async def call(
        self,
        method: Literal["GET", "POST"],
        path: str,
        *,
        language: str,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        media_type: str = "",
    ) -> tuple[int, Any]:
        """Status and JSON of the answer, problems included.

        Raises:
            TryLater: there is no answer, or the system says that it is a matter of time or of its operators.
        """
        headers = {"accept": "application/json", "accept-language": language}
        if media_type:
            headers["content-type"] = media_type
        with span(f"{method} public API", kind="client", http__request__method=method) as own:
            if traceparent := current_traceparent():
                headers["traceparent"] = traceparent
            try:
                answer = await self._client.request(method, path, params=params, content=content, headers=headers)
                body = answer.json()
            except (httpx.HTTPError, ValueError) as error:
                raise TryLater("mall-unavailable", _AWAY) from error
            own.set_attribute("http.response.status_code", answer.status_code)
        if answer.status_code >= 500:
            raise TryLater("mall-unavailable", _AWAY)
        return answer.status_code, body

    async def close(self) -> None:
        """Ends the connections."""
        await self._client.aclose()
