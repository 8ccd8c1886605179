"""The officers' inbox."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from mpp_runtime.errors import Invalid, Text
from mpp_runtime.rest import cursor_id, encode_cursor

from mpp_applications.domain.actors import Desk
from mpp_applications.rest_api import PREFIX, presenting, wire
from mpp_applications.rest_api.applications import Cursor, Officer, response
from mpp_applications.rest_api.callers import OptionalOnce, actor_of
from mpp_applications.use_cases.desk_work import SOON, DeskWork
from mpp_applications.use_cases.ports import Answer, Clock, InboxFilter, Once
from mpp_applications.use_cases.views import Reply, View


def router(desk_work: DeskWork, clock: Clock) -> APIRouter:
    routes = APIRouter(prefix=f"{PREFIX}/tasks", tags=["inbox"])

    def standing(officer: str, once: Once | None) -> Reply:
        def render(view: View) -> Answer:
            shown = presenting.verb(view, clock(), officer)
            return presenting.answer(200, shown, shown.version)

        return Reply(render, once)

    async def chosen(
        claimed: Literal["mine", "free"] | None = None,
        desk: Annotated[str | None, Query(max_length=250, description='"role:agency:region", as in /counts')] = None,
        state: Annotated[str | None, Query(max_length=80)] = None,
        service: Annotated[str | None, Query(max_length=80)] = None,
        due: Annotated[
            Literal["late", "soon"] | None, Query(description="soon: within 24 hours, and not late yet")
        ] = None,
    ) -> InboxFilter:
        now = clock()
        due_from, due_before = {None: (None, None), "late": (None, now), "soon": (now, now + SOON)}[due]
        return InboxFilter(claimed, _desk(desk), state, service, due_from, due_before)

    @routes.get("", summary="Open tasks of my desks, the earliest due first")
    async def inbox(
        caller: Officer,
        only: Annotated[InboxFilter, Depends(chosen)],
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        cursor: Cursor = None,
    ) -> wire.InboxOut:
        now = clock()
        found = await desk_work.inbox(actor_of(caller), only, limit + 1, cursor_id(cursor, "after"))
        more = encode_cursor({"after": str(found[limit - 1].task)}) if len(found) > limit else None
        return wire.InboxOut(
            items=[presenting.inbox_line(line, caller.id, now) for line in found[:limit]], next_cursor=more
        )

    @routes.get("/counts", summary="How many open tasks my desks have, by desk, step and public service")
    async def counts(caller: Officer) -> wire.InboxCountsOut:
        return wire.InboxCountsOut(
            items=[presenting.inbox_count(each) for each in await desk_work.counts(actor_of(caller))]
        )

    @routes.post(
        ":claim-next",
        response_model=wire.VerbOut,
        summary="Take the free task that is due first; 404 when none is waiting",
    )
    async def claim_next(
        caller: Officer, only: Annotated[InboxFilter, Depends(chosen)], once: OptionalOnce
    ) -> Response:
        return response(await desk_work.claim_next(actor_of(caller), only, standing(caller.id, once)))

    @routes.get(
        "/{task_id}",
        response_model=wire.VerbOut,
        summary="Where the application of a task stands and what you may do; nothing of the person is read",
    )
    async def read(task_id: UUID, caller: Officer) -> Response:
        view = await desk_work.task(actor_of(caller), task_id)
        shown = presenting.verb(view, clock(), caller.id)
        return response(presenting.answer(200, shown, shown.version))

    @routes.post(
        "/{task_id}:claim", response_model=wire.VerbOut, summary="Take a task; of any number of officers one gets it"
    )
    async def claim(task_id: UUID, caller: Officer, once: OptionalOnce) -> Response:
        return response(await desk_work.claim(actor_of(caller), task_id, standing(caller.id, once)))

    @routes.post("/{task_id}:release", response_model=wire.VerbOut, summary="Put a task back")
    async def release(task_id: UUID, caller: Officer, once: OptionalOnce) -> Response:
        return response(await desk_work.release(actor_of(caller), task_id, standing(caller.id, once)))

    return routes


def _desk(text: str | None) -> Desk | None:
    """ "verifier:dpmptsp:33.14"; a desk that is not the officer's own shows nothing."""
    if text is None:
        return None
    parts = text.split(":")
    if len(parts) != 3 or not all(parts):
        raise Invalid("desk-malformed", Text("Tulis peran:instansi:wilayah.", "Write role:agency:region."))
    return Desk(*parts)
