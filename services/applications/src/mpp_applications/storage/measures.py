"""How many files there are, whose they are, and what is late: counts by code, never a file."""

from collections.abc import Mapping
from typing import Any

from mpp_ledger.database import Database
from mpp_telemetry.metrics import Gauge, Observation, Samples

# Counting all files reads the whole table: seldom, and given up when it takes long.
_SELDOM = 60.0
_AGENCY_TASKS = """
    SELECT agency, count(*) FILTER (WHERE parked IS NULL) AS waiting,
           count(*) FILTER (WHERE parked IS NOT NULL) AS parked,
           count(*) FILTER (WHERE away_since IS NOT NULL AND parked IS NULL) AS away, max(attempt) AS offers,
           extract(epoch FROM now() - min(asked_at))::float8 AS oldest
    FROM agency_tasks WHERE closed_at IS NULL GROUP BY agency
"""
_DESK_TASKS = """
    SELECT agency, region, state, count(*) AS open, count(*) FILTER (WHERE due_at < now()) AS overdue,
           extract(epoch FROM now() - min(created_at))::float8 AS oldest
    FROM tasks WHERE closed_at IS NULL GROUP BY agency, region, state
"""
_FILES = "SELECT status, count(*) AS files FROM applications GROUP BY status"
_WAITING = Gauge("mpp.agency_tasks.waiting", "{task}", "Asked and not answered, by agency: connectors scale on this.")
_AGENCY_PARKED = Gauge("mpp.agency_tasks.parked", "{task}", "Not offered again before an operator looks.")
_AWAY = Gauge("mpp.agency_tasks.away", "{task}", "Waiting because nobody answers at the agency.")
_OFFERS = Gauge("mpp.agency_tasks.offers", "{attempt}", "The most offers of one open task.")
_AGENCY_OLDEST = Gauge("mpp.agency_tasks.oldest_age", "s", "Since the oldest open task was asked.")
_OPEN = Gauge("mpp.desk_tasks.open", "{task}", "In the inbox of a desk.")
_OVERDUE = Gauge("mpp.desk_tasks.overdue", "{task}", "Of them, past the deadline.")
_DESK_OLDEST = Gauge("mpp.desk_tasks.oldest_age", "s", "Since the oldest of them came.")
_BY_STATUS = Gauge("mpp.applications.files", "{application}", "Files, by status.")


def work_observed(database: Database) -> list[Observation]:
    """For `run_service`: agency tasks, desks, files."""

    async def ask(statement: str) -> list[Any]:
        async with database.statement() as connection:
            return list(await connection.fetch(statement))

    async def agencies() -> Mapping[Gauge, Samples]:
        rows = await ask(_AGENCY_TASKS)
        columns = {_WAITING: "waiting", _AGENCY_PARKED: "parked", _AWAY: "away", _OFFERS: "offers",
                   _AGENCY_OLDEST: "oldest"}  # fmt: skip
        return {gauge: [(row[column], {"agency": row["agency"]}) for row in rows] for gauge, column in columns.items()}

    async def desks() -> Mapping[Gauge, Samples]:
        rows = await ask(_DESK_TASKS)
        columns = {_OPEN: "open", _OVERDUE: "overdue", _DESK_OLDEST: "oldest"}
        return {
            gauge: [(row[column], {key: row[key] for key in ("agency", "region", "state")}) for row in rows]
            for gauge, column in columns.items()
        }

    async def files() -> Mapping[Gauge, Samples]:
        return {_BY_STATUS: [(row["files"], {"status": row["status"]}) for row in await ask(_FILES)]}

    return [Observation("agency tasks", agencies), Observation("desks", desks), Observation("files", files, _SELDOM)]
