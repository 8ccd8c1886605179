"""PostgreSQL alone: the schema is the migration's, history is final, facts go into the ledger as they are."""

import json
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from mpp_applications.storage.store import StoredApplications
from mpp_applications.storage.tables import Table
from mpp_ledger.database import Database
from mpp_ledger.sql import run
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tests.unit.applications.acting import Actors
from tests.unit.applications.samples import SITI, VERIFIER


async def test_the_migration_makes_what_the_tables_say(database: Database) -> None:
    ours = Table.metadata

    def differences(connection: Connection) -> list[object]:
        def relevant(_thing: object, name: str | None, kind: str, *_: object) -> bool:
            return kind != "table" or name in ours.tables

        context = MigrationContext.configure(connection, opts={"include_object": relevant, "compare_type": True})
        return list(compare_metadata(context, ours))

    assert len(ours.tables) == 10
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history SET reason = 'x'",
        "DELETE FROM history",
        "UPDATE applications SET version = version - 1",
        "UPDATE applications SET status = 'APPROVED'",
        "UPDATE applications SET owner = 'other', version = version + 1",
        "UPDATE applications SET number = 'other', version = version + 1",
    ],
)
async def test_the_database_itself_refuses_what_must_never_happen(
    statement: str, database: Database, actors: Actors
) -> None:
    await actors.submitted()
    with pytest.raises(DBAPIError, match=r"never change|its version only"):
        async with database.transaction() as transaction:
            await run(transaction.session, statement)


async def test_a_closed_application_stays_closed_in_the_database_too(database: Database, actors: Actors) -> None:
    id = await actors.submitted()
    await actors.decide(VERIFIER, id, "reject", reason="Tidak memenuhi")
    with pytest.raises(DBAPIError, match="stays closed"):
        async with database.transaction() as transaction:
            await run(transaction.session, "UPDATE applications SET status = 'ISSUED', version = version + 1")


async def test_the_ledger_has_every_version_with_its_standing_and_nobodys_data(
    database: Database, actors: Actors, store: StoredApplications
) -> None:
    id = await actors.signing()
    async with database.read() as session:
        found = await run(session, "SELECT version, type, subject, body FROM events ORDER BY version")
        rows = found.mappings().all()
    history = await store.history(id)
    assert [row["version"] for row in rows] == [line.entry.version for line in history]
    assert [row["type"].rpartition(".")[2] for row in rows] == [line.event for line in history]
    last = json.loads(rows[-1]["body"])
    assert last["standing"]["status"] == "STATUS_APPROVED"
    assert (last["agency"], last["name"], UUID(last["standing"]["application"])) == ("esign", "sign", id)
    assert all(row["subject"] == f"{row['type']}.33.14" for row in rows)
    everything = b"".join(row["body"] for row in rows).decode()
    for private in ("Siti", "3314104708929001", "RSUD", "STR-PRW", SITI):
        assert private not in everything
