"""Transactions: a repeat gets the first answer, a commit is never torn, and a database away is said as what it is."""

import asyncio
from typing import Any

import asyncpg
import pytest
from mpp_ledger.database import Database, Stored
from mpp_ledger.events import FIRST_PREV_HASH
from mpp_ledger.sql import run
from mpp_runtime.errors import CommitUnknown, Invalid, NotFound, Text, TryLater
from sqlalchemy.exc import IntegrityError

from tests.integration.ledger.parts import submitted
from tests.integration.ledger.test_relay import NOW, count_events


async def create(database: Database, n: int, fingerprint: bytes = b"same") -> Stored | None:
    """As a POST does: its own new key, the idempotency row after the lock."""
    async with database.transaction(lock=[f"new-{n}"]) as transaction:
        if stored := await transaction.idempotent("siti", "key-1", fingerprint):
            return stored
        await asyncio.sleep(0.05)
        await transaction.publish(submitted(f"new-{n}"), key=f"new-{n}", at=NOW)
        await transaction.remember("siti", "key-1", 201, b'{"id":%d}' % n, {"ETag": '"1"'})
    return None


async def test_twenty_equal_requests_at_once_happen_once(database: Database) -> None:
    answers = await asyncio.gather(*(create(database, n) for n in range(20)))
    repeats = [answer for answer in answers if answer]
    assert len(repeats) == 19
    assert await count_events(database) == 1
    first = answers.index(None)
    assert {(a.status, a.body, a.headers["ETag"]) for a in repeats} == {(201, b'{"id":%d}' % first, '"1"')}


async def test_the_same_key_for_another_request_is_refused(database: Database) -> None:
    await create(database, 1)
    with pytest.raises(Invalid) as refused:
        await create(database, 2, b"other")
    assert refused.value.code == "idempotency-key-reused"
    assert await count_events(database) == 1


async def test_a_refused_request_leaves_its_key_free(database: Database) -> None:
    async def refuse() -> None:
        async with database.transaction() as transaction:
            await transaction.idempotent("siti", "key-1", b"same")
            raise NotFound("gone", Text("", ""))

    with pytest.raises(NotFound):
        await refuse()
    assert await create(database, 1) is None


async def test_a_claim_without_an_answer_is_a_fault(database: Database) -> None:
    with pytest.raises(RuntimeError, match="not remembered"):
        async with database.transaction() as transaction:
            await transaction.idempotent("siti", "key-1", b"same")
    assert await create(database, 1) is None


async def test_cancelling_the_caller_does_not_tear_the_commit(database: Database, monkeypatch: Any) -> None:
    committing = asyncio.Event()
    original = Database._commit

    async def slow_commit(self: Database, session: Any, transaction: Any) -> None:
        committing.set()
        await asyncio.sleep(0.3)
        await original(self, session, transaction)

    monkeypatch.setattr(Database, "_commit", slow_commit)
    woken: list[int] = []
    database.after_commit.append(lambda: woken.append(1))
    request = asyncio.create_task(create(database, 1))
    await committing.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert await count_events(database) == 1
    assert woken == [1]
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_cancelling_before_the_commit_rolls_back(database: Database) -> None:
    request = asyncio.create_task(create(database, 1))
    await asyncio.sleep(0.04)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert await count_events(database) == 0
    assert await create(database, 2) is None


async def test_a_commit_without_an_answer_is_unknown(database: Database, postgres: Any) -> None:
    async def lose_the_connection() -> None:
        async with database.transaction(lock=["k"]) as transaction:
            await transaction.publish(submitted("k"), key="k", at=NOW)
            await terminate(postgres, (await run(transaction.session, "SELECT pg_backend_pid()")).scalar_one())

    with pytest.raises(CommitUnknown):
        await lose_the_connection()
    assert await create(database, 1) is None  # the pool has recovered


async def test_a_connection_lost_before_the_commit_is_try_later(database: Database, postgres: Any) -> None:
    async def lose_the_connection() -> None:
        async with database.transaction() as transaction:
            await terminate(postgres, (await run(transaction.session, "SELECT pg_backend_pid()")).scalar_one())
            await run(transaction.session, "SELECT 1")

    with pytest.raises(TryLater) as refused:
        await lose_the_connection()
    assert not isinstance(refused.value, CommitUnknown)


