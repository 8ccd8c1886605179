"""Full-text search over the cards of offerings, with spelling corrected word by word against a small vocabulary."""

from collections.abc import Sequence
from typing import Any

from mpp_ledger.database import Database
from sqlalchemy import text

from mpp_catalog.use_cases.ports import Hit, Query

# Trigram distance up to which a word is taken for another: "perwat" is 0.5 from "perawat".
_NEAR = 0.65
_SHORTEST_CORRECTED = 4
# Ranking reads each candidate's words; a term that half the country matches is cut before that.
_CANDIDATES = 2000
_NEAREST = text(
    """
    SELECT asked.word, near.word
    FROM unnest(CAST(:words AS text[]), CAST(:terms AS text[])) AS asked (word, term)
    CROSS JOIN LATERAL (
      SELECT w.word, w.word <-> asked.word AS distance FROM search_words w ORDER BY w.word <-> asked.word LIMIT 1
    ) AS near
    WHERE near.distance <= :near AND length(asked.word) >= :shortest
      AND NOT EXISTS (
        SELECT 1 FROM offering_periods p
        WHERE p.words @@ (to_tsquery('indonesian', asked.term) || to_tsquery('simple', asked.term))
      )
    """
)


class SearchIndex:
    """Reads it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._corrects: bool | None = None

    async def nearest_words(self, words: Sequence[str]) -> dict[str, str]:
        if not await self._corrects_spelling():
            return {}
        async with self._database.read() as session:
            rows = await session.execute(
                _NEAREST,
                {
                    "words": list(words),
                    "terms": [_term(word) for word in words],
                    "near": _NEAR,
                    "shortest": _SHORTEST_CORRECTED,
                },
            )
            return {row[0]: row[1] for row in rows}

    async def find(self, query: Query) -> list[Hit]:
        values: dict[str, Any] = {"at": query.at, "limit": query.limit, "candidates": _CANDIDATES}
        conditions = [
            "p.starts <= CAST(CAST(:at AS timestamptz) AT TIME ZONE m.time_zone AS date)",
            "(p.ends IS NULL OR p.ends > CAST(CAST(:at AS timestamptz) AT TIME ZONE m.time_zone AS date))",
        ]
        if query.mall is not None:
            conditions.append("p.mall = :mall")
            values["mall"] = query.mall
        if query.agency is not None:
            conditions.append(":agency = ANY (p.agencies)")
            values["agency"] = query.agency
        rank, wanted = "0", "CAST(NULL AS tsquery)"
        if query.terms:
            # Indonesian texts are stemmed, English ones are not; a term may begin a word of either.
            wanted = (" || " if query.any_term else " && ").join(
                f"(to_tsquery('indonesian', :term{n}) || to_tsquery('simple', :term{n}))"
                for n in range(len(query.terms))
            )
            values |= {f"term{n}": _term(term) for n, term in enumerate(query.terms)}
            conditions.append("p.words @@ wanted.query")
            rank = "CAST(ts_rank(words, query) * 1000000 AS bigint)"
        page = ""
        if query.after is not None:
            page = "WHERE (-rank, service, mall) > (-CAST(:rank AS bigint), :service, :after_mall)"
            values["rank"], values["service"], values["after_mall"] = query.after
        # Only constants and numbers are put together here; every value is bound.
        statement = f"""
            SELECT card, rank, service, mall FROM (
              SELECT card, service, mall, {rank} AS rank FROM (
                SELECT p.card, p.service, p.mall, p.words, wanted.query
                FROM offering_periods p JOIN malls m ON m.code = p.mall CROSS JOIN (SELECT {wanted} AS query) AS wanted
                WHERE {" AND ".join(conditions)} LIMIT :candidates
              ) AS candidates
            ) AS ranked {page} ORDER BY -rank, service, mall LIMIT :limit
        """  # noqa: S608
        async with self._database.read() as session:
            rows = (await session.execute(text(statement), values)).all()
        return [Hit(card, (int(rank), service, mall)) for card, rank, service, mall in rows]

    async def _corrects_spelling(self) -> bool:
        if self._corrects is None:
            async with self._database.read() as session:
                found = await session.execute(text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"))
                self._corrects = found.scalar_one_or_none() is not None
        return self._corrects


def _term(word: str) -> str:
    """`word` as the beginning of a word in a tsquery; words hold letters, digits and underscores only."""
    return f"'{word}':*"
