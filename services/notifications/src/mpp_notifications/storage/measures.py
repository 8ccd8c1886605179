"""What people have not been told yet, and what was given up: counts, never a message."""

from collections.abc import Mapping

from mpp_ledger.database import Database
from mpp_telemetry.metrics import Gauge, Observation, Samples

_WAITING_NOW = """
    SELECT 'message' AS kind, count(*) AS waiting, extract(epoch FROM now() - min(created_at))::float8 AS oldest
    FROM messages WHERE state = 'PENDING'
    UNION ALL
    SELECT 'email', count(*), extract(epoch FROM now() - min(created_at))::float8
    FROM deliveries WHERE state IN ('PENDING', 'RETRY', 'SENDING')
"""
# The index `deliveries_troubled` holds these, so that the count stays small while the table grows.
_GIVEN_UP = "SELECT count(*) FROM deliveries WHERE (state IN ('RETRY', 'FAILED') OR ambiguous > 0) AND state = 'FAILED'"
_WAITING = Gauge("mpp.notifications.waiting", "{message}", "Not told yet.")
_OLDEST = Gauge("mpp.notifications.oldest_age", "s", "Age of the oldest of them.")
_FAILED = Gauge("mpp.notifications.failed", "{message}", "Given up, by kind.")


def messages_observed(database: Database) -> Observation:
    """For `run_service`."""

    async def look() -> Mapping[Gauge, Samples]:
        async with database.statement() as connection:
            rows = await connection.fetch(_WAITING_NOW)
            given_up = await connection.fetchval(_GIVEN_UP)
        return {
            _WAITING: [(row["waiting"], {"kind": row["kind"]}) for row in rows],
            _OLDEST: [(row["oldest"] or 0.0, {"kind": row["kind"]}) for row in rows],
            _FAILED: [(given_up, {"kind": "email"})],
        }

    return Observation("messages", look)
