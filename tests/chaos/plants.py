"""Faults planted into a sound mall, each in a transaction that is rolled back: what the checker must find.

As the superuser, because the tables guard themselves against most of it.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from tests.chaos.mall import ChaosMall

# The file that was issued, a paper of it, its first message.
_FILE = "(SELECT application FROM issued_documents LIMIT 1)"
_HEARD = "(SELECT key FROM inbox ORDER BY version DESC LIMIT 1)"


@dataclass(frozen=True)
class Plant:
    """What is changed in which database, and the promise whose breach must be reported with these words."""

    what: str
    database: str
    statements: tuple[str, ...]
    promise: str
    words: str


def _plant(what: str, database: str, promise: str, words: str, *statements: str) -> Plant:
    return Plant(what, database, statements, promise, words)


PLANTS = [
    _plant("an acknowledged application is gone", "applications", "I1", "remembered with what it made",
           f"DELETE FROM idempotency_keys WHERE headers ->> 'Location' LIKE '%' || {_FILE}::text"),
    _plant("an application is there twice", "applications", "I1", "created by 0 requests",
           "INSERT INTO applications SELECT (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), "
           f"'number', null))).* FROM applications a WHERE id = {_FILE}"),
    _plant("a submission is there twice", "applications", "I1", "there 2 times",
           f"INSERT INTO history SELECT (jsonb_populate_record(h, '{{\"version\": 900}}')).* FROM history h "
           f"WHERE application = {_FILE} AND action = 'submit'"),
    _plant("a fact is gone from the ledger", "applications", "I3", "version 2 is missing",
           f"DELETE FROM events WHERE version = 2 AND key = {_FILE}::text"),
    _plant("a fact is gone from the ledger", "applications", "I2", "is in the history and not in the ledger",
           f"DELETE FROM events WHERE version = 2 AND key = {_FILE}::text"),
    _plant("a fact is gone from the history", "applications", "I2", "is in the ledger and not in the history",
           f"DELETE FROM history WHERE version = 2 AND application = {_FILE}"),
    _plant("two facts have changed places", "applications", "I3", "not chained",
           *(f"UPDATE events SET version = {new} WHERE version = {old} AND key = {_FILE}::text"
             for old, new in ((2, 900), (3, 2), (900, 3)))),
    _plant("a fact was rewritten", "applications", "I3", "not the hash of what it says",
           f"UPDATE events SET body = '{{}}' WHERE version = 3 AND key = {_FILE}::text"),
    _plant("a status was skipped", "applications", "I4", "does not lead from",
           "UPDATE history SET state = 'signing', status = 'APPROVED' "
           f"WHERE action = 'accept' AND application = {_FILE}"),
    _plant("a file moved without a fact", "applications", "I4", "where its history ends",
           f"UPDATE applications SET status = 'REJECTED', state = 'rejected' WHERE id = {_FILE}"),
    _plant("its offering is gone", "applications", "I4", "pinned to is not there",
           "DELETE FROM offerings"),
    _plant("an agency's result counted twice", "applications", "I2", "results recorded",
           "INSERT INTO agency_results SELECT (jsonb_populate_record(r, jsonb_build_object('id', "
           "gen_random_uuid()))).* FROM agency_results r WHERE status = 'recorded' LIMIT 1"),
    _plant("an issued document is gone", "applications", "I2", "0 issued documents, 1 times",
           "DELETE FROM issued_documents"),
    _plant("a paper's file is another", "applications", "I5", "not the one that was recorded",
           f"UPDATE attachments SET sha256 = repeat('0', 64) WHERE application = {_FILE}"),
    _plant("a document's file is gone", "applications", "I5", "is not there",
           "UPDATE issued_documents SET storage_key = 'documents/none.pdf'"),
    _plant("an agency task was forgotten", "applications", "I9", "overdue",
           f"UPDATE agency_tasks SET closed_at = null, lease_until = null, next_offer_at = now() - interval '1 hour' "
           f"WHERE id = (SELECT id FROM agency_tasks WHERE application = {_FILE} LIMIT 1)"),
    _plant("an agency task was put aside", "applications", "I10", "put aside: synthetic",
           f"UPDATE agency_tasks SET closed_at = null, parked = 'synthetic' "
           f"WHERE id = (SELECT id FROM agency_tasks WHERE application = {_FILE} LIMIT 1)"),
    _plant("the relay stands still", "applications", "I9", "not sent yet",
           "UPDATE relay_cursor SET tx = '0', seq = 0"),
    _plant("the subscriber missed a fact", "notifications", "I9", "has not heard everything",
           f"DELETE FROM inbox WHERE key = {_HEARD}"),
    _plant("the subscriber heard another fact", "notifications", "I2", "not in the ledger",
           f"UPDATE inbox SET hash = sha256('other') WHERE key = {_HEARD}"),
    _plant("a fact had no effect", "notifications", "I2", "no message came of it",
           "DELETE FROM inbox_entries WHERE id = (SELECT min(id::text)::uuid FROM messages)",
           "DELETE FROM messages WHERE id = (SELECT min(id::text)::uuid FROM messages)"),
    _plant("a fact had its effect twice", "notifications", "I2", "that was not committed, or that asks for none",
           "INSERT INTO messages SELECT (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid(), 'event', "
           "gen_random_uuid(), 'state', 'FAILED'))).* FROM messages m LIMIT 1"),
    _plant("a message was never shown", "notifications", "I7", "0 times in the inbox",
           "DELETE FROM inbox_entries WHERE id = (SELECT min(id::text)::uuid FROM messages)"),
    _plant("a message is shown to two people", "notifications", "I7", "without a message",
           "INSERT INTO inbox_entries SELECT (jsonb_populate_record(i, jsonb_build_object('id', gen_random_uuid()))).* "
           "FROM inbox_entries i LIMIT 1"),
    _plant("an e-mail that was never sent", "notifications", "I7", "the e-mail is there 0 times",
           "UPDATE deliveries SET id = gen_random_uuid() WHERE id = (SELECT min(id::text)::uuid FROM deliveries)"),
    _plant("an e-mail that was given up", "notifications", "I10", "the e-mail was given up",
           "UPDATE deliveries SET state = 'FAILED'"),
    _plant("an e-mail on its way for ever", "notifications", "I9", "not handed over yet",
           "UPDATE deliveries SET state = 'RETRY'"),
    _plant("a fact was put aside", "notifications", "I10", "put aside (synthetic)",
           "INSERT INTO parked_events (consumer, key, version, hash, subject, headers, body, reason) "
           "VALUES ('APPLICATIONS:notifications', 'k', 1, '', 's', '{}', '', 'synthetic')"),
    _plant("identity's chain is broken", "identity", "I3", "not the hash of what it says",
           "UPDATE events SET at = at + interval '1 second' WHERE version = 1"),
]  # fmt: skip


@asynccontextmanager
async def planted(mall: ChaosMall, plant: Plant) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees the fault; nobody else does, and it is gone afterwards. A plant that changes nothing is
    an error."""
    connection = await asyncpg.connect(_as_superuser(mall, plant.database))
    transaction = connection.transaction(isolation="repeatable_read")
    await transaction.start()
    try:
        await connection.execute("SET LOCAL session_replication_role = replica")  # no triggers
        for statement in plant.statements:
            done = await connection.execute(statement)
            assert not done.endswith(" 0"), f"{plant.what}: nothing was changed by {statement}"
        yield connection
    finally:
        await transaction.rollback()
        await connection.close()


def _as_superuser(mall: ChaosMall, database: str) -> str:
    password = (mall.data.secrets / "postgres" / "superuser").read_text()
    port = json.loads((mall.data.run / "ports.json").read_text())["postgres"]
    own = urlsplit(Path(mall.data.secrets / "postgres" / f"{database}.url").read_text())
    return urlunsplit(own._replace(netloc=f"postgres:{password}@127.0.0.1:{port}"))
