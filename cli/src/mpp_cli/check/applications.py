"""The database of applications against itself and its ledger: history, workflow, requests, documents, papers."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg

from mpp_cli.check.finding import Finding
from mpp_cli.check.ledger import Ledger
from mpp_cli.check.workflow import Line, wrong_steps

# Every row of the two must have its counterpart; the history keeps the fact's name, the ledger its full type.
_HISTORY_AND_LEDGER = """
    SELECT coalesce(h.application::text, e.key) AS key, coalesce(h.version, e.version) AS version,
        CASE WHEN e.key IS NULL THEN 'is in the history and not in the ledger'
             WHEN h.application IS NULL THEN 'is in the ledger and not in the history'
             ELSE 'is called ' || h.event || ' in the history and ' || e.type || ' in the ledger' END AS wrong
    FROM history h FULL JOIN events e ON e.key = h.application::text AND e.version = h.version
    WHERE e.key IS NULL OR h.application IS NULL OR e.type <> 'mpp.applications.v1.' || h.event
"""
_FILE_AND_HISTORY = """
    SELECT a.id, a.version AS file, h.version AS history FROM applications a
    LEFT JOIN LATERAL (
        SELECT version, status, state FROM history WHERE application = a.id ORDER BY version DESC LIMIT 1
    ) h ON true
    WHERE (a.version, a.status, a.state) IS DISTINCT FROM (h.version, h.status, h.state)
"""
# A request that creates is remembered with its answer, whose Location ends in the id of what it created.
_CREATED_BY = """
    SELECT a.id, count(k.key) AS requests FROM applications a
    LEFT JOIN idempotency_keys k ON k.headers ->> 'Location' LIKE '%/applications/' || a.id
    GROUP BY a.id HAVING count(k.key) <> 1
"""
_ANSWERS_OF_AGENCIES = """
    SELECT a.id, count(*) FILTER (WHERE h.event = 'AgencyTaskAnswered') AS answers,
        (SELECT count(*) FROM agency_results r JOIN agency_tasks t ON t.id = r.task
         WHERE t.application = a.id AND r.status = 'recorded') AS results
    FROM applications a JOIN history h ON h.application = a.id GROUP BY a.id
"""
_DOCUMENTS = """
    SELECT a.id, count(DISTINCT d.id) AS documents,
        (SELECT count(*) FROM history h WHERE h.application = a.id AND h.event = 'DocumentIssued') AS issued
    FROM applications a LEFT JOIN issued_documents d ON d.application = a.id GROUP BY a.id
"""
_SAME_NUMBER = "SELECT number, count(*) AS documents FROM issued_documents GROUP BY number HAVING count(*) > 1"
_FILES = """
    SELECT application, id, storage_key, sha256, 'issued document' AS what FROM issued_documents
    UNION ALL
    SELECT application, id, storage_key, sha256, 'paper' FROM attachments WHERE removed_at IS NULL
"""
# What is overdue for longer than any lease or pause may last; an agency that is away is looked for every 15 s.
_TASKS = """
    SELECT id, application, agency, parked, next_offer_at < now() - interval '20 seconds'
        AND (lease_until IS NULL OR lease_until < now()) AS late
    FROM agency_tasks WHERE closed_at IS NULL
"""


async def check(connection: asyncpg.Connection, ledger: Ledger, files: Path | None) -> list[Finding]:
    """Everything that is wrong; `files` is the folder of stored files, None where it is not on this machine."""
    found = [
        *[
            Finding("I2", f"a fact {row['wrong']}", {"application": row["key"], "version": row["version"]})
            for row in await connection.fetch(_HISTORY_AND_LEDGER)
        ],
        *[
            Finding("I4", "the file does not stand where its history ends", {"application": str(row["id"])})
            for row in await connection.fetch(_FILE_AND_HISTORY)
        ],
        *[
            Finding("I1", f"created by {row['requests']} requests, not by one", {"application": str(row["id"])})
            for row in await connection.fetch(_CREATED_BY)
        ],
        *[finding async for finding in _workflows(connection)],
        *[finding async for finding in _counts(connection)],
        *[finding async for finding in _tasks(connection)],
    ]
    if files is not None:
        found += [finding async for finding in _files(connection, files)]
    known = {row["id"] for row in await connection.fetch("SELECT id::text FROM applications")}
    found += [
        Finding("I2", "facts about an application that is not there", {"application": key})
        for key in ledger.hashes
        if key not in known
    ]
    return found


async def _workflows(connection: asyncpg.Connection) -> Any:
    workflows = {
        row["digest"]: json.loads(row["content"])["definition"]["workflow"]
        for row in await connection.fetch("SELECT digest, content FROM offerings")
    }
    statement = """
        SELECT a.digest, h.application, h.version, h.event, h.status, h.state, h.action, h.actor_kind
        FROM history h JOIN applications a ON a.id = h.application ORDER BY h.application, h.version
    """
    lines: list[Line] = []
    digest, application = "", None
    async for row in connection.cursor(statement, prefetch=1000):
        if row["application"] != application:
            for finding in _steps(workflows.get(digest), str(application), lines):
                yield finding
            digest, application, lines = row["digest"], row["application"], []
        lines.append(Line(row["version"], row["event"], row["status"], row["state"], row["action"], row["actor_kind"]))
    for finding in _steps(workflows.get(digest), str(application), lines):
        yield finding


def _steps(workflow: Any, application: str, lines: list[Line]) -> Iterator[Finding]:
    if not lines:
        return
    if workflow is None:
        yield Finding("I4", "the offering it is pinned to is not there", {"application": application})
        return
    for version, wrong in wrong_steps(workflow, lines):
        yield Finding("I4", wrong, {"application": application, "version": version})


async def _counts(connection: asyncpg.Connection) -> Any:
    for row in await connection.fetch(_ANSWERS_OF_AGENCIES):
        if row["answers"] != row["results"]:
            told = f"{row['answers']} answers of agencies in the history, {row['results']} results recorded"
            yield Finding("I2", told, {"application": str(row["id"])})
    for row in await connection.fetch(_DOCUMENTS):
        if row["documents"] != row["issued"]:
            told = f"{row['documents']} issued documents, {row['issued']} times in the history"
            yield Finding("I2", told, {"application": str(row["id"])})
    for row in await connection.fetch(_SAME_NUMBER):
        yield Finding("I2", f"{row['documents']} documents have one number", {"number": row["number"]})


async def _tasks(connection: asyncpg.Connection) -> Any:
    for row in await connection.fetch(_TASKS):
        ids = {"application": str(row["application"]), "task": str(row["id"]), "agency": row["agency"]}
        if row["parked"]:
            yield Finding("I10", f"the agency task is put aside: {row['parked']}", ids)
        elif row["late"]:
            yield Finding("I9", "the agency task is overdue to be offered", ids, True)


async def _files(connection: asyncpg.Connection, files: Path) -> Any:
    for row in await connection.fetch(_FILES):
        file = files / row["storage_key"]
        ids = {"application": str(row["application"]), row["what"].split()[-1]: str(row["id"])}
        if not file.is_file():
            yield Finding("I5", f"the file of the {row['what']} is not there", ids)
        elif hashlib.sha256(file.read_bytes()).hexdigest() != row["sha256"]:
            yield Finding("I5", f"the file of the {row['what']} is not the one that was recorded", ids)
