"""Agency tasks that are due to be offered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from mpp_failpoints import Failpoint
from mpp_ledger.database import Database
from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from mpp_applications.domain.documents import PreparedDocument
from mpp_applications.storage.reading import agency_tasks, first, table
from mpp_applications.storage.rows import queued_task
from mpp_applications.storage.tables import CounterRow
from mpp_applications.use_cases.agency_ports import QueuedTask

counters = table(CounterRow)
_BEFORE_PREPARED_IS_KEPT = Failpoint("document.before_prepared_is_kept")


class StoredAgencyQueue:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def lease(self, now: datetime, until: datetime, limit: int) -> Sequence[QueuedTask]:
        due = (
            select(agency_tasks.c.id)
            .where(
                agency_tasks.c.closed_at.is_(None),
                agency_tasks.c.next_offer_at <= now,
                or_(agency_tasks.c.lease_until.is_(None), agency_tasks.c.lease_until <= now),
            )
            .order_by(agency_tasks.c.next_offer_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        leased = (
            update(agency_tasks).where(agency_tasks.c.id.in_(due)).values(lease_until=until).returning(agency_tasks)
        )
        async with self._database.transaction() as transaction:
            found = (await transaction.session.execute(leased)).mappings().all()
        return [queued_task(row) for row in found]

    async def find(self, task: UUID) -> QueuedTask | None:
        async with self._database.read() as session:
            row = await first(session, select(agency_tasks).where(agency_tasks.c.id == task))
        return queued_task(row) if row else None

    async def offered(self, task: UUID, sequence: int, at: datetime, next_offer_at: datetime) -> None:
        await self._set(
            task,
            attempt=agency_tasks.c.attempt + 1,
            sequence=sequence,
            offered_at=at,
            next_offer_at=next_offer_at,
            lease_until=None,
        )

    async def postponed(self, task: UUID, next_offer_at: datetime) -> None:
        await self._set(task, next_offer_at=next_offer_at, lease_until=None)

    async def parked(self, task: UUID, reason: str) -> None:
        await self._set(task, next_offer_at=None, lease_until=None, parked=reason)

    async def _set(self, task: UUID, **values: Any) -> None:
        async with self._database.transaction() as transaction:
            await transaction.session.execute(
                update(agency_tasks).where(agency_tasks.c.id == task, agency_tasks.c.closed_at.is_(None)).values(values)
            )

    async def document_sequence(self, task: UUID, mall: str, service: str, year: int) -> int:
        own = select(agency_tasks.c.document_sequence).where(agency_tasks.c.id == task).with_for_update()
        async with self._database.transaction() as transaction:
            session = transaction.session
            taken: int | None = await session.scalar(own)
            if taken is not None:
                return taken
            count = upsert(counters).values(kind="document", mall=mall, series=service, year=year, value=1)
            next_one = count.on_conflict_do_update(
                index_elements=["kind", "mall", "series", "year"], set_={"value": counters.c.value + 1}
            )
            value: int = (await session.execute(next_one.returning(counters.c.value))).scalar_one()
            await session.execute(update(agency_tasks).where(agency_tasks.c.id == task).values(document_sequence=value))
        return value

    async def keep_prepared(self, task: UUID, prepared: PreparedDocument) -> PreparedDocument:
        await _BEFORE_PREPARED_IS_KEPT.reach()
        async with self._database.transaction() as transaction:
            await transaction.session.execute(
                update(agency_tasks)
                .where(agency_tasks.c.id == task, agency_tasks.c.prepared.is_(None))
                .values(prepared=_json(prepared))
            )
        kept = await self.find(task)
        return kept.prepared if kept and kept.prepared else prepared


def _json(prepared: PreparedDocument) -> dict[str, Any]:
    return {"number": prepared.number, "input": dict(prepared.input), "state": dict(prepared.state)}
