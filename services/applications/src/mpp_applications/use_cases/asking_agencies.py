"""Asking agencies: each open task is offered until its result is recorded, and an agency that is away is named."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from mpp_runtime.errors import Conflict, Refusal, Text, TryLater

from mpp_applications.domain.actors import Desk
from mpp_applications.domain.answers import value_at, with_value
from mpp_applications.domain.application import Application, Moment
from mpp_applications.domain.definition import Offering, TaskSpec
from mpp_applications.domain.documents import DocumentRequest, PreparedDocument, Signer
from mpp_applications.use_cases.agency_ports import (
    AgencyQueue,
    DocumentWork,
    QueuedTask,
    SealedTask,
    Seals,
    TaskChannel,
)
from mpp_applications.use_cases.changing import Changing
from mpp_applications.use_cases.ports import Catalog, Grant, Head, Identity

# Before the next offer after the first, second, ... one; then the last for ever.
REPEATS = (timedelta(seconds=10), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
# An agency that is away is looked for this often: the look costs one request that nobody answers.
LOOK_AGAIN = timedelta(seconds=15)
# This many offers were taken and none was answered: nobody works there, whatever the connection says.
SILENT_OFFERS = 4
# A payload is good for a day; a task nobody took by then is sealed anew.
GOOD_FOR = timedelta(hours=24)
# Longer than an offer takes, its document rendered; a killed replica's tasks wait this long, and no promise of ours
# lets anything wait a minute after a fault (docs/reliability.md).
LEASE = timedelta(seconds=45)
AT_ONCE = 4
# The refusal of a document that cannot be prepared because nobody at the signing agency answers.
SIGNER_AWAY = "signer-away"


class Trace(Protocol):
    """Opens the trace a task belongs to."""

    def __call__(self, name: str, traceparent: str | None) -> AbstractContextManager[object]: ...


class Report(Protocol):
    """Tells the operator; the event is a constant."""

    def __call__(self, event: str, **data: Any) -> None: ...


class AskingAgencies:
    def __init__(
        self, queue: AgencyQueue, changing: Changing, catalog: Catalog, identity: Identity, channel: TaskChannel,
        seals: Seals, documents: DocumentWork, trace: Trace, report: Report,
    ) -> None:  # fmt: skip
        self._queue = queue
        self._changing = changing
        self._catalog = catalog
        self._identity = identity
        self._channel = channel
        self._seals = seals
        self._documents = documents
        self._trace = trace
        self._report = report

    async def offer_due(self, limit: int = 20) -> int:
        """Offers what is due; how many tasks were looked at."""
        now = self._changing.now()
        tasks = await self._queue.lease(now, now + LEASE, limit)
        room = asyncio.Semaphore(AT_ONCE)

        async def one(task: QueuedTask) -> None:
            async with room:
                await self._offer_and_report(task)

        await asyncio.gather(*(one(task) for task in tasks))
        return len(tasks)

    async def _offer_and_report(self, task: QueuedTask) -> None:
        told = {"task": str(task.id), "agency": task.agency, "application": str(task.application)}
        with self._trace(f"offer {task.agency}.{task.name}", task.traceparent):
            try:
                await self._offer(task)
            except TryLater as refusal:
                self._report("agency task not offered yet", code=refusal.code, attempt=task.attempt, **told)
                await self._queue.postponed(task.id, self._changing.now() + _repeat_after(task.attempt))
            except Refusal as refusal:
                self._report("agency task parked", code=refusal.code, **told)
                await self._queue.parked(task.id, refusal.code)
            except Exception as error:
                # A fault of ours with one task must not end the offers of all others; it is told at every attempt.
                self._report("agency task failed", error=type(error).__name__, **told)
                await self._queue.postponed(task.id, self._changing.now() + REPEATS[-1])

    async def _offer(self, task: QueuedTask) -> None:
        now = self._changing.now()
        head = await self._changing.store.head(task.application)
        if head is None:
            raise Conflict("application-missing", Text("Permohonan tidak ada.", "The application is missing."))
        if task.sequence is not None or task.away_since is not None:
            present = await self._channel.present(task.agency)
            waits = task.sequence is not None and await self._channel.waits(task.agency, task.sequence)
            if not present:
                await self._away(head, task)
                await self._queue.postponed(task.id, now + LOOK_AGAIN)
                return
            if waits and task.offered_at is not None and now - task.offered_at < GOOD_FOR - timedelta(hours=1):
                # It lies in the bus and somebody is there to take it: a second copy would only be work.
                await self._back(head, task)
                await self._queue.postponed(task.id, now + _repeat_after(task.attempt))
                return
            if task.attempt >= SILENT_OFFERS:
                await self._away(head, task)
            else:
                await self._back(head, task)
        grant = await self._catalog.grant(task.agency)
        if not grant.covers(task.name, head.service):
            raise Conflict(
                "grant-missing",
                Text("Instansi ini tidak diberi wewenang itu.", "The agency is not granted this task."),
            )
        input = await self._input(task, head, grant)
        sequence = await self._channel.publish(self._seal(task, head, grant, input, now))
        await self._queue.offered(task.id, sequence, now, now + _repeat_after(task.attempt))

    def _seal(self, task: QueuedTask, head: Head, grant: Grant, input: Mapping[str, Any], now: datetime) -> SealedTask:
        attempt = task.attempt + 1
        content = {
            "task": str(task.id),
            "agency": task.agency,
            "name": task.name,
            "application": str(task.application),
            "service": head.service,
            "mall": head.mall,
            "attempt": attempt,
            "input": dict(input),
            "expires_at": (now + GOOD_FOR).isoformat(),
        }
        return SealedTask(task.id, task.agency, task.name, attempt, self._seals.seal(content, grant.jwks))

    async def _away(self, head: Head, task: QueuedTask) -> None:
        if task.away_since is None:
            self._report("agency is away", task=str(task.id), agency=task.agency, application=str(task.application))
            await self._mark(head, lambda application, moment: application.agency_went_away(task.id, moment))

    async def _back(self, head: Head, task: QueuedTask) -> None:
        if task.away_since is not None:
            await self._mark(head, lambda application, moment: application.agency_came_back(task.id, moment))

    async def _mark(self, head: Head, apply: Callable[[Application, Moment], None]) -> None:
        offering = await self._changing.offerings.get(head.digest)
        moment = await self._changing.moment(head.mall)
        async with self._changing.store.unit(str(head.id)) as unit:
            application = await unit.load(head.id, offering)
            apply(application, moment)
            await unit.save(application)

    # What the agency gets

    async def _input(self, task: QueuedTask, head: Head, grant: Grant) -> Mapping[str, Any]:
        """Only the fields the definition grants; reading particulars is in the person's access log."""
        offering = await self._changing.offerings.get(head.digest)
        application = await self._changing.store.read(task.application, offering)
        spec = offering.task(task.code)
        if task.output is None:
            return await self._granted_fields(spec, application)
        prepared = task.prepared or await self._prepare(task, application, offering)
        return prepared.input

    async def _granted_fields(self, spec: TaskSpec, application: Application) -> Mapping[str, Any]:
        input: dict[str, Any] = {}
        if spec.particulars:
            found = await self._identity.particulars(
                application.owner, spec.particulars, purpose=f"agency-task:{spec.agency}.{spec.name}",
                application=application.id, reader="service:applications",
            )  # fmt: skip
            input.update({field: found[field] for field in spec.particulars})
        answers: dict[str, Any] = {}
        for pointer in spec.answers:
            if (value := value_at(application.answers, pointer)) is not None:
                answers = with_value(answers, pointer, value)
        return {**input, "answers": answers}

    async def _prepare(self, task: QueuedTask, application: Application, offering: Offering) -> PreparedDocument:
        """Makes the document that waits for its signature; the first one made is the one that is kept."""
        try:
            prepared = await self._documents.prepare(await self._request(task, application, offering))
        except TryLater as refusal:
            if refusal.code == SIGNER_AWAY:
                head = await self._changing.store.head(task.application)
                if head is not None:
                    await self._away(head, task)
            raise
        return await self._queue.keep_prepared(task.id, prepared)

    async def _request(self, task: QueuedTask, application: Application, offering: Offering) -> DocumentRequest:
        if task.output is None or application.decided_by is None or application.decided_at is None:
            raise Conflict(
                "decision-missing",
                Text("Dokumen tanpa keputusan pejabat.", "A document without an officer's decision."),
            )
        output = offering.output(task.output)
        fields = tuple(output.get("particulars") or ())
        particulars: Mapping[str, Any] = {}
        if fields:
            particulars = await self._identity.particulars(
                application.owner, fields, purpose=f"document:{offering.service}", application=application.id,
                reader="service:applications",
            )  # fmt: skip
        zone = ZoneInfo(str(offering.body["mall"]["time_zone"]))
        decided_at = application.decided_at.astimezone(zone)
        sequence = await self._queue.document_sequence(task.id, offering.mall, offering.service, decided_at.year)
        return DocumentRequest(
            task=task.id,
            application=application.id,
            application_number=application.number or "",
            output=task.output,
            offering=offering.body,
            digest=offering.digest,
            answers=application.answers,
            particulars={field: str(particulars[field]) for field in fields},
            signer=await self._signer(output, offering, application.decided_by),
            sequence=sequence,
            decided_at=decided_at,
        )

    async def _signer(self, output: Mapping[str, Any], offering: Offering, officer: str) -> Signer:
        """The officer who decided, if this officer sits at the desk the definition lets sign."""
        desk = Desk(output["signer_desk"]["role"], output["signer_desk"]["agency"], offering.region)
        for facts in await self._identity.officers(desk):
            if facts.id == officer:
                return Signer(facts.id, facts.name, facts.title, desk.agency, desk.region)
        raise Conflict(
            "signer-not-at-desk",
            Text("Pejabat yang memutus tidak lagi di meja itu.", "The officer who decided left that desk."),
        )


def _repeat_after(attempt: int) -> timedelta:
    return REPEATS[min(attempt, len(REPEATS) - 1)]
