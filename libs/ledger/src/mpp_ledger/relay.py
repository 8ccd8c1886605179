"""Sends the ledger to the stream, in order, at least once: the only publisher of a service's facts."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import nats.errors
import nats.js.errors
from mpp_failpoints import Failpoint
from mpp_telemetry.log import describe, get_logger
from mpp_telemetry.metrics import Count, Duration
from nats.js import api

from mpp_ledger.bus import Bus
from mpp_ledger.database import Database
from mpp_ledger.events import to_headers
from mpp_ledger.waiting import wait

_BEFORE_PUBLISH = Failpoint("relay.before_publish")
_AFTER_ACK = Failpoint("relay.after_ack")
_log = get_logger(__name__)
_PUBLISHED = Duration("messaging.client.operation.duration", "A window of facts, until the last acknowledgement.")
_SENT = Count("messaging.client.sent.messages", "{message}", "Facts the stream acknowledged.")
_BATCH = 256  # rows read at once
_WINDOW = 64  # messages on their way without an acknowledgement
_POLL = 1.0
_COLUMNS = "tx, seq, id, key, version, type, subject, at, body, prev_hash, hash, traceparent"

# Everything below the snapshot's xmin is decided, and nothing can still be committed below it.
_NEXT = f"""
    SELECT {_COLUMNS} FROM events
    WHERE (tx, seq) > ($1::xid8, $2::bigint) AND tx < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY tx, seq LIMIT {_BATCH}
"""  # noqa: S608
_CURSOR = """
    SELECT tx, seq, greatest(tx, (SELECT tx FROM events ORDER BY tx DESC LIMIT 1))
           >= pg_snapshot_xmax(pg_current_snapshot()) AS ahead
    FROM relay_cursor WHERE stream = $1
"""


class CursorAheadError(Exception):
    """A dump was restored into another cluster, where transaction ids begin anew: run `events rebase`."""


_PASSING = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, nats.errors.Error, CursorAheadError)


class Relay:
    """One runs per service, the others wait for its lock. `stream` is the service's, `source` "/mpp/<service>"."""

    def __init__(self, database: Database, bus: Bus, stream: str, source: str) -> None:
        self._database = database
        self._bus = bus
        self._stream = stream
        self._source = source
        self._woken = asyncio.Event()
        database.after_commit.append(self.wake)

    def wake(self) -> None:
        """There may be something to send."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; outlives restarts of PostgreSQL and NATS."""
        failed = ""
        while not stop.is_set():
            try:
                await self._relay(stop)
            except _PASSING as error:
                if (kind := type(error).__name__) != failed:
                    failed = kind
                    _log.warning("relay interrupted", stream=self._stream, **describe(error))
                await wait(stop, 1.0)
            else:
                failed = ""

    async def _relay(self, stop: asyncio.Event) -> None:
        connection = await self._database.dedicated("relay")
        try:
            lock = f"relay:{self._stream}"
            while not await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", lock):
                if await wait(stop, _POLL):
                    return
            await self._bus.ensure_stream(self._stream, [f"mpp.{self._stream.lower()}.v1.>"])
            cursor = await self._cursor(connection)
            _log.info("relay leads", stream=self._stream)
            while not stop.is_set():
                self._woken.clear()
                rows = await connection.fetch(_NEXT, *cursor)
                for start in range(0, len(rows), _WINDOW):
                    window = rows[start : start + _WINDOW]
                    facts = [row["type"].rpartition(".")[2] for row in window]
                    await _BEFORE_PUBLISH.reach(*facts)
                    await send(self._bus, self._stream, self._source, window)
                    await _AFTER_ACK.reach(*facts)
                    cursor = (window[-1]["tx"], window[-1]["seq"])
                    await connection.execute(
                        "UPDATE relay_cursor SET tx = $2, seq = $3, moved_at = now() WHERE stream = $1",
                        self._stream,
                        *cursor,
                    )
                if len(rows) < _BATCH:
                    await wait(stop, _POLL, self._woken)
        finally:
            await connection.close(timeout=2)

    async def _cursor(self, connection: asyncpg.Connection) -> tuple[int, int]:
        await connection.execute(
            "INSERT INTO relay_cursor (stream, tx, seq) VALUES ($1, '0', 0) ON CONFLICT DO NOTHING", self._stream
        )
        row = await connection.fetchrow(_CURSOR, self._stream)
        if row["ahead"]:
            raise CursorAheadError
        return row["tx"], row["seq"]


async def send(bus: Bus, stream: str, source: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Publishes ledger rows in this order and returns when the stream holds them all; on an error some may be stored.

    Each message but the first names its predecessor, so that the stream refuses it if that one is not there.
    """
    told, begun = {"messaging.system": "nats", "messaging.destination.name": stream}, time.perf_counter()
    operation = {**told, "messaging.operation.name": "publish"}
    try:
        await _publish(bus, stream, source, rows)
    except Exception as error:
        operation["error.type"] = type(error).__name__
        raise
    finally:
        _PUBLISHED.record(time.perf_counter() - begun, operation)
    _SENT.add(len(rows), told)


async def _publish(bus: Bus, stream: str, source: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if not bus.nc.is_connected:
        raise nats.errors.ConnectionReconnectingError
    messages = [(row["subject"], row["body"], to_headers(row, source)) for row in rows]
    ids = [None, *(headers["Nats-Msg-Id"] for _, _, headers in messages)]
    sending = (
        bus.js.publish(subject, body, stream=stream, headers=headers | _behind(before))
        for (subject, body, headers), before in zip(messages, ids, strict=False)
    )
    answers = await asyncio.gather(*sending, return_exceptions=True)
    failures = [answer for answer in answers if isinstance(answer, BaseException)]
    if failures and all(isinstance(failure, nats.js.errors.APIError) for failure in failures):
        # Some were there already, from before a crash, with others behind them: go over them one by one.
        for subject, body, headers in messages:
            await bus.js.publish(subject, body, stream=stream, headers=headers)
    elif failures:
        raise failures[0]


def _behind(before: str | None) -> dict[str, str]:
    return {api.Header.EXPECTED_LAST_MSG_ID: before} if before else {}
