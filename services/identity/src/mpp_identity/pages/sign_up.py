"""Sign-up: particulars, then the code; nothing typed is lost on an error."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from mpp_runtime.errors import Refusal
from mpp_runtime.rest import allow
from mpp_runtime.tokens import Caller

from mpp_identity.pages.flow import Flow
from mpp_identity.pages.rendering import Fields, page_language, posted, render
from mpp_identity.pages.sign_in import AT_THE_FORM, OTP, parse_uuid
from mpp_identity.use_cases.sign_up import SignUp, SignUpForm, Started

FIELDS = ("nik", "name", "birth_date", "email", "phone")


def add_sign_up(routes: APIRouter, flow: Flow, sign_up: SignUp) -> None:
    site = flow.site

    async def form_page(request: Request, fields: Fields, refusal: Refusal | None = None) -> Response:
        asked = await flow.asked(request, fields["transaction"])
        return render(
            "sign_up.html",
            site,
            page_language(request, fields["lang"], asked.data.get("ui_locales", "")),
            targets=[asked.redirect_uri],
            refusal=refusal,
            switch={"transaction": fields["transaction"]},
            transaction=fields["transaction"],
            typed={name: fields[name] for name in FIELDS},
        )

    async def code_page(
        request: Request, fields: Fields, contact: str, warnings: Any = (), refusal: Refusal | None = None
    ) -> Response:
        asked = await flow.asked(request, fields["transaction"])
        language = page_language(request, fields["lang"], asked.data.get("ui_locales", ""))
        return render(
            "verify.html",
            site,
            language,
            targets=[asked.redirect_uri],
            refusal=refusal,
            transaction=fields["transaction"],
            action="/oidc/sign-up/verify",
            subject_field="person",
            subject=fields["person"],
            contact=contact,
            warnings=[warning.detail.in_language(language) for warning in warnings],
            again=f"/oidc/sign-up?{urlencode({'transaction': fields['transaction']})}",
        )

    @routes.get("/oidc/sign-up")
    @flow.shows_refusals
    async def ask_particulars(
        request: Request, caller: Annotated[Caller, allow("anonymous")], transaction: str = ""
    ) -> Response:
        return await form_page(request, Fields(transaction=transaction))

    @routes.post("/oidc/sign-up")
    @flow.shows_refusals
    async def start(request: Request, caller: Annotated[Caller, allow("anonymous")]) -> Response:
        fields = await posted(request, site)
        asked = await flow.asked(request, fields["transaction"])
        language = page_language(request, fields["lang"], asked.data.get("ui_locales", ""))
        try:
            started: Started = await sign_up.start(
                SignUpForm(
                    nik=fields["nik"],
                    name=fields["name"],
                    birth_date=_date(fields["birth_date"]),
                    language=language,
                    email=fields["email"],
                    phone=fields["phone"],
                ),
                flow.address(request),
            )
        except AT_THE_FORM as refusal:
            return await form_page(request, fields, refusal)
        shown = Fields(fields | {"person": str(started.person)})
        return await code_page(request, shown, started.contact, started.warnings)

    @routes.post("/oidc/sign-up/verify")
    @flow.shows_refusals
    async def confirm(request: Request, caller: Annotated[Caller, allow("anonymous")]) -> Response:
        fields = await posted(request, site)
        person = parse_uuid(fields["person"])
        await flow.asked(request, fields["transaction"])
        try:
            await sign_up.confirm(person, fields["code"].strip(), flow.address(request))
        except AT_THE_FORM as refusal:
            return await code_page(request, fields, fields["contact"][:254], refusal=refusal)
        account = await sign_up.confirmed(person)
        return await flow.sign_in(request, fields["transaction"], account, OTP)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
