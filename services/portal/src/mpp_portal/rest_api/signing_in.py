"""Signing in and out: to the OpenID provider and back to the page where it was asked for."""

import secrets

from fastapi import APIRouter, Request
from fastapi.responses import Response
from mpp_runtime.errors import Refusal

from mpp_portal.domain import HOME, local_path
from mpp_portal.rest_api.language import language_for
from mpp_portal.rest_api.pages import Pages, redirect

_OFFICE = "/office"


def add(routes: APIRouter, pages: Pages) -> None:
    sessions = pages.sessions

    @routes.get("/sign-in")
    async def sign_in(request: Request) -> Response:
        browser = sessions.browser(request) or secrets.token_urlsafe(16)
        to = local_path(request.query_params.get("next", HOME))
        answer = redirect(sessions.begin(browser, to, language_for(request)))
        sessions.set_browser(answer, browser)
        return answer

    @routes.get("/callback")
    async def callback(request: Request, state: str = "", code: str = "", error: str = "") -> Response:
        begun = sessions.resume(request, state)
        if begun is None:
            return _unfinished(pages, request, HOME)
        if error or not code:
            return redirect(HOME) if error == "access_denied" else _unfinished(pages, request, begun["to"])
        try:
            session = await sessions.openid.exchange(code, nonce=begun["n"], verifier=begun["v"])
        except Refusal as refusal:
            # A code is good once: "again" after a reload of this address, or too late.
            if refusal.http_status != 401:
                raise
            return _unfinished(pages, request, begun["to"])
        sessions.put(request, session)
        return redirect(_OFFICE if session.who.officer and begun["to"] == HOME else begun["to"])

    @routes.get("/signed-in")
    async def signed_in(request: Request) -> Response:
        """Where a sign-in in a second tab ends: the first one has the form."""
        return pages.render(request, "signed_in.html")

    @routes.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        await pages.posted(request)
        session = sessions.current(request)
        if session is None:
            return redirect(HOME)
        sessions.put(request, None)
        return redirect(sessions.openid.end_session(session.id_token, language_for(request)))


def _unfinished(pages: Pages, request: Request, to: str) -> Response:
    """Nobody is blamed: sign-ins that take too long or are reloaded end here."""
    return pages.render(request, "sign_in_unfinished.html", status=400, to=to)
