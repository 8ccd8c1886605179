"""One statement with named values."""

from typing import Any

from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncSession


async def run(session: AsyncSession, statement: str, **values: Any) -> CursorResult[Any]:
    """Executes it; `:name` stands for a value, always bound, never pasted."""
    result = await session.execute(text(statement), values)
    assert isinstance(result, CursorResult)
    return result
