"""Drafts and versions of definitions, as the public API tells them to a national operator."""

import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Request
from mpp_runtime.errors import NotFound, TryLater

from mpp_portal.domain import Answer
from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.catalogue import CATALOG
from mpp_portal.rest_api.editor import sections
from mpp_portal.rest_api.editor.choices import World
from mpp_portal.rest_api.texts import TEXTS

_KEPT_SECONDS = 60.0
_LONGEST_YAML = 2_000_000


class Drafts:
    """Calls with the operator's own token. What hardly changes (the schema, the agencies) is asked once a minute."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._schema: Mapping[str, Any] = {}
        self._world = World()
        self._asked = float("-inf")

    async def send(self, request: Request, method: str, path: str, **more: Any) -> Answer:
        """A call below the catalogue's API: "/drafts"."""
        return await self._api.call(request, method, f"{CATALOG}{path}", **more)

    async def get(self, request: Request, path: str, **more: Any) -> Any:
        """The body of a success. Raises the refusal that fits for all else."""
        return (await self.send(request, "GET", path, **more)).content()

    async def draft(self, request: Request, draft: UUID) -> tuple[Mapping[str, Any], str]:
        """The draft and its ETag. Raises NotFound."""
        answer = await self.send(request, "GET", f"/drafts/{draft}")
        return answer.content(), answer.etag

    async def name(self, request: Request, service: str, versions: Sequence[Mapping[str, Any]]) -> Any:
        """What a public service is called in its newest version, {id, en}."""
        newest = await self.get(request, place(service, "versions", versions[0]["version"]))
        return newest["definition"]["name"]

    async def yaml(self, request: Request, path: str) -> str:
        """The YAML at an address below the catalogue's API. Raises NotFound, TryLater."""
        async with self._api.stream(request, f"{CATALOG}{path}") as (status, _, chunks):
            if status != 200:
                raise NotFound("no-yaml", TEXTS["error_404"])
            text = b"".join([chunk async for chunk in chunks])
            return text[:_LONGEST_YAML].decode(errors="replace")

    async def schema(self, request: Request) -> Mapping[str, Any]:
        """The published schema of a definition, as `sections.editable` makes it."""
        await self._refresh(request)
        return self._schema

    async def world(self, request: Request) -> World:
        """What a definition may refer to."""
        await self._refresh(request)
        return self._world

    async def _refresh(self, request: Request) -> None:
        if time.monotonic() - self._asked <= _KEPT_SECONDS:
            return
        try:
            schema = await self.get(request, "/schemas/service-definition.json")
            agencies = (await self.get(request, "/agencies"))["items"]
            references = await self.get(request, "/references")
        except TryLater:
            if not self._schema:
                raise
        else:
            self._schema = sections.editable(schema)
            self._world = World(tuple(agencies), tuple(references["templates"]))
            self._asked = time.monotonic()


def place(service: str, *more: str) -> str:
    """The address of a public service below the catalogue's API."""
    return "/".join(("/services", quote(service, safe=""), *(quote(part, safe="") for part in more)))
