"""The officers' inbox."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from mpp_runtime.rest import encode_cursor

from mpp_applications.rest_api import PREFIX, presenting, wire
from mpp_applications.rest_api.applications import Cursor, Officer, cursor_id, response
from mpp_applications.rest_api.callers import OptionalOnce, actor_of
from mpp_applications.use_cases.desk_work import DeskWork
from mpp_applications.use_cases.ports import Answer, Clock, InboxFilter, Once
from mpp_applications.use_cases.views import Reply, View


def router(desk_work: DeskWork, clock: Clock) -> APIRouter:
    routes = APIRouter(prefix=f"{PREFIX}/tasks", tags=["inbox"])

    def standing(officer: str, once: Once | None) -> Reply:
        def render(view: View) -> Answer:
            shown = presenting.verb(view, clock(), officer)
            return presenting.answer(200, shown, shown.version)

        return Reply(render, once)

    @routes.get("", summary="Open tasks of my desks, the earliest due first")
    async def inbox(
        caller: Officer,
        claimed: Literal["mine", "free"] | None = None,
        state: Annotated[str | None, Query(max_length=80)] = None,
        service: Annotated[str | None, Query(max_length=80)] = None,
        overdue: bool = False,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        cursor: Cursor = None,
    ) -> wire.InboxOut:
        now = clock()
        only = InboxFilter(claimed, state, service, now if overdue else None)
        found = await desk_work.inbox(actor_of(caller), only, limit + 1, cursor_id(cursor, "after"))
        more = encode_cursor({"after": str(found[limit - 1].task)}) if len(found) > limit else None
        return wire.InboxOut(
            items=[presenting.inbox_line(line, caller.id, now) for line in found[:limit]], next_cursor=more
        )

    @routes.post(
        "/{task_id}:claim", response_model=wire.VerbOut, summary="Take a task; of any number of officers one gets it"
    )
    async def claim(task_id: UUID, caller: Officer, once: OptionalOnce) -> Response:
        return response(await desk_work.claim(actor_of(caller), task_id, standing(caller.id, once)))

    @routes.post("/{task_id}:release", response_model=wire.VerbOut, summary="Put a task back")
    async def release(task_id: UUID, caller: Officer, once: OptionalOnce) -> Response:
        return response(await desk_work.release(actor_of(caller), task_id, standing(caller.id, once)))

    return routes
