"""The authorisation endpoint and the consent page."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from mpp_runtime.errors import Malformed, Text
from mpp_runtime.rest import allow
from mpp_runtime.tokens import Caller

from mpp_identity.domain.clients import granted_scope
from mpp_identity.pages.flow import Flow
from mpp_identity.pages.rendering import FORM, page_language, posted, redirect, render
from mpp_identity.use_cases.oidc import form


def add_authorise(routes: APIRouter, flow: Flow) -> None:
    site = flow.site

    @routes.get("/oidc/authorize")
    @flow.shows_refusals
    async def authorise(request: Request, caller: Annotated[Caller, allow("anonymous")]) -> Response:
        browser = site.browser(request)
        pairs = form.parse(request.scope["query_string"])
        outcome = await flow.authorise.start(pairs, await flow.who(request), browser)
        return flow.keep_browser(flow.go_on(outcome), browser)

    @routes.post("/oidc/authorize")
    @flow.shows_refusals
    async def authorise_by_form(request: Request, caller: Annotated[Caller, allow("anonymous")]) -> Response:
        # Required by OpenID Connect Core §3.1.2.1. It comes from the client's own page, cross-site, so without our
        # SameSite cookies: as a GET they come along.
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            raise Malformed("malformed-form", Text("Isian tidak dapat dibaca.", "The form cannot be read."))
        return redirect(f"/oidc/authorize?{urlencode(form.parse(await request.body()))}")

    @routes.get("/oidc/consent")
    @flow.shows_refusals
    async def consent_page(
        request: Request, caller: Annotated[Caller, allow("anonymous")], transaction: str = ""
    ) -> Response:
        asked, who = await flow.asked(request, transaction), await flow.who(request)
        if who is None:
            return redirect(f"/oidc/sign-in?{urlencode({'transaction': transaction})}")
        language = page_language(request, asked.data.get("ui_locales", ""))
        return render(
            "consent.html",
            site,
            language,
            targets=[asked.redirect_uri],
            switch={"transaction": transaction},
            transaction=transaction,
            client=asked.client.name.in_language(language),
            name=who.account.name,
            scopes=granted_scope(asked.data.get("scope", "")).split(),
        )

    @routes.post("/oidc/consent")
    @flow.shows_refusals
    async def consent(request: Request, caller: Annotated[Caller, allow("anonymous")]) -> Response:
        fields, browser = await posted(request, site), site.browser(request)
        who = await flow.who(request)
        if who is None:
            return redirect(f"/oidc/sign-in?{urlencode({'transaction': fields['transaction']})}")
        if fields["decision"] != "allow":
            return flow.go_on(await flow.authorise.deny(fields["transaction"], browser))
        return flow.go_on(await flow.authorise.finish(fields["transaction"], browser, who, consented=True))
