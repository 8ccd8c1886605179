"""A person's own applications, as the public API gives them to her."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from fastapi import Request
from mpp_design.formats import WEST, ZONES
from mpp_runtime.errors import Refusal

from mpp_portal.domain import Answer
from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.form import Form

APPLICATIONS = "/api/applications/v1/applications"
_CATALOG = "/api/catalog/v1"
_FORMS_KEPT = 200

File = Mapping[str, Any]


class Own:
    """The calls several pages make. Forms are kept by digest and time zones by mall: neither ever changes."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._forms: OrderedDict[str, Form] = OrderedDict()
        self._zones: dict[str, str] = {}

    async def file(self, request: Request, id: UUID) -> File:
        """The whole application. Raises NotFound for one that is not hers."""
        answer = await self.api.call(request, "GET", f"{APPLICATIONS}/{id}")
        told: File = answer.content()
        return told

    async def form(self, request: Request, file: File) -> Form:
        """The form the application is pinned to."""
        digest = str(file["digest"])
        if (kept := self.kept_form(digest)) is not None:
            return kept
        answer = await self.api.call(request, "GET", f"{APPLICATIONS}/{file['id']}/form")
        form = Form.of(answer.content())
        if form.asks_districts:
            districts = await self._districts_of(request, str(file["mall"]["code"]))
            if not districts:
                return form
            form = form.with_districts(districts)
        self._forms[digest] = form
        if len(self._forms) > _FORMS_KEPT:
            self._forms.popitem(last=False)
        return form

    def kept_form(self, digest: str) -> Form | None:
        """What is known without asking; the API may be away."""
        return self._forms.get(digest)

    async def change(self, request: Request, file: File, patch: Mapping[str, Any]) -> Answer:
        """Changes the answers of this very version (412 for another)."""
        tag = f'"{file["version"]}"'
        return await self.api.call(
            request, "PATCH", f"{APPLICATIONS}/{file['id']}", etag=tag, json={"answers": dict(patch)}
        )

    async def zone(self, request: Request, mall: str) -> str:
        """The mall's time zone; Western Indonesian time while the catalogue is away, as every time of day says."""
        if mall not in self._zones:
            try:
                answer = await self.api.call_public(request, "GET", f"{_CATALOG}/malls/{mall}")
                self._zones[mall] = str(answer.content()["time_zone"])
            except Refusal:
                return WEST
        return self._zones[mall]

    async def _districts_of(self, request: Request, mall: str) -> Mapping[str, str]:
        """Code → name of the districts of the mall's region, by name; none while the catalogue is away."""
        try:
            params = {"parent": mall, "limit": "100"}
            answer = await self.api.call_public(request, "GET", f"{_CATALOG}/regions", params=params)
            found = {each["code"]: each["name"] for each in answer.content()["items"]}
        except Refusal:
            return {}
        return dict(sorted(found.items(), key=lambda each: each[1]))

    async def today(self, request: Request, file: File) -> date:
        """The date at the application's mall."""
        zone = await self.zone(request, str(file["mall"]["code"]))
        return datetime.now(UTC).astimezone(ZONES.get(zone, ZONES[WEST])).date()


def may(file: File, action: str) -> bool:
    """May she do this now?"""
    return any(each["code"] == action for each in file["actions"])


def address(file: File, rest: str = "") -> str:
    return f"/applications/{file['id']}{rest}"


def is_draft(file: File) -> bool:
    return bool(file["status"] == "DRAFT")
