"""One statement with named values, and the way past SQLAlchemy where that costs too much."""

from typing import Any

import asyncpg
from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncSession


async def run(session: AsyncSession, statement: str, **values: Any) -> CursorResult[Any]:
    """Executes it; `:name` stands for a value, always bound, never pasted."""
    result = await session.execute(text(statement), values)
    assert isinstance(result, CursorResult)
    return result


async def driver(session: AsyncSession) -> asyncpg.Connection:
    """The driver's connection under a session, inside its transaction if one has begun: for hot statements."""
    return (await (await session.connection()).get_raw_connection()).driver_connection
