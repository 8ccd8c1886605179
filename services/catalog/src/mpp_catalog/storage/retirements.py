"""Retirements of published versions."""

from typing import Any

from mpp_ledger.database import Database
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from mpp_catalog.domain.drafts import Officer
from mpp_catalog.domain.retirement import Retirement
from mpp_catalog.storage.tables import RetirementRow


class StoredRetirements:
    """Reads them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, service: str) -> list[Retirement]:
        query = select(RetirementRow).where(col(RetirementRow.service) == service).order_by(col(RetirementRow.id))
        async with self._database.read() as session:
            return [_retirement(row) for row in (await session.execute(query)).scalars()]


class DatabaseRetirementChange:
    """Retirements of one public service, inside a transaction that holds its lock."""

    def __init__(self, session: AsyncSession, service: str) -> None:
        self._session = session
        self._service = service

    async def newest(self, version: str) -> Retirement | None:
        query = (
            select(RetirementRow)
            .where(col(RetirementRow.service) == self._service, col(RetirementRow.version) == version)
            .order_by(col(RetirementRow.id).desc())
            .limit(1)
        )
        row = (await self._session.execute(query)).scalar_one_or_none()
        return _retirement(row) if row else None

    async def put(self, retirement: Retirement) -> None:
        approval: dict[str, Any] = {
            "approver": vars(retirement.approver) if retirement.approver else None,
            "approved_at": retirement.approved_at,
        }
        asked = {
            "id": retirement.id,
            "service": retirement.service,
            "version": retirement.version,
            "effective_to": retirement.effective_to,
            "reason": retirement.reason,
            "legal_reference": dict(retirement.legal_reference),
            "asker": vars(retirement.asker),
            "asked_at": retirement.asked_at,
        }
        statement = insert(RetirementRow).values(**asked, **approval)
        await self._session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=approval))


def _retirement(row: RetirementRow) -> Retirement:
    return Retirement(
        row.id,
        row.service,
        row.version,
        row.effective_to,
        row.reason,
        row.legal_reference,
        Officer(**row.asker),
        row.asked_at,
        Officer(**row.approver) if row.approver else None,
        row.approved_at,
    )
