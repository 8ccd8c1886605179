"""Names of officers: who has a task, who did what."""

import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from fastapi import Request
from mpp_runtime.errors import TryLater

from mpp_portal.rest_api.api import Api

OFFICERS = "/api/identity/v1/officers"
_KEPT_SECONDS = 600
_KEPT = 2000
_AT_ONCE = 100  # as many as the API answers for


class Colleagues:
    """Asks identity once in a while for each name; officers' names are no secret among officers."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: OrderedDict[str, tuple[float, str]] = OrderedDict()

    async def names(self, request: Request, ids: Iterable[str | None]) -> Mapping[str, str]:
        """Id to name, as far as they are known: an identity that is away keeps nobody from the work."""
        now = time.monotonic()
        wanted = {id for id in ids if id}
        missing = sorted(id for id in wanted if self._known.get(id, (0.0, ""))[0] <= now)[:_AT_ONCE]
        if missing:
            try:
                answer = await self._api.call(request, "GET", f"{OFFICERS}?{urlencode([('id', id) for id in missing])}")
            except TryLater:
                answer = None
            if answer and answer.ok:
                for officer in answer.body["items"]:
                    self._known[officer["id"]] = (now + _KEPT_SECONDS, officer["name"])
                while len(self._known) > _KEPT:
                    self._known.popitem(last=False)
        return {id: self._known[id][1] for id in wanted if id in self._known}
