"""Databases on a PostgreSQL server, and the same servers as containers."""

import asyncio
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg

EXTENSIONS = ("pg_trgm", "btree_gist", "unaccent")


class Databases:
    """Creates and drops databases on one server.

    Args:
        admin_url: URL of the server's `postgres` database as superuser.
    """

    def __init__(self, admin_url: str) -> None:
        self.admin_url = admin_url

    def create_database(self) -> str:
        """URL of a new, empty database, owned by a role of its own, with the extensions a mall installs."""
        name, password = f"test_{secrets.token_hex(6)}", secrets.token_hex(8)
        self._run(
            self.admin_url,
            f"CREATE ROLE {name} LOGIN PASSWORD '{password}'",
            f"CREATE DATABASE {name} OWNER {name}",
        )
        self._run(self._on(self.admin_url, name), *(f"CREATE EXTENSION {extension}" for extension in EXTENSIONS))
        return self._on(self.admin_url, name, f"{name}:{password}")

    def drop_database(self, url: str) -> None:
        """Drop a database made by create_database, its connections and its role."""
        name = urlsplit(url).path.lstrip("/")
        self._run(self.admin_url, f"DROP DATABASE {name} WITH (FORCE)", f"DROP ROLE {name}")

    @staticmethod
    def _on(url: str, database: str, login: str | None = None) -> str:
        parts = urlsplit(url)
        host = parts.netloc.rsplit("@", 1)[1]
        return urlunsplit(
            parts._replace(path=f"/{database}", netloc=f"{login or parts.netloc.rsplit('@', 1)[0]}@{host}")
        )

    @staticmethod
    def _run(url: str, *statements: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(url)
            try:
                for statement in statements:
                    await connection.execute(statement)
            finally:
                await connection.close()

        # A thread of its own, because a test's event loop may be running when a database is asked for.
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(asyncio.run, run()).result()


@contextmanager
def container_postgres() -> Iterator[str]:
    """URL of PostgreSQL 18 in a container."""
    from testcontainers.postgres import PostgresContainer  # costs start-up time, and only `make containers` needs it

    with PostgresContainer("postgres:18", username="postgres", dbname="postgres", driver=None) as container:
        yield container.get_connection_url()


@contextmanager
def container_nats() -> Iterator[str]:
    """URL of NATS with JetStream in a container."""
    from testcontainers.nats import NatsContainer  # as above

    with NatsContainer("nats:2").with_command("-js") as container:
        yield container.nats_uri()
