"""Published definitions and resolved offerings."""

import json
from datetime import date, datetime

from mpp_ledger.database import Database
from sqlalchemy import and_, text
from sqlmodel import col, select

from mpp_catalog.domain.offerings import Definition
from mpp_catalog.storage.tables import DefinitionRow, OfferingRow, RetirementRow
from mpp_catalog.use_cases.ports import StoredOffering, StoredPeriod

_IN_FORCE = text(
    """
    SELECT o.mall, o.service, o.digest, o.definition_digest, o.body,
           CAST(p.ends AS timestamp) AT TIME ZONE m.time_zone AS ends
    FROM malls m
    JOIN offering_periods p ON p.mall = m.code AND p.service = :service
    JOIN offerings o ON o.digest = p.digest
    WHERE m.code = :mall
      AND p.starts <= CAST(CAST(:at AS timestamptz) AT TIME ZONE m.time_zone AS date)
      AND (p.ends IS NULL OR p.ends > CAST(CAST(:at AS timestamptz) AT TIME ZONE m.time_zone AS date))
    """
)

DEFINITIONS = select(DefinitionRow, col(RetirementRow.effective_to)).outerjoin(
    RetirementRow,
    and_(
        col(RetirementRow.service) == col(DefinitionRow.service),
        col(RetirementRow.version) == col(DefinitionRow.version),
        col(RetirementRow.approved_at).is_not(None),
    ),
)

_BEGUN = text(
    """
    SELECT p.starts, p.ends, o.mall, o.service, o.digest, o.definition_digest, o.body,
           CAST(p.ends AS timestamp) AT TIME ZONE m.time_zone
    FROM malls m
    JOIN offering_periods p ON p.mall = m.code AND p.service = :service
    JOIN offerings o ON o.digest = p.digest
    WHERE m.code = :mall AND p.starts <= CAST(CAST(:at AS timestamptz) AT TIME ZONE m.time_zone AS date)
    ORDER BY p.starts
    """
)


class StoredOfferings:
    """Reads them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def generation(self) -> int:
        async with self._database.read() as session:
            return int((await session.execute(text("SELECT generation FROM catalog_state"))).scalar_one())

    async def in_force(self, mall: str, service: str, at: datetime) -> StoredOffering | None:
        async with self._database.read() as session:
            row = (await session.execute(_IN_FORCE, {"mall": mall, "service": service, "at": at})).one_or_none()
        return StoredOffering(*row) if row else None

    async def begun(self, mall: str, service: str, at: datetime) -> list[StoredPeriod]:
        async with self._database.read() as session:
            rows = (await session.execute(_BEGUN, {"mall": mall, "service": service, "at": at})).all()
        return [StoredPeriod(row[0], row[1], StoredOffering(*row[2:])) for row in rows]

    async def by_digest(self, digest: str) -> StoredOffering | None:
        async with self._database.read() as session:
            row = await session.get(OfferingRow, digest)
        return StoredOffering(row.mall, row.service, row.digest, row.definition_digest, row.body) if row else None

    async def definition_by_digest(self, digest: str) -> Definition | None:
        async with self._database.read() as session:
            row = (await session.execute(DEFINITIONS.where(col(DefinitionRow.digest) == digest))).one_or_none()
        return to_definition(*row) if row else None

    async def definitions(self, service: str | None = None) -> list[Definition]:
        query = DEFINITIONS.order_by(
            col(DefinitionRow.service), col(DefinitionRow.effective_from), col(DefinitionRow.version)
        )
        if service is not None:
            query = query.where(col(DefinitionRow.service) == service)
        async with self._database.read() as session:
            return [to_definition(*row) for row in await session.execute(query)]

    async def published_at(self, service: str) -> dict[str, datetime]:
        query = select(DefinitionRow.version, DefinitionRow.published_at).where(col(DefinitionRow.service) == service)
        async with self._database.read() as session:
            return {row.version: row.published_at for row in await session.execute(query)}


def to_definition(row: DefinitionRow, retired_to: date | None) -> Definition:
    """A row of DEFINITIONS."""
    body = json.loads(row.body)
    return Definition(row.service, row.version, body["definition"], body["templates"], retired_to)
