"""What the pages need of the public API."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol


class PublicApi(Protocol):
    """The mall's public API, called as anybody calls it."""

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
        """Status and JSON of the answer, problems included. Raises TryLater if there is none."""
        ...
