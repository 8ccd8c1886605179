"""What officers do: see their inbox, claim, release, decide."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from mpp_runtime.errors import Conflict, NotAllowed, NotFound, Text

from mpp_applications.domain.actors import Actor
from mpp_applications.domain.application import Application
from mpp_applications.domain.events import CorrectionItem
from mpp_applications.use_cases.access import Access
from mpp_applications.use_cases.changing import Changing
from mpp_applications.use_cases.ports import Answer, Head, InboxCount, InboxFilter, InboxLine
from mpp_applications.use_cases.views import Reply, View, view

# What is due within this time is soon due.
SOON = timedelta(hours=24)
TRIES = 10


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

    async def task(self, officer: Actor, task: UUID) -> View:
        """Where the application of a task stands, the task closed or not. Raises NotFound at another desk."""
        head = await self._of_task(officer, task)
        store = self._changing.store
        application = await store.read(head.id, await self._changing.offerings.get(head.digest))
        return await view(application, officer, store, self._changing.now())

    async def counts(self, officer: Actor) -> Sequence[InboxCount]:
        """How many open tasks the officer's desks have, by desk, step and public service."""
        now = self._changing.now()
        return await self._changing.store.count_inbox(officer.id, officer.desks, now, now + SOON)

    async def claim_next(self, officer: Actor, only: InboxFilter, reply: Reply) -> Answer:
        """Takes the free task that is due first. Raises NotFound "no-free-task" when there is none."""
        store = self._changing.store
        if reply.once and (repeated := await store.answered(officer.id, reply.once)):
            return repeated
        after: UUID | None = None
        while lines := await store.inbox(officer.id, officer.desks, replace(only, claimed="free"), TRIES, after):
            for line in lines:
                try:
                    return await self.claim(officer, line.task, reply)
                except (Conflict, NotAllowed):
                    # A colleague was faster, or it is the officer's own application: the next one then.
                    after = line.task
        raise NotFound("no-free-task", Text("Tidak ada tugas yang menunggu.", "No task is waiting."))

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
