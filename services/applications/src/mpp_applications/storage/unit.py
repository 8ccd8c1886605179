"""One transaction: application, history, tasks and facts together."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from mpp_failpoints import Failpoint
from mpp_ledger.database import Transaction
from mpp_telemetry import current_traceparent
from sqlalchemy import insert, select, update

from mpp_applications.domain.answers import Answers
from mpp_applications.domain.application import Application
from mpp_applications.domain.definition import Offering
from mpp_applications.domain.documents import IssuedDocument
from mpp_applications.domain.lookups import Lookup
from mpp_applications.storage.facts import to_message
from mpp_applications.storage.reading import (
    agency_tasks,
    applications,
    attachments,
    first,
    history,
    issued_documents,
    load_application,
    load_documents,
    load_handed_in,
    load_papers,
    table,
    tasks,
)
from mpp_applications.storage.rows import (
    agency_task_values,
    application_values,
    document_values,
    history_values,
    paper_of,
    paper_values,
    task_values,
)
from mpp_applications.storage.tables import AgencyResultRow, OfferingRow
from mpp_applications.use_cases.ports import Answer, Once, Paper, RecordedResult

results = table(AgencyResultRow)
offerings = table(OfferingRow)
# The file is stored, its row is not.
_BEFORE_PAPER_IS_RECORDED = Failpoint("paper.before_recorded")
_BEFORE_DOCUMENT_IS_RECORDED = Failpoint("document.before_recorded")


class StoredUnit:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._session = transaction.session
        # What was open when the application was loaded: what is not any more was closed by the verb.
        self._open: dict[UUID, tuple[UUID | None, UUID | None]] = {}
        self._lookups: dict[UUID, tuple[Lookup, ...]] = {}

    async def repeated(self, owner: str, once: Once) -> Answer | None:
        stored = await self._transaction.idempotent(owner, once.key, once.fingerprint)
        return Answer(stored.status, stored.body, stored.headers) if stored else None

    async def remember(self, owner: str, once: Once, answer: Answer) -> None:
        await self._transaction.remember(owner, once.key, answer.status, answer.body, dict(answer.headers))

    async def load(self, id: UUID, offering: Offering) -> Application:
        application = await load_application(self._session, id, offering)
        self._open[id] = _open_tasks(application)
        self._lookups[id] = application.lookups
        return application

    async def save(self, application: Application) -> None:
        if not application.events and application.lookups == self._lookups[application.id]:
            return
        values = application_values(application)
        await self._session.execute(update(applications).where(applications.c.id == application.id).values(values))
        if application.events:
            await self._store_changes(application, before=self._open[application.id])

    async def _store_changes(self, application: Application, before: tuple[UUID | None, UUID | None]) -> None:
        await self._session.execute(
            insert(history), [history_values(application, event) for event in application.events]
        )
        await self._store_tasks(application, before)
        for event in application.events:
            ledger = await self._transaction.publish(
                to_message(application, event),
                key=str(application.id),
                region=application.offering.region,
                at=event.entry.at,
            )
            if ledger.version != event.entry.version:
                raise RuntimeError("history and ledger disagree about the version")
        self._open[application.id] = _open_tasks(application)
        application.events.clear()

    async def _store_tasks(self, application: Application, before: tuple[UUID | None, UUID | None]) -> None:
        at = application.events[-1].entry.at
        desk, agency = application.desk_task, application.agency_task
        if before[0] and (desk is None or desk.id != before[0]):
            await self._session.execute(update(tasks).where(tasks.c.id == before[0]).values(closed_at=at))
        if before[1] and (agency is None or agency.id != before[1]):
            await self._session.execute(update(agency_tasks).where(agency_tasks.c.id == before[1]).values(closed_at=at))
        if desk and desk.id == before[0]:
            claim = {"claimed_by": desk.claimed_by, "claimed_at": desk.claimed_at}
            await self._session.execute(update(tasks).where(tasks.c.id == desk.id).values(claim))
        elif desk:
            await self._session.execute(insert(tasks).values(task_values(application, desk)))
        if agency and agency.id == before[1]:
            away = {"away_since": agency.away_since}
            await self._session.execute(update(agency_tasks).where(agency_tasks.c.id == agency.id).values(away))
        elif agency:
            values = agency_task_values(application, agency, current_traceparent())
            await self._session.execute(insert(agency_tasks).values(values))

    async def papers(self, application: UUID) -> Sequence[Paper]:
        return await load_papers(self._session, application)

    async def documents(self, application: UUID) -> Sequence[IssuedDocument]:
        return await load_documents(self._session, application)

    async def handed_in(self, application: UUID) -> Answers | None:
        return await load_handed_in(self._session, application)

    async def add_paper(self, paper: Paper) -> None:
        await _BEFORE_PAPER_IS_RECORDED.reach(paper.requirement)
        await self._session.execute(insert(attachments).values(paper_values(paper)))

    async def remove_paper(self, application: UUID, file: UUID, at: datetime) -> Paper | None:
        removed = await self._session.execute(
            update(attachments)
            .where(
                attachments.c.id == file,
                attachments.c.application == application,
                attachments.c.removed_at.is_(None),
            )
            .values(removed_at=at)
            .returning(attachments)
        )
        row = removed.mappings().first()
        return paper_of(row) if row else None

    async def add_document(self, document: IssuedDocument) -> None:
        await _BEFORE_DOCUMENT_IS_RECORDED.reach(document.output)
        await self._session.execute(insert(issued_documents).values(document_values(document)))

    async def result(self, id: UUID) -> RecordedResult | None:
        row = await first(self._session, select(results).where(results.c.id == id))
        return RecordedResult(**row) if row else None

    async def record_result(self, result: RecordedResult) -> None:
        await self._session.execute(insert(results).values(vars(result)))


def _open_tasks(application: Application) -> tuple[UUID | None, UUID | None]:
    desk, agency = application.desk_task, application.agency_task
    return desk.id if desk else None, agency.id if agency else None
