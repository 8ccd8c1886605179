"""Which tables a database has, and whether this release may run on them."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import asyncpg

_READ = "SELECT version_num, obj_description('alembic_version'::regclass, 'pg_class') FROM alembic_version"
# What `upgrade` writes as the comment of alembic_version.
MARK = "oldest release: "
AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


@dataclass(frozen=True)
class State:
    """What a database says: its newest migration, and the oldest release that may run on it. Both empty before any."""

    revision: str = ""
    oldest_release: str = ""


class UnfitError(Exception):
    """This release may not run on these tables; the text says what to do."""


def versions(package: str) -> Path:
    """The folder of a service's migrations, files called `NNNN_name.py`."""
    return Path(str(files(package))) / "storage" / "migrations" / "versions"


def newest(package: str) -> str:
    """The newest migration a release brings: its name as a release."""
    return max(path.name[:4] for path in versions(package).glob("[0-9][0-9][0-9][0-9]_*.py"))


def unfit(release: str, state: State) -> str:
    """Why `release` may not run on these tables; empty when it may."""
    if state.revision < release:
        return f"the tables are at migration {state.revision or 'none'}, this release needs {release}: run `migrate`"
    if state.revision > release and not (state.oldest_release and state.oldest_release <= release):
        return (
            f"the tables are at migration {state.revision}, which needs a release of at least "
            f"{state.oldest_release or 'unknown'}; this one knows them up to {release}: run a newer release"
        )
    return ""


async def read(connection: Any) -> State:
    """`connection` is asyncpg's. Raises what asyncpg raises."""
    try:
        row = await connection.fetchrow(_READ)
    except asyncpg.UndefinedTableError:
        return State()
    return State(row[0], (row[1] or "").removeprefix(MARK)) if row else State()


async def inspect(database_url: str) -> State:
    """On a connection of its own. Raises one of AWAY when the database does not answer."""
    connection = await asyncpg.connect(database_url, timeout=5)
    try:
        return await read(connection)
    finally:
        await connection.close(timeout=2)


class StoredSchema:
    """For readiness: `check` raises unless this release may run on the tables there are now."""

    def __init__(self, package: str, connection: Callable[[], AbstractAsyncContextManager[Any]]) -> None:
        self._release = newest(package)
        self._connection = connection

    async def check(self) -> None:
        """Raises UnfitError, or what `connection` raises when the database is away."""
        async with self._connection() as connection:
            if reason := unfit(self._release, await read(connection)):
                raise UnfitError(reason)


def require(package: str, database_url: str) -> None:
    """Ends the process when its release may not run on the tables; a database that is away is for readiness to tell."""
    try:
        state = asyncio.run(inspect(database_url))
    except AWAY:
        return
    if reason := unfit(newest(package), state):
        raise SystemExit(f"{package} does not start: {reason}")
