"""The steps of an application's life through the use cases, whatever store is below."""

import itertools
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

from mpp_applications.domain.actors import Actor
from mpp_applications.main import UseCases
from mpp_applications.rest_api import presenting
from mpp_applications.use_cases.desk_work import Decision
from mpp_applications.use_cases.drafting import NewApplication
from mpp_applications.use_cases.ports import Answer, InboxFilter, Once
from mpp_applications.use_cases.views import Reply, View

from tests.unit.applications.fakes import World
from tests.unit.applications.samples import ANSWERS, HEAD, PAPERS, RECOMMENDER, REGION, SITI, VERIFIER

_keys = itertools.count()


def shown(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.body)
    return found


class Actors:
    def __init__(self, cases: UseCases, world: World) -> None:
        self.cases = cases
        self.world = world

    def reply(self, caller: str, once: Once | None = None) -> Reply:
        def render(view: View) -> Answer:
            return presenting.answer(200, presenting.application(view, self.world.clock(), caller))

        return Reply(render, once)

    async def draft(self, answers: Mapping[str, Any] = ANSWERS, **more: Any) -> dict[str, Any]:
        once = Once(f"key-{next(_keys)}", b"f")
        new = NewApplication(REGION, "sip-perawat", answers, **more)
        return shown(await self.cases.drafting.create(SITI, new, self.reply(SITI, once)))

    async def attach(self, id: UUID, requirement: str, content: bytes = b"content") -> dict[str, Any]:
        async def chunks() -> AsyncIterator[bytes]:
            yield content

        return shown(await self.cases.papers.attach(SITI, id, requirement, "file.png", chunks(), self.reply(SITI)))

    async def submitted(self) -> UUID:
        id = UUID((await self.draft())["id"])
        for paper in PAPERS:
            await self.attach(id, paper)
        await self.cases.handing_in.submit(SITI, id, None, self.reply(SITI))
        return id

    async def task_of(self, officer: Actor, id: UUID) -> UUID:
        lines = await self.cases.desk_work.inbox(officer, InboxFilter(), 100, None)
        return next(line.task for line in lines if line.application == id)

    async def decide(self, officer: Actor, id: UUID, action: str, **more: Any) -> dict[str, Any]:
        await self.cases.desk_work.claim(officer, await self.task_of(officer, id), self.reply(officer.id))
        decision = Decision(action, **more)
        return shown(await self.cases.desk_work.act(officer, id, decision, None, self.reply(officer.id)))

    async def checking(self) -> UUID:
        id = await self.submitted()
        await self.decide(VERIFIER, id, "accept")
        return id

    async def signing(self) -> UUID:
        """Through the registry's check, the recommendation and the head's decision; the check is answered here."""
        id = await self.checking()
        await self.cases.asking.offer_due()
        await self.answer_check(id)
        await self.decide(RECOMMENDER, id, "recommend")
        await self.decide(HEAD, id, "sign")
        return id

    async def answer_check(self, id: UUID, **more: Any) -> Mapping[str, Any]:
        task = (await self.state(id)).agency_task
        assert task is not None
        sdmk = self.world.sdmk
        content = sdmk.result(task.id, **more)
        return sdmk.read_receipt(await self.cases.results.receive("sdmk", sdmk.sealed(content)))

    async def state(self, id: UUID) -> Any:
        return (await self.cases.reading.timeline(Actor("applicant", SITI), id)).application
