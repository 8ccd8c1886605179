"""My applications: what is asked of me first, then all of them."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mpp_portal.rest_api.citizen.own import APPLICATIONS, Own
from mpp_portal.rest_api.pages import Pages, redirect
from mpp_portal.rest_api.routing import SignedIn

_ASKED_OF_ME = f"{APPLICATIONS}?limit=20&status=ACTION_REQUIRED&status=AWAITING_PAYMENT&status=DRAFT"


def add(routes: APIRouter, pages: Pages, own: Own) -> None:
    @routes.get("/applications")
    async def mine(request: Request, who: SignedIn, cursor: str = "") -> Response:
        if who.officer:
            return redirect("/office")
        params = {"limit": "20", **({"cursor": cursor} if cursor else {})}
        found = (await own.api.call(request, "GET", APPLICATIONS, params=params)).content()
        asked = [] if cursor else (await own.api.call(request, "GET", _ASKED_OF_ME)).content()["items"]
        # What an officer waits for comes before what was only begun.
        asked.sort(key=lambda each: bool(each["status"] == "DRAFT"))
        first = {each["id"] for each in asked}
        others = [each for each in found["items"] if each["id"] not in first]
        return pages.render(request, "citizen/mine.html", asked=asked, others=others, more=found["next_cursor"])
