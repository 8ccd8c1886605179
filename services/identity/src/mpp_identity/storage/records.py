"""Who looked, who consented, who acts for whom."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from mpp_identity.storage.tables import AccessRow, ConsentRow, MandateRow
from mpp_identity.use_cases.ports import AccessEntry, Consent, Mandate


class StoredAccessLog:
    """Implements ports.AccessLog. Ids are UUIDv7, so their order is the order of time."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def write(self, entry: AccessEntry) -> None:
        self._session.add(AccessRow(**vars(entry) | {"fields": list(entry.fields)}))
        await self._session.flush()

    async def of_person(self, person: UUID, limit: int, before: UUID | None) -> list[AccessEntry]:
        older = [col(AccessRow.id) < before] if before else []
        found = await self._session.execute(
            select(AccessRow)
            .where(col(AccessRow.person) == person, *older)
            .order_by(col(AccessRow.id).desc())
            .limit(limit)
        )
        return [
            AccessEntry(row.id, row.person, row.at, row.reader, row.purpose, tuple(row.fields), row.application)
            for row in found.scalars()
        ]


class StoredConsents:
    """Implements ports.Consents: the last word per client."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def give(self, consent: Consent) -> None:
        await self._session.execute(
            insert(ConsentRow)
            .values(**vars(consent))
            .on_conflict_do_update(
                index_elements=["account", "client_id"], set_={"scope": consent.scope, "given_at": consent.given_at}
            )
        )

    async def withdraw(self, account: UUID, client_id: str) -> bool:
        gone = await self._session.execute(
            delete(ConsentRow)
            .where(col(ConsentRow.account) == account, col(ConsentRow.client_id) == client_id)
            .returning(col(ConsentRow.client_id))
        )
        return gone.first() is not None

    async def of_account(self, account: UUID) -> list[Consent]:
        found = await self._session.execute(
            select(ConsentRow).where(col(ConsentRow.account) == account).order_by(col(ConsentRow.given_at).desc())
        )
        return [Consent(row.account, row.client_id, row.scope, row.given_at) for row in found.scalars()]


class StoredMandates:
    """Implements ports.Mandates."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def between(self, actor: UUID, subject: UUID, at: datetime) -> list[Mandate]:
        found = await self._session.execute(
            select(MandateRow).where(
                col(MandateRow.actor) == actor,
                col(MandateRow.subject) == subject,
                col(MandateRow.valid_from) <= at,
                col(MandateRow.valid_until) > at,
                or_(col(MandateRow.revoked_at).is_(None), col(MandateRow.revoked_at) > at),
            )
        )
        return [_mandate(row) for row in found.scalars()]

    async def of_person(self, person: UUID) -> list[Mandate]:
        found = await self._session.execute(
            select(MandateRow)
            .where(or_(col(MandateRow.actor) == person, col(MandateRow.subject) == person))
            .order_by(col(MandateRow.valid_from).desc())
        )
        return [_mandate(row) for row in found.scalars()]


def _mandate(row: MandateRow) -> Mandate:
    return Mandate(
        row.id, row.subject, row.actor, tuple(row.acts), tuple(row.services), row.valid_from, row.valid_until
    )
