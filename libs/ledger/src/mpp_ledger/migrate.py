"""Brings a service's database to the newest version of its migrations."""

import asyncio
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine


def migrate(package: str, database_url: str) -> None:
    """`upgrade`, for a command line."""
    asyncio.run(upgrade(package, database_url))


async def upgrade(package: str, database_url: str) -> None:
    """To head of `<package>/storage/migrations/versions/NNNN_name.py`; two at once wait for each other.

    A statement gives up after waiting 5 s for a lock: a migration must not queue everybody behind it.
    """
    config = Config()
    own = Path(__file__).parent / "migrations"
    versions = Path(str(files(package))) / "storage" / "migrations" / "versions"
    config.set_main_option("script_location", str(own).replace("%", "%%"))
    config.set_main_option("version_locations", str(versions).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
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
            await connection.run_sync(run)
    finally:
        await engine.dispose()
