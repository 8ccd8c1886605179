"""Runs the migrations a database lacks, unless that would break the copies of an older release that still run."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from mpp_migrations.state import MARK, State, newest, read, unfit, versions


class RefusedError(Exception):
    """Nothing was changed; the text says what to do instead."""


def migrate(package: str, database_url: str, *, stopped: bool = False) -> None:
    """`upgrade`, for a command line."""
    asyncio.run(upgrade(package, database_url, stopped=stopped))


async def upgrade(package: str, database_url: str, *, stopped: bool = False) -> None:
    """To the newest migration of `package`; two at once wait for each other.

    A statement gives up after waiting 5 s for a lock: a migration must not queue everybody behind it.
    Raises RefusedError for a jump that the running release cannot live with, unless nothing runs (`stopped`), and for
    tables that are too new for this release. Tables that are newer and fit are left alone: that is a rollback.
    """
    config = _config(package)
    engine = create_async_engine(
        make_url(database_url).set(drivername="postgresql+asyncpg"),
        connect_args={"server_settings": {"transaction_timeout": "0", "application_name": f"{package} migrate"}},
    )

    def run(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(hashtextextended('migrate', 0))"))
            await connection.execute(text("SET lock_timeout = '5s'"))
            await connection.commit()
            found = await _state(connection)
            if found.revision > newest(package):
                if reason := unfit(newest(package), found):
                    raise RefusedError(reason)
                return
            if not stopped:
                _refuse_jump(config, found)
            oldest = max(oldest_release(script) for script in _scripts(config))
            if found.revision:
                # Before, because a crash behind the migrations must not leave a mark that admits too old a release.
                await _mark(connection, oldest)
            await connection.run_sync(run)
            await _mark(connection, oldest)
    finally:
        await engine.dispose()


def oldest_release(script: Any) -> str:
    """What a migration declares. Raises RefusedError if it declares nothing."""
    found = getattr(script.module, "oldest_release", None)
    if not isinstance(found, str) or len(found) != 4 or not found.isdigit() or found > script.revision:
        raise RefusedError(f'migration {script.revision} must declare oldest_release = "NNNN", itself or one before it')
    return found


def _refuse_jump(config: Config, found: State) -> None:
    """What runs now is the release whose newest migration the database is at."""
    if not found.revision:
        return
    for script in _scripts(config):
        needed = oldest_release(script)
        if script.revision > found.revision and needed > found.revision:
            raise RefusedError(
                f"migration {script.revision} breaks releases before {needed}, and the one that runs is "
                f"{found.revision}. First install the release whose newest migration is {script.down_revision}, "
                "or stop every copy of the service and run `migrate --stopped`"
            )


async def _mark(connection: AsyncConnection, oldest: str) -> None:
    await connection.execute(text(f"COMMENT ON TABLE alembic_version IS '{MARK}{oldest}'"))
    await connection.commit()


async def _state(connection: AsyncConnection) -> State:
    raw = await connection.get_raw_connection()
    state = await read(raw.driver_connection)
    await connection.rollback()
    return state


def _scripts(config: Config) -> Iterator[Any]:
    """Oldest first."""
    return reversed(list(ScriptDirectory.from_config(config).walk_revisions()))


def _config(package: str) -> Config:
    config = Config()
    environment = Path(__file__).parent / "environment"
    config.set_main_option("script_location", str(environment).replace("%", "%%"))
    config.set_main_option("version_locations", str(versions(package)).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
