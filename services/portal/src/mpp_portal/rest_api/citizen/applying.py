"""Before starting: what is needed, how long, what it costs; then a draft, or the one that was begun."""

import secrets
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from mpp_design.formats import say
from mpp_runtime.errors import TryLater

from mpp_portal.domain import Answer
from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.citizen.kept import kept
from mpp_portal.rest_api.citizen.own import APPLICATIONS
from mpp_portal.rest_api.language import language_for
from mpp_portal.rest_api.pages import Pages, redirect
from mpp_portal.rest_api.routing import PersonOnly

_OFFERINGS = "/api/catalog/v1/offerings"


def add(routes: APIRouter, pages: Pages, api: Api) -> None:
    async def drafts(request: Request, mall: str, service: str) -> list[Any]:
        found = await api.call(request, "GET", APPLICATIONS, params={"status": "DRAFT", "limit": "100"})
        return [
            each
            for each in found.content()["items"]
            if (each["mall"]["code"], each["service"]["code"]) == (mall, service)
        ]

    @routes.get("/apply/{mall}/{service}")
    async def before_starting(request: Request, who: PersonOnly, mall: str, service: str) -> Response:
        asked = f"{_OFFERINGS}/{quote(mall, safe='')}/{quote(service, safe='')}"
        offering = (await api.call_public(request, "GET", asked)).content()
        if offering["terms"]["mode"]["kind"] != "native":
            return redirect(f"/malls/{quote(mall, safe='')}/services/{quote(service, safe='')}")
        return pages.render(
            request,
            "citizen/apply.html",
            offering=offering,
            definition=offering["definition"],
            fees=[fee for fee in offering["definition"]["fees"] if fee["kind"] != "free"],
            agencies=", ".join(
                dict.fromkeys(
                    say(offering["agencies"][each["agency"]]["name"], language=language_for(request))
                    for each in offering["definition"]["prefill"]
                )
            ),
            begun=await drafts(request, mall, service),
            key=secrets.token_urlsafe(16),
        )

    @routes.post("/apply/{mall}/{service}")
    @kept(pages)
    async def start(request: Request, who: PersonOnly, mall: str, service: str) -> Response:
        form = await pages.posted(request)
        # The page's own key: pressing twice begins one draft.
        key = str(form.get("key") or "") or secrets.token_urlsafe(16)
        body = {"mall": mall, "service": service}
        draft = (await api.call(request, "POST", APPLICATIONS, key=key[:100], json=body)).content()
        await fill_in(api, request, draft["id"])
        return redirect(f"/applications/{draft['id']}/form/1")


async def fill_in(api: Api, request: Request, id: str) -> Answer | None:
    """Asks the registers; None if that cannot be done now. It spares typing and must never stop anybody."""
    try:
        return await api.call(request, "POST", f"{APPLICATIONS}/{id}:prefill")
    except TryLater:
        return None
