"""Sign-up, and asking the population agency again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from mpp_runtime.errors import NotFound, Text
from mpp_runtime.rest import Fingerprint, IdempotencyKey, Language, allow
from mpp_runtime.tokens import Caller

from mpp_identity.rest_api.models import CodeInput, CorrectionInput, SignUpInput, SignUpStarted, Verified
from mpp_identity.use_cases.ports import Answered
from mpp_identity.use_cases.sign_up import Repeatable, SignUp, SignUpForm, Started
from mpp_identity.use_cases.verify_person import VerifyPerson

PREFIX = "/api/identity/v1"


def router(sign_up: SignUp, verify: VerifyPerson) -> APIRouter:
    routes = APIRouter(prefix=PREFIX, tags=["people"])

    def address(request: Request) -> str:
        return request.client.host if request.client else ""

    @routes.post("/people", status_code=201, response_model=SignUpStarted)
    async def create(
        request: Request,
        body: SignUpInput,
        caller: Annotated[Caller, allow("anonymous")],
        key: IdempotencyKey,
        fingerprint: Fingerprint,
        language: Language,
    ) -> Response:
        """Sign up: sends a one-time code to the contact. The answer is the same whether NIK or contact are known.

        Only a NIK of an impossible shape or date is refused; what merely does not fit is a warning.
        """

        def render(started: Started) -> Answered:
            content = SignUpStarted.of(started, language).model_dump_json().encode()
            return Answered(201, content, {"Content-Type": "application/json"})

        form = SignUpForm(**body.model_dump())
        answer = await sign_up.start_once(form, address(request), Repeatable(key, fingerprint, render))
        return Response(answer.body, answer.status, answer.headers)

    @routes.post("/people/{person}:confirm")
    async def confirm(
        request: Request,
        person: UUID,
        body: CodeInput,
        caller: Annotated[Caller, allow("anonymous")],
        language: Language,
    ) -> Verified:
        """Answers the code: the account exists from now on. Then the population agency is asked."""
        result = await sign_up.confirm(person, body.code, address(request))
        return Verified.of(person, result, language)

    @routes.post("/people/{person}:verify-nik")
    async def verify_nik(
        person: UUID,
        caller: Annotated[Caller, allow("person")],
        language: Language,
        body: CorrectionInput | None = None,
    ) -> Verified:
        """Asks the population agency again, after a correction of name or birth date if one is given."""
        if caller.id != str(person):
            raise NotFound("person-unknown", Text("Akun tidak ditemukan.", "There is no such account."))
        correction = body or CorrectionInput()
        result = await verify.correct(person, correction.name, correction.birth_date)
        return Verified.of(person, result, language)

    return routes
