"""What officers do: see their inbox, claim, release, decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from mpp_runtime.errors import NotFound, Text

from mpp_applications.domain.actors import Actor
from mpp_applications.domain.application import Application
from mpp_applications.domain.events import CorrectionItem
from mpp_applications.use_cases.access import Access
from mpp_applications.use_cases.changing import Changing
from mpp_applications.use_cases.ports import Answer, Head, InboxFilter, InboxLine
from mpp_applications.use_cases.views import Reply


@dataclass(frozen=True)
class Decision:
    """`action` is a code of the workflow; `comment` stays among officers."""

    action: str
    reason: str = ""
    items: tuple[CorrectionItem, ...] = ()
    comment: str = ""


class DeskWork:
    def __init__(self, changing: Changing, access: Access) -> None:
        self._changing = changing
        self._access = access

    async def inbox(self, officer: Actor, only: InboxFilter, limit: int, after: UUID | None) -> Sequence[InboxLine]:
        """Open tasks of the officer's own desks, the earliest due first."""
        return await self._changing.store.inbox(officer.id, officer.desks, only, limit, after)

    async def claim(self, officer: Actor, task: UUID, reply: Reply) -> Answer:
        """Of any number of officers one gets it; the others get Conflict "task-claimed"."""
        head = await self._of_task(officer, task)
        now = self._changing.now()
        return await self._changing.change(
            head, officer, None, lambda application: _open(application, task).claim(officer, now), reply
        )

    async def release(self, officer: Actor, task: UUID, reply: Reply) -> Answer:
        head = await self._of_task(officer, task)
        now = self._changing.now()
        return await self._changing.change(
            head, officer, None, lambda application: _open(application, task).release(officer, now), reply
        )

    async def act(
        self, officer: Actor, id: UUID, decision: Decision, expected_version: int | None, reply: Reply
    ) -> Answer:
        """Decides on the version the officer has seen."""
        head = await self._access.as_officer(officer, id)
        moment = await self._changing.moment(head.mall)

        def apply(application: Application) -> None:
            application.act(
                officer, decision.action, moment,
                reason=decision.reason, items=decision.items, comment=decision.comment,
            )  # fmt: skip

        return await self._changing.change(head, officer, expected_version, apply, reply)

    async def _of_task(self, officer: Actor, task: UUID) -> Head:
        id = await self._changing.store.task_application(task, officer.desks)
        head = await self._changing.store.head(id) if id else None
        if head is None:
            raise NotFound("task-unknown", Text("Tugas tidak ditemukan.", "There is no such task."))
        return head


def _open(application: Application, task: UUID) -> Application:
    """Raises Conflict if the application has moved on from this task."""
    application.require_open_task(task)
    return application
