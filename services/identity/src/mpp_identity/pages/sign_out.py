"""RP-initiated logout."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from mpp_runtime.rest import allow
from mpp_runtime.tokens import Caller

from mpp_identity.pages.flow import Flow
from mpp_identity.pages.rendering import COOKIE_PATH, FORM, page_language, posted, redirect, render
from mpp_identity.use_cases.oidc import form
from mpp_identity.use_cases.oidc.core import Pairs
from mpp_identity.use_cases.oidc.end_session import EndSession


def add_sign_out(routes: APIRouter, flow: Flow, end_session: EndSession) -> None:
    site = flow.site

    async def end(request: Request, pairs: Pairs, *, confirmed: bool) -> Response:
        who = await flow.who(request)
        asked = end_session.read(pairs, who)
        language = page_language(request, dict(pairs).get("ui_locales", ""), dict(pairs).get("lang", ""))
        if who and asked.ask and not confirmed:
            return render(
                "sign_out.html",
                site,
                language,
                targets=[asked.location] if asked.location else [],
                name=who.account.name,
                hidden=[(name, value) for name, value in pairs if name != "lang"],
            )
        if who:
            await flow.sessions.end(who.session, "signed-out")
        response: Response = (
            redirect(asked.location)
            if asked.location
            else render("message.html", site, language, title="signed_out_title", lead="signed_out_lead")
        )
        response.delete_cookie(site.session_cookie, path=COOKIE_PATH, secure=site.secure, httponly=True, samesite="lax")
        return response

    @routes.get("/oidc/end-session")
    @flow.shows_refusals
    async def by_link(request: Request, caller: Annotated[Caller, allow("anonymous")]) -> Response:
        return await end(request, form.parse(request.scope["query_string"]), confirmed=False)

    @routes.post("/oidc/end-session")
    @flow.shows_refusals
    async def by_form(request: Request, caller: Annotated[Caller, allow("anonymous")]) -> Response:
        # From the client's page, cross-site and without our cookies: as a GET they come along.
        is_form = request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM
        pairs = form.parse(await request.body()) if is_form else []
        return redirect(f"/oidc/end-session?{urlencode(pairs)}")

    @routes.post("/oidc/sign-out")
    @flow.shows_refusals
    async def confirm(request: Request, caller: Annotated[Caller, allow("anonymous")]) -> Response:
        return await end(request, list((await posted(request, site)).items()), confirmed=True)
