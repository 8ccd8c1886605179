"""Full-text search: over texts that many offerings share, each statement one round trip past SQLAlchemy.

A text is matched and ranked once, not once a mall: how many malls there are hardly counts. A misspelt word is compared
with a small vocabulary; trigrams over names would be too slow.
"""

from collections.abc import Sequence
from typing import Any

from mpp_ledger.database import Database
from mpp_runtime.errors import Text

from mpp_catalog.domain.life_events import LifeEvent
from mpp_catalog.domain.reference import nearness
from mpp_catalog.use_cases.ports import Hit, Query

# Trigram distance up to which a word is taken for another: "perwat" is 0.5 from "perawat".
_NEAR = 0.65
_SHORTEST_CORRECTED = 4
_SERVICES_AT_ONCE = 4
# Circles around a region: its own mall, its regency, its province, and what is outside.
_OUTSIDE = 3
_NEAREST = """
    SELECT asked.word, near.word
    FROM unnest($1::text[], $2::text[]) AS asked (word, term)
    CROSS JOIN LATERAL (
      SELECT w.word, w.word <-> asked.word AS distance FROM search_words w ORDER BY w.word <-> asked.word LIMIT 1
    ) AS near
    WHERE near.distance <= $3::real AND length(asked.word) >= $4
      AND NOT EXISTS (
        SELECT 1 FROM search_texts t
        WHERE t.words @@ (to_tsquery('indonesian', asked.term) || to_tsquery('simple', asked.term))
      )
"""
# All words of a phrase are in the question; the longest phrase says most.
_LIFE_EVENTS = """
    SELECT e.code, e.name, e.services, max(numnode(p.query)) AS words
    FROM life_events e JOIN life_event_phrases p ON p.event = e.code
    WHERE to_tsvector('indonesian', $1) || to_tsvector('simple', $1) @@ p.query
      OR $2 AND starts_with(p.phrase, lower($1))
    GROUP BY e.code ORDER BY words DESC, e.code LIMIT 1
"""
_IN_FORCE = """p.starts <= ($1::timestamptz AT TIME ZONE m.time_zone)::date
      AND (p.ends IS NULL OR p.ends > ($1::timestamptz AT TIME ZONE m.time_zone)::date)"""


