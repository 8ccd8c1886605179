"""One database and one role per service; nobody can look into another's."""

import asyncio
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

# A forgotten transaction would hold back every relay: PostgreSQL counts its snapshots over all databases.
ROLE_SETTINGS = {"transaction_timeout": "30s", "idle_in_transaction_session_timeout": "15s"}
MIGRATIONS = Path("storage", "migrations", "versions")
# Made by the superuser, because the services' roles may not.
EXTENSIONS = ("pg_trgm", "btree_gist", "unaccent")


async def ensure_databases(superuser_url: str, passwords: Mapping[str, str]) -> None:
    """Makes roles and databases that are missing, and sets what must hold for all of them. Repeatable."""
    connection = await asyncpg.connect(superuser_url)
    try:
        # A statement that fails would be logged with the password in it.
        await connection.execute("SET log_min_error_statement = 'panic'")
        for shared in ("postgres", "template1"):
            await connection.execute(f"REVOKE CONNECT ON DATABASE {shared} FROM PUBLIC")
        roles = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
        databases = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
        for name, password in passwords.items():
            await _ensure_role(connection, name, password, exists=name in roles)
            if name not in databases:
                await connection.execute(f'CREATE DATABASE "{name}" OWNER "{name}"')
            await connection.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
    finally:
        await connection.close()
    await asyncio.gather(*(_ensure_extensions(_database(superuser_url, name)) for name in passwords))


async def _ensure_extensions(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for extension in EXTENSIONS:
            await connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    finally:
        await connection.close()


def _database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def stored_revision(url: str) -> str:
    """The newest migration a database has seen; empty when it has seen none."""
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.fetchval("SELECT version_num FROM alembic_version") or "")
    except asyncpg.UndefinedTableError:
        return ""
    finally:
        await connection.close()


def newest_revision(package: str) -> str:
    """The newest migration a service brings: its files are called `NNNN_name.py` and NNNN is the revision."""
    spec = importlib.util.find_spec(package)
    places = list(spec.submodule_search_locations or []) if spec is not None else []
    found = [file.name for place in places for file in Path(place, MIGRATIONS).glob("[0-9]*_*.py")]
    return max(found).partition("_")[0] if found else ""


async def read_mark(superuser_url: str, database: str) -> str:
    """A word kept in the database's comment: it is lost together with the database it speaks of."""
    connection = await asyncpg.connect(superuser_url)
    try:
        query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1"
        return str(await connection.fetchval(query, database) or "")
    finally:
        await connection.close()


async def write_mark(superuser_url: str, database: str, mark: str) -> None:
    """Keeps a word for `read_mark`."""
    connection = await asyncpg.connect(superuser_url)
    try:
        await connection.execute(f"COMMENT ON DATABASE \"{database}\" IS '{_literal(mark)}'")
    finally:
        await connection.close()


async def _ensure_role(
    connection: "asyncpg.Connection[asyncpg.Record]", name: str, password: str, *, exists: bool
) -> None:
    verb = "ALTER" if exists else "CREATE"
    await connection.execute(
        f"{verb} ROLE \"{name}\" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{_literal(password)}'"
    )
    for setting, value in ROLE_SETTINGS.items():
        await connection.execute(f"ALTER ROLE \"{name}\" SET {setting} = '{value}'")


def _literal(text: str) -> str:
    """For the utility statements that take no parameters."""
    return text.replace("'", "''")
