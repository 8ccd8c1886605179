"""PostgreSQL: sessions to read with, transactions that publish, a commit that cancellation cannot tear."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from mpp_failpoints import Failpoint
from mpp_runtime.errors import CommitUnknown, Refusal, Text, TryLater, unstorable_text
from mpp_telemetry.log import causes
from mpp_telemetry.metrics import Duration
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from mpp_ledger.events import LedgerEvent
from mpp_ledger.sql import driver, run
from mpp_ledger.transaction import Stored, Transaction

__all__ = ["Database", "LedgerEvent", "Stored", "Transaction"]

_BEFORE_COMMIT = Failpoint("ledger.before_commit")
_AFTER_COMMIT = Failpoint("ledger.after_commit")
_DURATION = Duration("db.client.operation.duration", "From the wait for a connection to its return, by kind of use.")
_BUSY = Text("Sistem sedang sibuk. Coba lagi sebentar.", "The system is busy. Try again in a moment.")
_UNKNOWN = Text(
    "Belum pasti permintaan tersimpan. Ulangi dengan Idempotency-Key yang sama.",
    "It is not known whether the request was stored. Repeat it with the same Idempotency-Key.",
)
# Classes of SQLSTATE that pass with time: connection, rolled back (deadlock, serialisation), resources, operator, lock.
_PASSING = ("08", "40", "53", "57", "55P03", "25P03", "25P04")
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(k, 0)) FROM unnest(CAST(:keys AS text[])) k"
# An open writer holds every relay of the cluster back (reliability §0.4): none may stay open long.
_NOT_LONG = {"transaction_timeout": "30s", "idle_in_transaction_session_timeout": "10s"}
_UNSTORABLE_STATES = ("22021", "22P05")


def _sqlstate(error: BaseException) -> str:
    return next((state for cause in causes(error) if (state := str(getattr(cause, "sqlstate", None) or ""))), "")


def _refusal(error: Exception) -> Refusal | None:
    """What a database error means to the caller; nothing if it is the operator's to mend."""
    state = _sqlstate(error)
    lost = isinstance(error, OSError | PoolTimeout | asyncpg.InterfaceError)
    lost = lost or (isinstance(error, DBAPIError) and error.connection_invalidated)
    if lost or state.startswith(_PASSING):
        return TryLater("database-unavailable", _BUSY)
    unstorable = state in _UNSTORABLE_STATES or any(isinstance(cause, UnicodeEncodeError) for cause in causes(error))
    return unstorable_text() if unstorable else None


def _refuse_closed(connection: Any, *_: Any) -> None:
    """The loop has heard of a connection that ended; `pool_pre_ping` would ask for three round trips each time."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


async def _shielded(work: Coroutine[Any, Any, None]) -> None:
    """Runs to its end even if the caller is cancelled meanwhile; the cancellation is raised afterwards."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


class Database:
    """One pool. `after_commit` hooks run after each transaction that published something."""

    def __init__(self, engine: AsyncEngine, url: str, application_name: str) -> None:
        self.engine = engine
        self.after_commit: list[Callable[[], None]] = []
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        self._url = url
        self._application_name = application_name

    @classmethod
    def connect(cls, url: str, pool_size: int = 8, application_name: str = "mpp") -> "Database":
        """`url` is postgresql://user:password@host:port/database. Connections are made when first needed."""
        engine = create_async_engine(
            make_url(url).set(drivername="postgresql+asyncpg"),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            hide_parameters=True,
            connect_args={"timeout": 5, "server_settings": {"application_name": application_name, **_NOT_LONG}},
        )
        event.listen(engine.sync_engine, "checkout", _refuse_closed)
        return cls(engine, url, application_name)

    async def close(self) -> None:
        await self.engine.dispose()

    async def dedicated(self, purpose: str) -> asyncpg.Connection:
        """A connection outside the pool, for a session lock; the caller closes it."""
        settings = {"application_name": f"{self._application_name} {purpose}", "synchronous_commit": "off"}
        return await asyncpg.connect(self._url, timeout=5, server_settings=settings)

    async def ping(self) -> None:
        """Raises TryLater if the database does not answer."""
        async with self.read() as session:
            await run(session, "SELECT 1")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads; whatever it does is rolled back."""
        async with self._session("read") as session:
            yield session

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[asyncpg.Connection]:
        """For single statements, each a transaction of its own in one round trip. Raises TryLater as the others do."""
        async with self._session("statement") as session:
            yield await driver(session)

    @asynccontextmanager
    async def transaction(self, *, lock: Iterable[str] = ()) -> AsyncIterator[Transaction]:
        """Commits at the end of the block, rolls back if it raises.

        `lock`: keys whose events may be published; their advisory locks are taken, sorted, before anything gives the
        transaction an xid, else an older xid could carry a later version (reliability §0.4).
        Raises TryLater when the database is away, CommitUnknown when COMMIT got no answer.
        """
        keys = sorted(set(lock))
        async with self._session("transaction") as session:
            transaction = Transaction(session, frozenset(keys))
            try:
                if keys:
                    await run(session, _LOCK, keys=keys)
                yield transaction
                transaction.check_remembered()
                await session.flush()
            except BaseException:
                await _shielded(session.rollback())
                raise
            await _shielded(self._commit(session, transaction))

    async def _commit(self, session: AsyncSession, transaction: Transaction) -> None:
        facts = [event.type.rpartition(".")[2] for event in transaction.published]
        await _BEFORE_COMMIT.reach(*facts)
        try:
            await session.commit()
            await _AFTER_COMMIT.reach(*facts)
        except Exception as error:
            # An integrity (23) or rollback (40) state is PostgreSQL's own "no"; anything else is no answer at all.
            if _sqlstate(error).startswith(("23", "40")):
                raise
            raise CommitUnknown("commit-unknown", _UNKNOWN, retry_after=2) from error
        if transaction.published:
            for hook in self.after_commit:
                hook()

    @asynccontextmanager
    async def _session(self, use: str) -> AsyncIterator[AsyncSession]:
        session, begun = self._sessions(), time.perf_counter()
        told = {"db.system.name": "postgresql", "db.operation.name": use}
        try:
            yield session
        except Exception as error:
            if state := _sqlstate(error):
                told["error.type"] = state
            if refusal := _refusal(error):
                raise refusal from error
            raise
        finally:
            await _shielded(session.close())
            _DURATION.record(time.perf_counter() - begun, told)
