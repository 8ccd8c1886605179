"""Searches without a result, by day, mall and words."""

from collections.abc import Sequence
from datetime import date

from mpp_ledger.database import Database

from mpp_catalog.use_cases.unmet_demand import Unmet

# Known words go on counting when the day is full; new ones do not, so that nobody fills the table with noise.
_ADD = """
    WITH given AS (
      SELECT * FROM unnest($2::text[], $3::text[], $4::bigint[]) AS g (mall, words, searches)
    ), room AS (SELECT greatest(0, $5 - count(*)) AS rows FROM unmet_searches WHERE day = $1),
    fresh AS (
      SELECT g.* FROM given g
      WHERE NOT EXISTS (SELECT 1 FROM unmet_searches u WHERE (u.day, u.mall, u.words) = ($1, g.mall, g.words))
      LIMIT (SELECT rows FROM room)
    ), old AS (DELETE FROM unmet_searches WHERE day < $6)
    INSERT INTO unmet_searches (day, mall, words, searches)
    SELECT $1, mall, words, searches FROM (
      SELECT * FROM fresh
      UNION ALL
      SELECT g.* FROM given g JOIN unmet_searches u ON (u.day, u.mall, u.words) = ($1, g.mall, g.words)
    ) AS counted ORDER BY mall, words
    ON CONFLICT (day, mall, words) DO UPDATE SET searches = unmet_searches.searches + excluded.searches
"""
_MOST_WANTED = """
    SELECT mall, words, sum(searches)::bigint AS searches, min(day), max(day) FROM unmet_searches
    WHERE day >= $1 AND ($2::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest($2::text[]) AS r (code) WHERE mall = r.code OR starts_with(mall, r.code || '.')
    ))
    GROUP BY mall, words HAVING sum(searches) >= $3 ORDER BY searches DESC, words, mall LIMIT $4
"""


class StoredUnmetSearches:
    """The table, written by every copy of the service at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, day: date, counted: Sequence[tuple[str, str, int]], most_a_day: int, oldest: date) -> None:
        """One statement, a transaction of its own."""
        malls, words, searches = zip(*counted, strict=True)
        async with self._database.statement() as connection:
            await connection.execute(_ADD, day, list(malls), list(words), list(searches), most_a_day, oldest)

    async def most_wanted(self, regions: Sequence[str] | None, since: date, from_: int, limit: int) -> list[Unmet]:
        """Most searched first."""
        seen = None if regions is None else list(regions)
        async with self._database.statement() as connection:
            rows = await connection.fetch(_MOST_WANTED, since, seen, from_, limit)
        return [Unmet(*row) for row in rows]
