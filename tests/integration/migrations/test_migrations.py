"""What `migrate` does and refuses, and which tables a release may run on."""

import argparse
import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import httpx
import pytest
from mpp_ledger.database import Database
from mpp_ledger.sql import run
from mpp_migrations import RefusedError, StoredSchema, add_migrate_command, migrate, require, run_migrate, upgrade
from mpp_runtime.health import Check
from mpp_runtime.rest import create_app

from tests.integration.ledger.parts import make_settings

AWAY = "postgresql://nobody:x@127.0.0.1:1/none"

MIGRATION = '''
"""{name}."""
from alembic import op

revision, down_revision, oldest_release = "{name}", {before!r}, "{oldest}"

def upgrade():
    for sql in {statements!r}:
        op.execute(sql)
'''


def write_migration(package: Path, name: str, *statements: str, oldest: str = "0001") -> None:
    versions = package / "storage" / "migrations" / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").touch()
    before = f"{int(name) - 1:04}" if name != "0001" else None
    told = MIGRATION.format(name=name, before=before, statements=statements, oldest=oldest)
    (versions / f"{name}_made_for_a_test.py").write_text(told)


async def test_migrations_run_once_each_and_two_at_once_wait(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "mpp_sample_for_migrations"
    write_migration(package, "0001", "CREATE TABLE things (n int)", "SELECT pg_sleep(0.3)")
    monkeypatch.syspath_prepend(tmp_path)
    await asyncio.gather(upgrade(package.name, database_url), upgrade(package.name, database_url))
    write_migration(package, "0002", "INSERT INTO things VALUES (1)")
    await asyncio.to_thread(migrate, package.name, database_url)
    await asyncio.to_thread(migrate, package.name, database_url)
    database = Database.connect(database_url)
    async with database.read() as session:
        assert (await run(session, "SELECT count(*) FROM things")).scalar_one() == 1
        assert (await run(session, "SELECT version_num FROM alembic_version")).scalar_one() == "0002"
    await database.close()


async def test_a_migration_does_not_wait_long_for_a_lock_and_a_failed_one_leaves_nothing(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "mpp_sample_for_failing"
    write_migration(package, "0001", "CREATE TABLE things (n int)")
    monkeypatch.syspath_prepend(tmp_path)
    await upgrade(package.name, database_url)
    write_migration(package, "0002", "CREATE TABLE more (n int)", "ALTER TABLE things ADD COLUMN m int")
    database = Database.connect(database_url)
    async with database.transaction() as transaction:
        await run(transaction.session, "LOCK TABLE things IN ACCESS SHARE MODE")
        with pytest.raises(Exception, match="lock timeout"):
            await asyncio.wait_for(upgrade(package.name, database_url), 9)
        found = (await run(transaction.session, "SELECT to_regclass('more')")).scalar_one()
    assert found is None
    await upgrade(package.name, database_url)
    await database.close()


Release = Callable[[str], str]


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    """`release("0002")`: the package of the release whose newest migration that is. 0003 ends what 0001 needs."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(newest: str) -> str:
        package = tmp_path / f"mpp_sample_release_{newest}"
        for name, oldest in (("0001", "0001"), ("0002", "0001"), ("0003", "0002")):
            if name <= newest:
                write_migration(package, name, f"CREATE TABLE made_by_{name} (n int)", oldest=oldest)
        return package.name

    return make


async def tables(database_url: str) -> set[str]:
    database = Database.connect(database_url)
    async with database.read() as session:
        found = await run(session, "SELECT relname FROM pg_class WHERE relname LIKE 'made_by_%'")
        names = set(found.scalars())
    await database.close()
    return names


def told(package: str, database_url: str, *words: str) -> int:
    parser = argparse.ArgumentParser()
    add_migrate_command(parser.add_subparsers())
    return run_migrate(parser.parse_args(["migrate", *words]), package, database_url)


async def test_a_jump_that_breaks_the_running_release_is_refused(database_url: str, release: Release) -> None:
    await upgrade(release("0001"), database_url)
    with pytest.raises(RefusedError, match="First install the release whose newest migration is 0002"):
        await upgrade(release("0003"), database_url)
    assert await tables(database_url) == {"made_by_0001"}
    await upgrade(release("0002"), database_url)
    await upgrade(release("0003"), database_url)
    assert len(await tables(database_url)) == 3


async def test_an_empty_database_and_a_stopped_service_may_jump(database_url: str, release: Release) -> None:
    await upgrade(release("0001"), database_url)
    await upgrade(release("0003"), database_url, stopped=True)
    assert len(await tables(database_url)) == 3


async def test_a_migration_without_its_oldest_release_is_refused(database_url: str, tmp_path: Path) -> None:
    package = tmp_path / "mpp_sample_undeclared"
    write_migration(package, "0001", "SELECT 1", oldest="")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        with pytest.raises(RefusedError, match="must declare"):
            await upgrade(package.name, database_url)


@pytest.mark.parametrize(
    ("tables_of", "runs"),
    [
        (None, {"0001": False}),
        ("0001", {"0001": True, "0002": False}),
        # What was expanded serves both; what was contracted serves the release before, and no older one.
        ("0002", {"0001": True, "0002": True, "0003": False}),
        ("0003", {"0001": False, "0002": True, "0003": True}),
    ],
)
async def test_which_tables_a_release_runs_on(
    database_url: str, release: Release, tables_of: str | None, runs: dict[str, bool]
) -> None:
    for newest in ("0001", "0002", "0003"):
        if tables_of and newest <= tables_of:
            await upgrade(release(newest), database_url)
    for newest, fits in runs.items():
        package = release(newest)
        assert await asyncio.to_thread(told, package, database_url, "--check") == int(not fits)
        with nullcontext() if fits else pytest.raises(SystemExit, match=package):
            await asyncio.to_thread(require, package, database_url)
        assert await ready(package, database_url) == {"schema": fits, "database": True, "all": fits}


async def ready(package: str, database_url: str) -> dict[str, bool]:
    """What /readyz says of a service of this release."""
    database = Database.connect(database_url)
    checks = [Check("database", database.ping), Check("schema", StoredSchema(package, database.statement).check)]
    app = create_app(make_settings(), service="sample", title="s", description="s", verifier=None, checks=checks)
    app.state.ready = True
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sample") as client:
        answer = await client.get("/readyz")
    await database.close()
    parts = {name: part["status"] == "ok" for name, part in answer.json()["checks"].items()}
    return parts | {"all": answer.status_code == 200}


async def test_an_older_release_leaves_newer_tables_alone_or_says_that_it_cannot(
    database_url: str, release: Release
) -> None:
    for newest in ("0001", "0002", "0003"):
        await upgrade(release(newest), database_url)
    await upgrade(release("0002"), database_url)
    with pytest.raises(RefusedError, match="needs a release of at least 0002"):
        await upgrade(release("0001"), database_url)
    assert await asyncio.to_thread(told, release("0001"), database_url) == 1
    assert len(await tables(database_url)) == 3


async def test_the_gate_waits_for_the_migration(
    database_url: str, release: Release, capfd: pytest.CaptureFixture[str]
) -> None:
    package = release("0002")
    gate = asyncio.create_task(asyncio.to_thread(told, package, database_url, "--check", "--wait", "30"))
    await asyncio.sleep(0.3)
    assert not gate.done()
    await upgrade(package, database_url)
    assert await gate == 0
    assert "run `migrate`" in capfd.readouterr().err


async def test_without_its_database_a_service_starts_and_is_not_ready(release: Release) -> None:
    package = release("0001")
    await asyncio.to_thread(require, package, AWAY)
    assert await ready(package, AWAY) == {"schema": False, "database": False, "all": False}
    assert await asyncio.to_thread(told, package, AWAY, "--check") == 1


async def test_a_database_that_does_not_write_is_not_ready(database_url: str, release: Release) -> None:
    package = release("0001")
    await upgrade(package, database_url)
    assert (await ready(package, database_url))["all"]
    database = Database.connect(database_url)
    async with database.statement() as connection:
        name = await connection.fetchval("SELECT current_database()")
        # What a former primary says of itself.
        await connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await database.close()
    assert await ready(package, database_url) == {"schema": True, "database": False, "all": False}
