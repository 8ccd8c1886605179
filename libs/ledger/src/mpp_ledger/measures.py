"""What waits: facts not yet in the stream, messages not yet heard, events that fail or are parked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from mpp_telemetry.metrics import Gauge, Observation, Samples

from mpp_ledger.bus import Bus
from mpp_ledger.consumer import OrderedConsumer
from mpp_ledger.database import Database

_LAG = """
    SELECT count(*) AS pending, extract(epoch FROM clock_timestamp() - min(at))::float8 AS oldest_seconds,
           count(*) FILTER (WHERE tx >= pg_snapshot_xmin(pg_current_snapshot())) AS held_back
    FROM events WHERE (tx, seq) > (SELECT tx, seq FROM relay_cursor WHERE stream = $1)
"""
# xmin is cluster-wide: the oldest writer of any database holds every relay back.
_BLOCKER = """
    SELECT pid, datname AS database, application_name, state, extract(epoch FROM now() - xact_start)::float8 AS seconds
    FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
    ORDER BY age(backend_xid) DESC LIMIT 1
"""
_TROUBLED = """
    SELECT consumer, count(*) AS failing, max(attempts) AS attempts, 0 AS parked FROM inbox_attempts GROUP BY consumer
    UNION ALL
    SELECT consumer, 0, 0, count(*) FROM parked_events WHERE status = 'parked' GROUP BY consumer
"""
_PENDING = Gauge("mpp.relay.pending", "{event}", "Committed and not yet in the stream.")
_OLDEST = Gauge("mpp.relay.oldest_age", "s", "Age of the oldest of them.")
_HELD_BACK = Gauge("mpp.relay.held_back", "{event}", "Of them, behind a transaction that is still open.")
_BLOCKER_AGE = Gauge("mpp.relay.blocker_age", "s", "How long the transaction is open that holds them back.")
_WAITING = Gauge("mpp.consumer.pending", "{message}", "In the stream, not yet delivered.")
_IN_FLIGHT = Gauge("mpp.consumer.in_flight", "{message}", "Delivered, not yet acknowledged.")
_FAILING = Gauge("mpp.consumer.failing", "{event}", "Failed at least once and tried again.")
_ATTEMPTS = Gauge("mpp.consumer.attempts", "{attempt}", "The most attempts of one of them.")
_PARKED = Gauge("mpp.consumer.parked", "{event}", "Put aside until an operator looks.")
_USED = Gauge("db.client.connection.count", "{connection}", "Connections of the pool, by state.")
_MAX = Gauge("db.client.connection.max", "{connection}", "Connections the pool may open.")
_STATE_USED, _STATE_IDLE = ({"db.client.connection.state": state} for state in ("used", "idle"))


async def lag(database: Database, stream: str) -> dict[str, Any]:
    """`pending` events, age of the oldest in seconds, how many an open transaction holds back, and which one."""
    async with database.statement() as connection:
        found = dict(await connection.fetchrow(_LAG, stream))
        blocker = await connection.fetchrow(_BLOCKER) if found["held_back"] else None
        return found | {"held_back_by": dict(blocker) if blocker else None}


def ledger_observed(
    database: Database, bus: Bus, stream: str, consumers: Sequence[OrderedConsumer] = ()
) -> list[Observation]:
    """For `run_service`: the relay, the consumers in the database and in the stream, the pool."""

    async def relay() -> Mapping[Gauge, Samples]:
        found, about = await lag(database, stream), {"stream": stream}
        blocker = found["held_back_by"]
        return {
            _PENDING: [(found["pending"], about)],
            _OLDEST: [(found["oldest_seconds"] or 0.0, about)],
            _HELD_BACK: [(found["held_back"], about)],
            # A role that may not see the others' transactions does not know: then it says nothing.
            _BLOCKER_AGE: [(blocker["seconds"], about)] if blocker else [] if found["held_back"] else [(0.0, about)],
        }

    async def inbox() -> Mapping[Gauge, Samples]:
        counted: dict[str, dict[str, int]] = {one.name: defaultdict(int) for one in consumers}
        async with database.statement() as connection:
            for row in await connection.fetch(_TROUBLED):
                for what in ("failing", "attempts", "parked"):
                    counted.setdefault(row["consumer"], defaultdict(int))[what] += row[what]
        return {
            gauge: [(counts[what], {"consumer": name}) for name, counts in counted.items()]
            for gauge, what in ((_FAILING, "failing"), (_ATTEMPTS, "attempts"), (_PARKED, "parked"))
        }

    async def streams() -> Mapping[Gauge, Samples]:
        infos = {one.name: await one.info() for one in consumers}
        return {
            _WAITING: [(info.num_pending or 0, {"consumer": name}) for name, info in infos.items()],
            _IN_FLIGHT: [(info.num_ack_pending or 0, {"consumer": name}) for name, info in infos.items()],
        }

    # Read when it is asked for: a pool that is used up is what nothing else could tell.
    pool: Any = database.engine.pool
    _USED.report(pool, lambda: [(pool.checkedout(), _STATE_USED), (pool.checkedin(), _STATE_IDLE)])
    _MAX.report(pool, lambda: [(pool.size(), {})])
    heard = [Observation("consumers", streams)] if consumers else []
    return [Observation("relay", relay), Observation("inbox", inbox), *heard]
