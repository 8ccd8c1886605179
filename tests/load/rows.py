"""The rows of one submit, written by PostgreSQL alone: the yardstick that no service can beat row by row."""

import re
import subprocess
from pathlib import Path
from uuid import UUID

import asyncpg

from tests.load.client import Round

SCHEMA = "load"
TABLES = ("idempotency_keys", "applications", "history", "tasks", "events")
# Unique columns: what stands in for the value of the sample.
_FRESH = {
    ("idempotency_keys", "key"): "new.id::text",
    ("applications", "number"): "new.id::text",
    ("tasks", "id"): "uuidv7()",
    ("events", "id"): "uuidv7()",
}
_COLUMNS = """
    SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
    WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND attname <> 'tx'
    ORDER BY attnum
"""


async def statement_of(database_url: str, application: UUID, request_key: str) -> str:
    """One statement that writes what the submit of `application` wrote, into copies of its tables with new ids.

    The number's counter is left out: inside the transaction its row lock would make the yardstick serial.
    """
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(f"CREATE SCHEMA {SCHEMA}")
        inserts = []
        for table in TABLES:
            await connection.execute(f"CREATE TABLE {SCHEMA}.{table} (LIKE public.{table} INCLUDING ALL)")
            inserts += await _inserts(connection, table, application, request_key)
        return ",\n".join(["WITH new AS MATERIALIZED (SELECT uuidv7() AS id)", *inserts]) + "\nSELECT 1"
    finally:
        await connection.close()


async def _inserts(connection: asyncpg.Connection, table: str, application: UUID, request_key: str) -> list[str]:
    columns = await connection.fetch(_COLUMNS, f"public.{table}")
    texts = ", ".join(f"{row['name']}::text" for row in columns)
    where = {"idempotency_keys": "key = $1", "applications": "id::text = $1", "events": "key = $1"}
    wanted = request_key if table == "idempotency_keys" else str(application)
    found = await connection.fetch(
        f"SELECT {texts} FROM public.{table} WHERE {where.get(table, 'application::text = $1')}",
        wanted,
    )
    if not found:
        raise RuntimeError(f"the submit wrote no row of {table}: the yardstick would not be the same rows")
    names = ", ".join(row["name"] for row in columns)
    inserts = []
    for number, row in enumerate(found):
        values = []
        for column, value in zip(columns, row, strict=True):
            if fresh := _FRESH.get((table, column["name"])):
                values.append(f"({fresh})::{column['type']}")
            elif value == str(application):
                values.append(f"new.id::{column['type']}")
            else:
                literal = await connection.fetchval("SELECT quote_nullable($1::text)", value)
                values.append(f"{literal}::{column['type']}")
        inserts.append(
            f"{table}_{number} AS (INSERT INTO {SCHEMA}.{table} ({names}) SELECT {', '.join(values)} FROM new)"
        )
    return inserts


def pgbench(program: Path, database_url: str, script: Path, clients: int, seconds: int, logs: Path) -> Round:
    """Runs the script, one transaction each time, `clients` at once. Raises RuntimeError if pgbench was not content."""
    for old in logs.glob("pgbench*"):
        old.unlink()
    how = ["-n", "-M", "prepared", "-c", str(clients), "-j", str(min(clients, 2)), "-T", str(seconds)]
    command: list[str | Path] = [program, *how, "-f", script, "--log", f"--log-prefix={logs / 'pgbench'}", database_url]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    tps = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    failed = re.search(r"^number of failed transactions: ([0-9]+)", done.stdout, re.MULTILINE)
    if done.returncode or tps is None or failed is None or int(failed[1]):
        raise RuntimeError(f"pgbench failed: {done.stderr[-1000:]} {done.stdout[-500:]}")
    lines = [line.split() for file in logs.glob("pgbench*") for line in file.read_text().splitlines()]
    times = [int(line[2]) / 1000 for line in lines]
    return Round(len(times) / float(tps[1]), times)