async def test_a_connection_that_ended_in_the_pool_is_replaced_unnoticed(database_url: str, postgres: Any) -> None:
    database = Database.connect(database_url, pool_size=1)
    async with database.statement() as connection:
        gone = await connection.fetchval("SELECT pg_backend_pid()")
    await terminate(postgres, gone)
    async with asyncio.timeout(5):
        while not connection.is_closed():  # noqa: ASYNC110 - the driver offers a flag only
            await asyncio.sleep(0.01)
    await database.ping()
    async with database.statement() as connection:
        assert await connection.fetchval("SELECT pg_backend_pid()") != gone
    await database.close()


async def test_a_checkout_and_a_single_statement_are_one_round_trip(database: Database) -> None:
    async with database.statement() as connection:
        asked: list[str] = []
        connection.add_query_logger(lambda query: asked.append(query.query))
    async with database.statement() as connection:
        assert await connection.fetchval("SELECT 1") == 1
    assert asked == ["SELECT 1"]


async def test_the_rows_that_begin_a_key_are_chained_as_published_ones_are(database: Database) -> None:
    async with database.transaction(lock=["a", "b"]) as transaction:
        begun = transaction.begin([(submitted("a"), NOW), (submitted("a", "2026-09-02"), NOW)], key="a", region="33.14")
        assert [row["version"] for row in begun] == [1, 2]
        assert begun[1]["prev_hash"] == begun[0]["hash"]
        (other,) = transaction.begin([(submitted("a"), NOW)], key="b")
        assert (other["version"], other["prev_hash"]) == (1, FIRST_PREV_HASH)
        assert [event.key for event in transaction.published] == ["a", "a", "b"]
        with pytest.raises(ValueError, match="lock"):
            transaction.begin([(submitted("a"), NOW)], key="c")


async def test_what_postgresql_refuses_at_commit_is_not_unknown(database: Database) -> None:
    async with database.transaction() as transaction:
        await run(transaction.session, "CREATE TABLE once (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(IntegrityError):
        async with database.transaction() as transaction:
            await run(transaction.session, "INSERT INTO once VALUES (1), (1)")


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
async def test_text_that_cannot_be_stored_is_the_callers_fault(database: Database, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        async with database.transaction() as transaction:
            await run(transaction.session, "INSERT INTO effects (key) VALUES (:key)", key=text)
    assert refused.value.code == "unstorable-text"


async def test_a_database_that_is_away_is_try_later() -> None:
    away = Database.connect("postgresql://nobody:secret@127.0.0.1:1/nothing")
    with pytest.raises(TryLater) as refused:
        await away.ping()
    assert refused.value.code == "database-unavailable"
    await away.close()


async def test_a_transaction_left_open_is_ended_by_the_server(database: Database) -> None:
    async with database.read() as session:
        shown = [
            (await run(session, f"SHOW {name}")).scalar_one()
            for name in ("transaction_timeout", "idle_in_transaction_session_timeout", "application_name")
        ]
    assert shown == ["30s", "10s", "runtime tests"]


async def test_locks_are_taken_before_the_first_xid_and_sorted(database: Database) -> None:
    async with database.transaction(lock=["b", "a", "b"]) as transaction:
        xid = (await run(transaction.session, "SELECT pg_current_xact_id_if_assigned()::text")).scalar_one()
        locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        held = (await run(transaction.session, locks)).scalar_one()
    assert xid is None
    assert held == 2
    assert transaction.locked == {"a", "b"}


async def test_opposite_lock_orders_do_not_deadlock(database: Database) -> None:
    async def both(keys: list[str]) -> None:
        for _ in range(15):
            async with database.transaction(lock=keys) as transaction:
                for key in keys:
                    await transaction.publish(submitted(key), key=key, at=NOW)

    async with asyncio.timeout(20):
        await asyncio.gather(both(["a", "b"]), both(["b", "a"]), both(["a", "b"]), both(["b", "a"]))
    assert await count_events(database) == 120


async def terminate(postgres: Any, pid: int) -> None:
    admin = await asyncpg.connect(postgres.admin_url)
    await admin.execute("SELECT pg_terminate_backend($1)", pid)
    await admin.close()
