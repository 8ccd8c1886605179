"""The database of applications as the use cases see it."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from mpp_ledger.database import Database
from mpp_runtime.errors import Invalid, Text
from sqlalchemy import ColumnElement, exists, false, func, literal_column, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert

from mpp_applications.domain.actors import Desk
from mpp_applications.domain.answers import Answers
from mpp_applications.domain.application import Application
from mpp_applications.domain.definition import Offering
from mpp_applications.domain.documents import IssuedDocument
from mpp_applications.domain.status import Status
from mpp_applications.domain.timeline import HistoryLine
from mpp_applications.domain.working_days import WorkingCalendar
from mpp_applications.storage.creating import write_new
from mpp_applications.storage.reading import (
    applications,
    attachments,
    first,
    history,
    issued_documents,
    load_application,
    load_applications,
    load_documents,
    load_handed_in,
    load_papers,
    rows,
    table,
    tasks,
)
from mpp_applications.storage.rows import (
    calendar_json,
    calendar_of,
    document_of,
    head_of,
    history_line,
    inbox_count,
    inbox_line,
    paper_of,
)
from mpp_applications.storage.tables import CalendarRow
from mpp_applications.storage.unit import StoredUnit, offerings
from mpp_applications.use_cases.ports import (
    Answer,
    Head,
    InboxCount,
    InboxFilter,
    InboxLine,
    Once,
    Paper,
    Unit,
    once_key,
)

calendars = table(CalendarRow)

LABELS_OF_COUNTS = ("service_name", "state_label", "desk_label")
_ANSWERED = "SELECT fingerprint, status, body, headers FROM idempotency_keys WHERE owner = $1 AND key = $2"
# This commit does not wait for the disk: the one of the application that carries the number does, and what was written
# to the log before it is on the disk with it. A number lost in a crash was never told to anybody.
_TAKE_NUMBER = """
    WITH soon AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
    INSERT INTO counters (kind, mall, series, year, value) SELECT 'application', $1, $2, $3, 1 FROM soon
    ON CONFLICT (kind, mall, series, year) DO UPDATE SET value = counters.value + 1 RETURNING value
