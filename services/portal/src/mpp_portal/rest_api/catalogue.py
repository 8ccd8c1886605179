"""Which malls there are: asked once a minute at most, and still known while the catalogue is away."""

import time
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from mpp_runtime.errors import TryLater

from mpp_portal.rest_api.api import Api

CATALOG = "/api/catalog/v1"
_SECONDS = 60.0


class Malls:
    """The malls by code, each as the API tells it: `code`, `name`, `region`, `time_zone`."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: Mapping[str, Mapping[str, Any]] = {}
        self._asked = float("-inf")

    async def all(self, request: Request) -> Mapping[str, Mapping[str, Any]]:
        """Raises TryLater if they were never known."""
        if time.monotonic() - self._asked > _SECONDS:
            try:
                told = (await self._api.call_public(request, "GET", f"{CATALOG}/malls")).content()
            except TryLater:
                if not self._known:
                    raise
            else:
                self._known = {mall["code"]: mall for mall in told["items"]}
                self._asked = time.monotonic()
        return self._known

    async def zone(self, request: Request, code: str) -> str:
        """The mall's time zone; "" (formats then write western time, and say so) if the catalogue cannot tell now."""
        try:
            mall = (await self.all(request)).get(code)
        except TryLater:
            return ""
        return str(mall["time_zone"]) if mall else ""
