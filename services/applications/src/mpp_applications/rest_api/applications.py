"""Applications: drafts, answers, the guarded verbs, the file, one's own list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from mpp_runtime.errors import Text
from mpp_runtime.rest import Fingerprint, IdempotencyKey, Language, allow, cursor_id, encode_cursor
from mpp_runtime.tokens import Caller

from mpp_applications.domain.events import CorrectionItem
from mpp_applications.domain.status import Status
from mpp_applications.rest_api import PREFIX, presenting, wire
from mpp_applications.rest_api.callers import ExpectedVersion, OptionalOnce, SeenVersion, actor_of
from mpp_applications.use_cases.desk_work import Decision, DeskWork
from mpp_applications.use_cases.drafting import Drafting, NewApplication, Prefilled
from mpp_applications.use_cases.handing_in import HandingIn
from mpp_applications.use_cases.ports import Answer, Clock, Once
from mpp_applications.use_cases.reading import Reading
from mpp_applications.use_cases.views import Reply, View

Person = Annotated[Caller, allow("person")]
Reader = Annotated[Caller, allow("person", "officer")]
Officer = Annotated[Caller, allow("officer")]
Cursor = Annotated[str | None, Query(max_length=300)]


def response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers))


def router(drafting: Drafting, handing_in: HandingIn, desk_work: DeskWork, reading: Reading, clock: Clock) -> APIRouter:
    routes = APIRouter(prefix=f"{PREFIX}/applications", tags=["applications"])

    def whole(status: int, caller: Caller, once: Once | None) -> Reply:
        """The whole file, for the applicant: nobody logs what people read of their own."""

        def render(view: View) -> Answer:
            shown = presenting.application(view, clock(), caller.id)
            headers = {"Location": f"{PREFIX}/applications/{shown.id}"} if status == 201 else {}
            return presenting.answer(status, shown, shown.version, headers)

        return Reply(render, once)

    @routes.post(
        "",
        response_model=wire.ApplicationOut,
        status_code=201,
        summary="Begin an application; with `submit` hand it in at once",
    )
    async def create(
        body: wire.NewApplicationIn, caller: Person, key: IdempotencyKey, fingerprint: Fingerprint
    ) -> Response:
        new = NewApplication(
            body.mall, body.service, body.answers, body.submit, str(body.applicant) if body.applicant else None
        )
        return response(await drafting.create(caller.id, new, whole(201, caller, Once(key, fingerprint))))

    @routes.get("", summary="My applications, newest first; an officer finds one of the own desks by its number")
    async def mine(
        caller: Reader,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        cursor: Cursor = None,
        status: Annotated[list[Status] | None, Query(description="Only those in one of these")] = None,
        number: Annotated[str | None, Query(max_length=64, description="The one of this number")] = None,
    ) -> wire.ApplicationsOut:
        now: datetime = clock()
        if number is not None or caller.kind == "officer":
            one = await reading.numbered(actor_of(caller), number or "")
            return wire.ApplicationsOut(items=[presenting.standing(each, now) for each in one], next_cursor=None)
        found = await reading.mine(caller.id, limit + 1, cursor_id(cursor, "before"), status or ())
        more = encode_cursor({"before": str(found[limit - 1].id)}) if len(found) > limit else None
        return wire.ApplicationsOut(items=[presenting.standing(each, now) for each in found[:limit]], next_cursor=more)

    @routes.get(
        "/{application_id}",
        response_model=wire.ApplicationOut,
        summary="The file: where it stands, what it holds, what you may do",
    )
    async def read(application_id: UUID, caller: Reader) -> Response:
        view = await reading.file(actor_of(caller), application_id)
        shown = presenting.application(view, clock(), caller.id)
        return response(presenting.answer(200, shown, shown.version))

    @routes.get("/{application_id}/form", summary="The form of the offering it is pinned to")
    async def form(application_id: UUID, caller: Reader) -> wire.FormOut:
        offering = await reading.offering(actor_of(caller), application_id)
        return presenting.form(offering)

    @routes.patch(
        "/{application_id}",
        response_model=wire.ApplicationOut,
        summary="Change answers (JSON Merge Patch); needs If-Match",
    )
    async def change(application_id: UUID, body: wire.AnswersIn, caller: Person, version: SeenVersion) -> Response:
        reply = whole(200, caller, None)
        return response(await drafting.change_answers(caller.id, application_id, body.answers, version, reply))

    @routes.post(
        "/{application_id}:prefill",
        response_model=wire.PrefillOut,
        summary="Fill empty answers from the agencies' registers",
    )
    async def prefill(application_id: UUID, caller: Person, language: Language) -> Response:
        def render(view: View, results: Sequence[Prefilled]) -> Answer:
            shown = presenting.application(view, clock(), caller.id)
            told = wire.PrefillOut(application=shown, results=presenting.prefilled(results))
            return presenting.answer(200, told, shown.version)

        return response(await drafting.prefill(caller.id, application_id, language, render))

    @routes.post(
        "/{application_id}:submit", response_model=wire.ApplicationOut, summary="Hand in a draft or the corrections"
    )
    async def submit(application_id: UUID, caller: Person, version: ExpectedVersion, once: OptionalOnce) -> Response:
        reply = whole(200, caller, once)
        return response(await handing_in.submit(caller.id, application_id, version, reply))

    @routes.post("/{application_id}:withdraw", response_model=wire.ApplicationOut, summary="Take it back")
    async def withdraw(application_id: UUID, caller: Person, version: ExpectedVersion, once: OptionalOnce) -> Response:
        reply = whole(200, caller, once)
        return response(await handing_in.withdraw(caller.id, application_id, version, reply))

    @routes.post(
        "/{application_id}:act",
        response_model=wire.VerbOut,
        summary="An officer's decision on the version seen; needs If-Match",
    )
    async def act(
        application_id: UUID, body: wire.DecisionIn, caller: Officer, version: SeenVersion, once: OptionalOnce
    ) -> Response:
        items = tuple(CorrectionItem(item.target, Text(item.note, item.note)) for item in body.items)
        decision = Decision(body.action, body.reason, items, body.comment)

        def render(view: View) -> Answer:
            shown = presenting.verb(view, clock(), caller.id)
            return presenting.answer(200, shown, shown.version)

        answer = await desk_work.act(actor_of(caller), application_id, decision, version, Reply(render, once))
        return response(answer)

    return routes