class SearchIndex:
    """Reads it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._corrects: bool | None = None

    async def nearest_words(self, words: Sequence[str]) -> dict[str, str]:
        if not await self._corrects_spelling():
            return {}
        async with self._database.statement() as connection:
            terms = [_term(word) for word in words]
            rows = await connection.fetch(_NEAREST, list(words), terms, _NEAR, _SHORTEST_CORRECTED)
        return {row[0]: row[1] for row in rows}

    async def find(self, query: Query) -> list[Hit]:
        async with self._database.statement() as connection:
            if query.mall is not None:
                statement, values = _at_a_mall(query, query.mall)
                rows = await connection.fetch(statement, *values)
            else:
                # In two steps, a few public services at a time: as one statement it was planned to take a minute.
                statement, values = _ranked_services(query)
                ranked, rows = await connection.fetch(statement, *values), []
                if query.near is not None:
                    rows, ranked = await _nearest(connection, query, query.near, ranked), []
                step = query.limit if query.once_a_service else _SERVICES_AT_ONCE
                while ranked and len(rows) < query.limit:
                    statement, values = _malls_of(query, ranked[:step])
                    rows += await connection.fetch(statement, *values)
                    ranked = ranked[step:]
        return [Hit(card, (int(rank), service, mall)) for card, rank, service, mall in rows[: query.limit]]

    async def life_event(self, text: str, begun: bool) -> LifeEvent | None:
        async with self._database.statement() as connection:
            row = await connection.fetchrow(_LIFE_EVENTS, text, begun)
        if row is None:
            return None
        name = row["name"]
        return LifeEvent(row["code"], Text(name["id"], name["en"]), (), tuple(row["services"]))

    async def _corrects_spelling(self) -> bool:
        if self._corrects is None:
            async with self._database.statement() as connection:
                found = await connection.fetchval("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
                self._corrects = found is not None
        return self._corrects


class _Values:
    """The bound values; each `of` gives the place of one. $1 is the time. Only places are put into statements."""

    def __init__(self, query: Query) -> None:
        self.all: list[Any] = [query.at]

    def of(self, value: Any) -> str:
        self.all.append(value)
        return f"${len(self.all)}"


def _at_a_mall(query: Query, mall: str) -> tuple[str, list[Any]]:
    """What the mall offers, each by its own text: there are hundreds of them at most."""
    values = _Values(query)
    source, rank = "offering_periods p", "0::bigint"
    conditions = [_IN_FORCE, f"p.mall = {values.of(mall)}::text", *_of_whom(query, values)]
    if query.terms:
        source = f"{source} JOIN search_texts t ON t.id = p.text CROSS JOIN {_wanted(query, values)}"
        conditions.append("t.words @@ wanted.query")
        rank = _RANK
    page = ""
    if query.after is not None:
        after, service = map(values.of, query.after[:2])
        page = f"WHERE (-rank, service) > (-{after}::bigint, {service}::text)"
    statement = f"""
        SELECT card, rank, service, mall FROM (
          SELECT p.card, {rank} AS rank, p.service, p.mall FROM {source} JOIN malls m ON m.code = p.mall
          WHERE {" AND ".join(conditions)}
        ) AS found {page} ORDER BY -rank, service LIMIT {values.of(query.limit)}
    """  # noqa: S608
    return statement, values.all


def _ranked_services(query: Query) -> tuple[str, list[Any]]:
    """Public services and their ranks, best first: one is found when a text of it has the words, at whichever mall."""
    values = _Values(query)
    source, rank, conditions = "search_texts t", "0::bigint", ["$1::timestamptz IS NOT NULL"]
    if query.terms:
        source = f"{source} CROSS JOIN {_wanted(query, values)}"
        conditions.append("t.words @@ wanted.query")
        rank = f"max({_RANK})"
    if query.services is not None:
        conditions.append(f"t.service = ANY ({values.of(list(query.services))}::text[])")
    page = ""
    if query.after is not None:
        after, service = map(values.of, query.after[:2])
        # The service of the last hit may have more malls; by nearness, all that rank as it does may have.
        page = f"WHERE (-rank, service) >= (-{after}::bigint, {service}::text)"
        if query.near is not None:
            page = f"WHERE rank <= {after}::bigint AND {service}::text IS NOT NULL"
    statement = f"""
        SELECT service, rank FROM (
          SELECT t.service, {rank} AS rank FROM {source} WHERE {" AND ".join(conditions)} GROUP BY t.service
        ) AS found {page} ORDER BY -rank, service{' COLLATE "C"' if query.near is not None else ""}
    """  # noqa: S608
    return statement, values.all


async def _nearest(connection: Any, query: Query, here: str, ranked: Sequence[Any]) -> list[Any]:
    """Offerings by rank, among equals by nearness, then by public service and mall; at least as many as asked for."""
    inside = [row[0] for row in await connection.fetch("SELECT code FROM malls WHERE starts_with(code, $1)", here[:2])]
    circles = [[mall for mall in inside if nearness(here, mall) == circle] for circle in range(3)]
    rows: list[Any] = []
    step: list[Any] = []
    for place, one in enumerate(ranked, 1):
        step.append(one)
        # Equals are taken together, and several ranks at once, as each may be of one public service alone.
        enough = len(step) >= (query.limit if query.once_a_service else _SERVICES_AT_ONCE)
        if place == len(ranked) or (enough and ranked[place][1] != one[1]):
            rows += await _in_circles(connection, query, here, [*circles, inside], step)
            step = []
        if len(rows) >= query.limit:
            break
    return rows


async def _in_circles(
    connection: Any, query: Query, here: str, circles: Sequence[Sequence[str]], ranked: Sequence[Any]
) -> list[Any]:
    """One circle around `here` after the other, and no further than needed; the last are those outside all of it."""
    equal = ranked[0][1] == ranked[-1][1]
    # Of many equals the first few fill a page.
    at_once = _SERVICES_AT_ONCE if equal and not query.once_a_service else len(ranked)
    found: list[Any] = []
    left = list(ranked)
    for circle, malls in enumerate(circles):
        if not malls and circle < len(circles) - 1:
            continue
        seen = set()
        for start in range(0, len(left), at_once):
            statement, values = _malls_of(query, left[start : start + at_once], here, circle, malls)
            read = await connection.fetch(statement, *values)
            seen |= {row[2] for row in read}
            found += [row for row in read if query.after is None or _place(here, row[1:]) > _place(here, query.after)]
            if equal and len(found) >= query.limit:
                return found
        if query.once_a_service:
            left = [row for row in left if row[0] not in seen]
    return sorted(found, key=lambda row: _place(here, row[1:]))


def _place(here: str, position: Sequence[Any]) -> tuple[int, int, str, str]:
    """Before what is greater than it."""
    rank, service, mall = position
    return -rank, nearness(here, mall), service, mall


def _malls_of(
    query: Query, ranked: Sequence[Any], here: str = "", circle: int = 0, malls: Sequence[str] | None = None
) -> tuple[str, list[Any]]:
    """The first malls that offer each of these public services; once: the first one. `malls`: those of a circle."""
    values = _Values(query)
    services, ranks = values.of([row[0] for row in ranked]), values.of([row[1] for row in ranked])
    conditions = [_IN_FORCE, "p.service = f.service", *_of_whom(query, values)]
    # Each public service once is one row each; a page is cut where all circles are known.
    limit = values.of(len(ranked) if malls is not None and query.once_a_service else query.limit)
    if malls is not None:
        among = "<> ALL" if circle == _OUTSIDE else "= ANY"
        conditions.append(f"p.mall {among} ({values.of(list(malls))}::text[])")
        if query.after is not None and not query.once_a_service:
            rank, service, mall = map(values.of, query.after)
            there = nearness(here, query.after[2])
            behind = "true" if circle > there else "false"
            if circle == there:
                behind = f'(f.service COLLATE "C", p.mall COLLATE "C") > ({service}::text, {mall}::text)'
            known = f"{service}::text IS NOT NULL AND {mall}::text IS NOT NULL"
            conditions.append(f"{known} AND (f.rank < {rank}::bigint OR {behind})")
    elif query.after is not None:
        service, mall = map(values.of, query.after[1:])
        more = "false" if query.once_a_service else f"p.mall > {mall}::text"
        conditions.append(f"(f.service <> {service}::text OR {mall}::text IS NOT NULL AND {more})")
    statement = f"""
        SELECT o.card, f.rank, f.service, o.mall
        FROM unnest({services}::text[], {ranks}::bigint[]) WITH ORDINALITY AS f (service, rank, place)
        CROSS JOIN LATERAL (
          SELECT p.card, p.mall FROM offering_periods p JOIN malls m ON m.code = p.mall
          WHERE {" AND ".join(conditions)} ORDER BY p.mall LIMIT {"1" if query.once_a_service else limit}
        ) AS o
        ORDER BY f.place, o.mall LIMIT {limit}
    """  # noqa: S608
    return statement, values.all


_RANK = "(ts_rank(t.words, wanted.query) * 1000000)::bigint"


def _of_whom(query: Query, values: _Values) -> list[str]:
    asked = []
    if query.agency is not None:
        asked.append(f"{values.of(query.agency)}::text = ANY (p.agencies)")
    if query.services is not None:
        asked.append(f"p.service = ANY ({values.of(list(query.services))}::text[])")
    return asked


def _wanted(query: Query, values: _Values) -> str:
    """Indonesian texts are stemmed, English ones are not; a term may begin a word of either."""
    places = [values.of(_term(term)) for term in query.terms]
    each = [f"(to_tsquery('indonesian', {place}) || to_tsquery('simple', {place}))" for place in places]
    return f"(SELECT {(' || ' if query.any_term else ' && ').join(each)} AS query) AS wanted"


def _term(word: str) -> str:
    """`word` as the beginning of a word in a tsquery; words hold letters, digits and underscores only."""
    return f"'{word}':*"
