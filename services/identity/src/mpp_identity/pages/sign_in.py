"""Sign-in: who, then the code; and in the demonstration a list to choose from."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response
from mpp_runtime.errors import Invalid, Malformed, Refusal, Text, TooMany, TryLater
from mpp_runtime.rest import allow
from mpp_runtime.tokens import Caller

from mpp_identity.domain.accounts import Account
from mpp_identity.pages.flow import Flow
from mpp_identity.pages.rendering import page_language, posted, redirect, render
from mpp_identity.use_cases.demo import DemoSignIn
from mpp_identity.use_cases.sign_in import SignIn

OTP = ("otp",)
AT_THE_FORM = (Invalid, TooMany, TryLater)


def parse_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Malformed("malformed-form", Text("Isian tidak dapat dibaca.", "The form cannot be read.")) from None


def add_sign_in(routes: APIRouter, flow: Flow, sign_in: SignIn, demo: DemoSignIn | None) -> None:
    site = flow.site

    async def who_page(
        request: Request, transaction: str, identifier: str, refusal: Refusal | None = None, lang: str = ""
    ) -> Response:
        asked = await flow.asked(request, transaction)
        language = page_language(request, lang, asked.data.get("ui_locales", ""))
        people: Any = demo.people if demo else ()
        officers: Any = demo.officers if demo else ()
        return render(
            "sign_in.html",
            site,
            language,
            targets=[asked.redirect_uri],
            refusal=refusal,
            switch={"transaction": transaction},
            transaction=transaction,
            identifier=identifier,
            client=asked.client.name.in_language(language),
            people=people,
            officers=officers,
        )

    async def code_page(
        request: Request, transaction: str, challenge: str, refusal: Refusal | None = None, lang: str = ""
    ) -> Response:
        asked = await flow.asked(request, transaction)
        return render(
            "verify.html",
            site,
            page_language(request, lang, asked.data.get("ui_locales", "")),
            targets=[asked.redirect_uri],
            refusal=refusal,
            switch={"transaction": transaction, "challenge": challenge},
            transaction=transaction,
            action="/oidc/sign-in/verify",
            subject_field="challenge",
            subject=challenge,
            contact="",
            warnings=(),
            again=f"/oidc/sign-in?{urlencode({'transaction': transaction})}",
        )

    async def choice_page(
        request: Request, transaction: str, challenge: UUID, accounts: list[Account], lang: str
    ) -> Response:
        asked = await flow.asked(request, transaction)
        return render(
            "choose.html",
            site,
            page_language(request, lang, asked.data.get("ui_locales", "")),
            targets=[asked.redirect_uri],
            transaction=transaction,
            challenge=str(challenge),
            accounts=accounts,
        )

    @routes.get("/oidc/sign-in")
    @flow.shows_refusals
    async def ask_who(
        request: Request, caller: Annotated[Caller, allow("anonymous")], transaction: str = ""
    ) -> Response:
        asked = await flow.asked(request, transaction)
        return await who_page(request, transaction, asked.data.get("login_hint", "")[:254])

    @routes.post("/oidc/sign-in")
    @flow.shows_refusals
    async def send_code(request: Request, caller: Annotated[Caller, allow("anonymous")]) -> Response:
        fields = await posted(request, site)
        transaction, identifier, lang = fields["transaction"], fields["identifier"], fields["lang"]
        asked = await flow.asked(request, transaction)
        language = page_language(request, lang, asked.data.get("ui_locales", ""))
        try:
            challenge = await sign_in.request_code(identifier, language, flow.address(request))
        except AT_THE_FORM as refusal:
            return await who_page(request, transaction, identifier, refusal, lang)
        query = {"transaction": transaction, "challenge": str(challenge), "lang": language}
        return redirect(f"/oidc/sign-in/verify?{urlencode(query)}")

    @routes.get("/oidc/sign-in/verify")
    @flow.shows_refusals
    async def ask_code(
        request: Request, caller: Annotated[Caller, allow("anonymous")], transaction: str = "", challenge: str = ""
    ) -> Response:
        return await code_page(request, transaction, str(parse_uuid(challenge)))

    @routes.post("/oidc/sign-in/verify")
    @flow.shows_refusals
    async def check_code(request: Request, caller: Annotated[Caller, allow("anonymous")]) -> Response:
        fields = await posted(request, site)
        transaction, challenge = fields["transaction"], parse_uuid(fields["challenge"])
        await flow.asked(request, transaction)
        try:
            accounts = await sign_in.answer(challenge, fields["code"], flow.address(request))
        except AT_THE_FORM as refusal:
            return await code_page(request, transaction, str(challenge), refusal, fields["lang"])
        if len(accounts) > 1:
            return await choice_page(request, transaction, challenge, accounts, fields["lang"])
        return await flow.sign_in(request, transaction, accounts[0], OTP)

    @routes.post("/oidc/sign-in/choose")
    @flow.shows_refusals
    async def choose(request: Request, caller: Annotated[Caller, allow("anonymous")]) -> Response:
        fields = await posted(request, site)
        transaction, challenge = fields["transaction"], parse_uuid(fields["challenge"])
        await flow.asked(request, transaction)
        account = await sign_in.choose(challenge, parse_uuid(fields["account"]))
        return await flow.sign_in(request, transaction, account, OTP)


def add_demo(routes: APIRouter, flow: Flow, demo: DemoSignIn) -> None:
    @routes.post("/oidc/sign-in/demo")
    @flow.shows_refusals
    async def demo_sign_in(request: Request, caller: Annotated[Caller, allow("anonymous")]) -> Response:
        fields = await posted(request, flow.site)
        await flow.asked(request, fields["transaction"])
        account = await demo.account(fields["account"])
        return await flow.sign_in(request, fields["transaction"], account, ())
