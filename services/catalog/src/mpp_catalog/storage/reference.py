"""Regions, malls, agencies and calendars."""

from mpp_ledger.database import Database
from mpp_runtime.errors import Text
from sqlalchemy import func
from sqlmodel import col, select

from mpp_catalog.domain.calendar import Calendar
from mpp_catalog.domain.reference import Agency, Mall, Region, TaskGrant
from mpp_catalog.storage.tables import AgencyRow, CalendarRow, MallRow, RegionRow


class StoredReference:
    """Reads them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def regions(self, parent: str | None, text: str | None, after: str | None, limit: int) -> list[Region]:
        query = select(RegionRow).where(col(RegionRow.valid_to).is_(None))
        if parent is not None:
            query = query.where(col(RegionRow.parent) == parent if parent else col(RegionRow.parent).is_(None))
        if text:
            query = query.where(func.lower(col(RegionRow.name)).contains(text.lower(), autoescape=True))
        if after is not None:
            query = query.where(col(RegionRow.code) > after)
        async with self._database.read() as session:
            rows = (await session.execute(query.order_by(col(RegionRow.code)).limit(limit))).scalars()
            return [Region(r.code, r.name, r.parent, r.valid_from, r.valid_to, r.successor, r.source) for r in rows]

    async def malls(self) -> list[Mall]:
        return await self._malls(None)

    async def mall(self, code: str) -> Mall | None:
        return next(iter(await self._malls(code)), None)

    async def agencies(self) -> list[Agency]:
        async with self._database.read() as session:
            rows = (await session.execute(select(AgencyRow).order_by(col(AgencyRow.code)))).scalars()
            return [_agency(row) for row in rows]

    async def agency(self, code: str) -> Agency | None:
        async with self._database.read() as session:
            row = await session.get(AgencyRow, code)
            return _agency(row) if row else None

    async def calendar(self, version: str) -> Calendar | None:
        async with self._database.read() as session:
            row = await session.get(CalendarRow, version)
            return Calendar.from_dict(row.body) if row else None

    async def _malls(self, code: str | None) -> list[Mall]:
        query = select(MallRow, RegionRow.name).join(RegionRow, col(RegionRow.code) == col(MallRow.code))
        if code is not None:
            query = query.where(col(MallRow.code) == code)
        async with self._database.read() as session:
            rows = (await session.execute(query.order_by(col(MallRow.code)))).all()
        return [
            Mall(
                row.code,
                row.name,
                region,
                row.time_zone,
                tuple(row.working_weekdays),
                Text(row.note["id"], row.note["en"]),
                row.calendar_version,
            )
            for row, region in rows
        ]


def _agency(row: AgencyRow) -> Agency:
    connector = row.connector or {"lookups": [], "tasks": []}
    return Agency(
        row.code,
        Text(row.name["id"], row.name["en"]),
        row.kind,
        row.simulated,
        row.connector is not None,
        tuple(connector["lookups"]),
        tuple(TaskGrant(task["name"], tuple(task["services"])) for task in connector["tasks"]),
        row.jwks or {},
    )