"""


def at_desks(columns: Any, desks: Collection[Desk]) -> ColumnElement[bool]:
    """Scope as a part of the query; no desk sees nothing."""
    if not desks:
        return false()
    wanted = [(desk.role, desk.agency, desk.region) for desk in desks]
    return tuple_(columns.role, columns.agency, columns.region).in_(wanted)


class StoredApplications:
    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def unit(self, *keys: str) -> AsyncIterator[Unit]:
        async with self._database.transaction(lock=keys) as transaction:
            yield StoredUnit(transaction)

    async def create(self, application: Application, filer: str, once: Once, answer: Answer) -> Answer:
        try:
            async with self._database.transaction(lock=(str(application.id), once_key(filer, once.key))) as transaction:
                await write_new(transaction, application, filer, once, answer)
        except asyncpg.UniqueViolationError:
            # The same request was carried out since it was looked for; what it answered is the answer.
            if first_answer := await self.answered(filer, once):
                return first_answer
            raise
        return answer

    async def answered(self, owner: str, once: Once) -> Answer | None:
        async with self._database.statement() as connection:
            row = await connection.fetchrow(_ANSWERED, owner, once.key)
        if row is None:
            return None
        if row["fingerprint"] != once.fingerprint:
            raise Invalid(
                "idempotency-key-reused",
                Text(
                    "Idempotency-Key ini sudah dipakai untuk permintaan lain.",
                    "This Idempotency-Key was already used for another request.",
                ),
            )
        return Answer(row["status"], row["body"], _headers(row["headers"]))

    async def head(self, id: UUID) -> Head | None:
        async with self._database.read() as session:
            row = await first(session, select(applications).where(applications.c.id == id))
        return head_of(row) if row else None

    async def head_by_number(self, number: str) -> Head | None:
        async with self._database.read() as session:
            row = await first(session, select(applications).where(applications.c.number == number))
        return head_of(row) if row else None

    async def read(self, id: UUID, offering: Offering) -> Application:
        async with self._database.read() as session:
            return await load_application(session, id, offering)

    async def read_all(self, offerings: Mapping[UUID, Offering]) -> Sequence[Application]:
        async with self._database.read() as session:
            return await load_applications(session, offerings)

    async def mine(
        self, person: str, limit: int, before: UUID | None, statuses: Collection[Status] = ()
    ) -> Sequence[Head]:
        statement = select(applications).where(or_(applications.c.owner == person, applications.c.proxy == person))
        if before is not None:
            statement = statement.where(applications.c.id < before)
        if statuses:
            statement = statement.where(applications.c.status.in_(statuses))
        async with self._database.read() as session:
            found = await rows(session, statement.order_by(applications.c.id.desc()).limit(limit))
        return [head_of(row) for row in found]

    async def seen_by(self, application: UUID, desks: Collection[Desk]) -> bool:
        seen = exists().where(tasks.c.application == application, at_desks(tasks.c, desks))
        async with self._database.read() as session:
            return bool(await session.scalar(select(seen)))

    async def inbox(
        self, officer: str, desks: Collection[Desk], only: InboxFilter, limit: int, after: UUID | None
    ) -> Sequence[InboxLine]:
        statement = select(tasks).where(at_desks(tasks.c, desks), tasks.c.closed_at.is_(None))
        if only.claimed == "mine":
            statement = statement.where(tasks.c.claimed_by == officer)
        if only.claimed == "free":
            statement = statement.where(tasks.c.claimed_by.is_(None))
        if only.state is not None:
            statement = statement.where(tasks.c.state == only.state)
        if only.service is not None:
            statement = statement.where(tasks.c.service == only.service)
        if only.desk is not None:
            statement = statement.where(at_desks(tasks.c, [only.desk]))
        if only.due_from is not None:
            statement = statement.where(tasks.c.due_at >= only.due_from)
        if only.due_before is not None:
            statement = statement.where(tasks.c.due_at < only.due_before)
        # A task without a due time comes last; the same order is the cursor's.
        due = func.coalesce(tasks.c.due_at, literal_column("'infinity'::timestamptz"))
        if after is not None:
            last = select(due, tasks.c.id).where(tasks.c.id == after)
            statement = statement.where(tuple_(due, tasks.c.id) > last.scalar_subquery())
        async with self._database.read() as session:
            found = await rows(session, statement.order_by(due, tasks.c.id).limit(limit))
        return [inbox_line(row) for row in found]

    async def count_inbox(
        self, officer: str, desks: Collection[Desk], now: datetime, soon: datetime
    ) -> Sequence[InboxCount]:
        where = (tasks.c.role, tasks.c.agency, tasks.c.region, tasks.c.state, tasks.c.service)
        # Versions of a definition may differ in their words: of those one is shown.
        labels = [func.max(tasks.c.labels[name].astext).label(name) for name in LABELS_OF_COUNTS]
        statement = (
            select(
                *where,
                *labels,
                func.count().label("open"),
                func.count().filter(tasks.c.claimed_by.is_(None)).label("free"),
                func.count().filter(tasks.c.claimed_by == officer).label("mine"),
                func.count().filter(tasks.c.due_at < now).label("late"),
                func.count().filter(tasks.c.due_at >= now, tasks.c.due_at < soon).label("soon"),
            )
            .where(at_desks(tasks.c, desks), tasks.c.closed_at.is_(None))
            .group_by(*where)
            .order_by(*where)
        )
        async with self._database.read() as session:
            return [inbox_count(row) for row in await rows(session, statement)]

    async def find_numbered(self, number: str, desks: Collection[Desk]) -> Head | None:
        seen = exists().where(tasks.c.application == applications.c.id, at_desks(tasks.c, desks))
        async with self._database.read() as session:
            row = await first(session, select(applications).where(applications.c.number == number, seen))
        return head_of(row) if row else None

    async def task_application(self, task: UUID, desks: Collection[Desk]) -> UUID | None:
        async with self._database.read() as session:
            found: UUID | None = await session.scalar(
                select(tasks.c.application).where(tasks.c.id == task, at_desks(tasks.c, desks))
            )
        return found

    async def history(self, application: UUID) -> Sequence[HistoryLine]:
        statement = select(history).where(history.c.application == application).order_by(history.c.version)
        async with self._database.read() as session:
            return [history_line(row) for row in await rows(session, statement)]

    async def history_line(self, application: UUID, version: int) -> HistoryLine | None:
        statement = select(history).where(history.c.application == application, history.c.version == version)
        async with self._database.read() as session:
            row = await first(session, statement)
        return history_line(row) if row else None

    async def papers(self, application: UUID) -> Sequence[Paper]:
        async with self._database.read() as session:
            return await load_papers(session, application)

    async def documents(self, application: UUID) -> Sequence[IssuedDocument]:
        async with self._database.read() as session:
            return await load_documents(session, application)

    async def handed_in(self, application: UUID) -> Answers | None:
        async with self._database.read() as session:
            return await load_handed_in(session, application)

    async def paper(self, application: UUID, file: UUID) -> Paper | None:
        statement = select(attachments).where(
            attachments.c.id == file, attachments.c.application == application, attachments.c.removed_at.is_(None)
        )
        async with self._database.read() as session:
            row = await first(session, statement)
        return paper_of(row) if row else None

    async def document(self, application: UUID, document: UUID) -> IssuedDocument | None:
        statement = select(issued_documents).where(
            issued_documents.c.id == document, issued_documents.c.application == application
        )
        async with self._database.read() as session:
            row = await first(session, statement)
        return document_of(row) if row else None

    async def recorded_files(self, storage_keys: Collection[str]) -> set[str]:
        """Of these attached files, those that have a record."""
        statement = select(attachments.c.storage_key).where(
            attachments.c.storage_key.in_(storage_keys), attachments.c.removed_at.is_(None)
        )
        async with self._database.read() as session:
            return {row["storage_key"] for row in await rows(session, statement)}

    async def offering(self, digest: str) -> bytes | None:
        async with self._database.read() as session:
            found: bytes | None = await session.scalar(select(offerings.c.content).where(offerings.c.digest == digest))
        return found

    async def keep_offering(self, digest: str, content: bytes) -> None:
        async with self._database.transaction() as transaction:
            kept = upsert(offerings).values(digest=digest, content=content).on_conflict_do_nothing()
            await transaction.session.execute(kept)

    async def calendar(self, mall: str) -> WorkingCalendar | None:
        async with self._database.read() as session:
            row = await first(session, select(calendars).where(calendars.c.mall == mall))
        return calendar_of(row) if row else None

    async def keep_calendar(self, mall: str, calendar: WorkingCalendar, seen_at: datetime) -> None:
        values = {"version": calendar.version, "content": calendar_json(calendar), "seen_at": seen_at}
        async with self._database.transaction() as transaction:
            kept = upsert(calendars).values(mall=mall, **values)
            await transaction.session.execute(kept.on_conflict_do_update(index_elements=["mall"], set_=values))

    async def take_number(self, mall: str, prefix: str, year: int) -> int:
        # A transaction of its own: the counter's row lock must not be held while an application is stored.
        async with self._database.statement() as connection:
            return int(await connection.fetchval(_TAKE_NUMBER, mall, prefix, year))


def _headers(value: Any) -> dict[str, str]:
    found: dict[str, str] = orjson.loads(value) if isinstance(value, str) else value
    return found
