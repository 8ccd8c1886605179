"""The home page and the search: a public service in one or two steps, at the mall a person chose once."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from mpp_runtime.errors import TryLater

from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.catalogue import CATALOG, Malls
from mpp_portal.rest_api.pages import Pages, redirect

MALL_COOKIE = "mall"
_YEAR = 365 * 24 * 3600
_AT_HOME, _A_PAGE = 6, 20
_LONGEST = 100


def add(routes: APIRouter, pages: Pages, api: Api, malls: Malls) -> None:
    @routes.get("/")
    async def home(request: Request) -> Response:
        known: Mapping[str, Any] = {}
        found: Any = None
        chosen = ""
        try:
            known = await malls.all(request)
            chosen = _chosen(request, known)
            found = await _search(api, request, chosen, "", _AT_HOME)
        except TryLater:
            pass  # said on the page: the rest of it needs nobody
        return pages.render(request, "public/home.html", malls=known, chosen=chosen, q="", found=found)

    @routes.get("/services")
    async def services(request: Request, q: str = "", cursor: str = "") -> Response:
        known = await malls.all(request)
        chosen, q = _chosen(request, known), q.strip()[:_LONGEST]
        found = await _search(api, request, chosen, q, _A_PAGE, cursor)
        answer = pages.render(request, "public/services.html", malls=known, chosen=chosen, q=q, found=found)
        if "mall" in request.query_params:
            _remember(pages, answer, chosen)
        return answer

    @routes.get("/services/suggestions")
    async def suggestions(request: Request, q: str = "", mall: str = "") -> Response:
        """The words for the list below the search box, while somebody types; without scripts nobody asks for them."""
        params = {"q": q.strip()[:_LONGEST], **({"mall": mall} if mall in await malls.all(request) else {})}
        found = (await api.call_public(request, "GET", f"{CATALOG}/suggestions", params=params)).content()
        answer = pages.render(request, "public/suggestions.html", items=found["items"])
        answer.headers["Cache-Control"] = "private, max-age=60"
        return answer

    @routes.get("/services/{service}")
    async def at_which_mall(request: Request, service: str, mall: str | None = None) -> Response:
        known = await malls.all(request)
        told = (await api.call_public(request, "GET", f"{CATALOG}/services/{quote(service, safe='')}")).content()
        problem = "" if mall is None else pages.text(request, "choose_missing")
        if mall in known:
            offered = f"{CATALOG}/offerings/{mall}/{quote(service, safe='')}"
            if (await api.call_public(request, "GET", offered)).ok:
                answer: Response = redirect(f"/malls/{mall}/services/{quote(service, safe='')}")
                _remember(pages, answer, mall or "")
                return answer
            problem = pages.text(request, "choose_not_offered")
        return pages.render(
            request,
            "public/which_mall.html",
            status=422 if problem else 200,
            service=told,
            malls=known,
            chosen=_chosen(request, known),
            problem=problem,
        )

    @routes.get("/malls")
    async def all_malls(request: Request) -> Response:
        known = await malls.all(request)
        provinces = (await api.call_public(request, "GET", f"{CATALOG}/regions", params={"parent": ""})).content()[
            "items"
        ]
        groups = [
            (province["name"], [mall for code, mall in known.items() if code.startswith(f"{province['code']}.")])
            for province in provinces
        ]
        return pages.render(request, "public/malls.html", groups=[(name, found) for name, found in groups if found])


def _chosen(request: Request, known: Mapping[str, Any]) -> str:
    """The mall of this address, else the one chosen before; "" for none."""
    asked = request.query_params.get("mall", request.cookies.get(MALL_COOKIE, ""))
    return asked if asked in known else ""


def _remember(pages: Pages, answer: Response, mall: str) -> None:
    """The choice of a mall stays in a cookie that says nothing else; "" forgets it."""
    answer.set_cookie(
        MALL_COOKIE,
        mall,
        max_age=_YEAR if mall else 0,
        path="/",
        secure=pages.public_url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )


async def _search(api: Api, request: Request, mall: str, q: str, limit: int, cursor: str = "") -> dict[str, Any]:
    """A page of the catalogue: {items, next_cursor, corrected, partial, life_event}; each item has an `address`.

    Without a mall a public service is one item, however many malls offer it.
    """
    asked = {"mall": mall, "each": "" if mall else "service", "q": q, "cursor": cursor}
    params = {"limit": str(limit), **{name: value for name, value in asked.items() if value}}
    found = (await api.call_public(request, "GET", f"{CATALOG}/offerings", params=params)).content()
    event = found["life_event"]
    if event is not None:
        event = {**event, "items": _addressed(event["items"], mall)}
    return {**found, "items": _addressed(found["items"], mall), "life_event": event}


def _addressed(cards: Sequence[Mapping[str, Any]], mall: str) -> list[dict[str, Any]]:
    below = f"/malls/{mall}" if mall else ""
    return [{**card, "address": f"{below}/services/{card['service']}"} for card in cards]
