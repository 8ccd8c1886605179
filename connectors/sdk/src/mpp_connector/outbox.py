"""What this copy answered, in a SQLite file: each result is kept until the platform's signed receipt, and after it so
that a task that comes again gets the same result again. On disk (fsync) before the task is acknowledged.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

State = Literal["pending", "recorded", "refused", "parked"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS results (
  result TEXT PRIMARY KEY,
  task TEXT NOT NULL,
  name TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('accepted', 'rejected', 'later')),
  until TEXT,
  body TEXT NOT NULL,
  traceparent TEXT,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'recorded', 'refused', 'parked')),
  attempts INTEGER NOT NULL DEFAULT 0,
  due REAL NOT NULL,
  made_at REAL NOT NULL,
  detail TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX IF NOT EXISTS results_task ON results (task, made_at);
CREATE INDEX IF NOT EXISTS results_due ON results (due) WHERE state = 'pending';
"""
COLUMNS = "result, task, name, outcome, until, body, traceparent, state, attempts, due, detail"


@dataclass(frozen=True)
class StoredResult:
    """A result as it stands. `body` is the JSON to be signed; `due` is Unix seconds; `detail` says why it is so."""

    result: str
    task: str
    name: str
    outcome: str
    until: datetime | None
    body: Mapping[str, Any]
    traceparent: str | None
    state: State
    attempts: int
    due: float
    detail: str


class Outbox:
    """Safe for threads; every call is one transaction."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600, exist_ok=True)
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.executescript(SCHEMA)

    def store(self, body: Mapping[str, Any], *, name: str, traceparent: str | None) -> None:
        """Keep a new result. A "later" that was not sent yet is overtaken by it and dropped."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                self._database.execute(
                    "DELETE FROM results WHERE task = ? AND state = 'pending' AND outcome = 'later'", (body["task"],)
                )
                self._database.execute(
                    "INSERT INTO results (result, task, name, outcome, until, body, traceparent, due, made_at) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        body["result"],
                        body["task"],
                        name,
                        body["outcome"],
                        body["until"],
                        json.dumps(body),
                        traceparent,
                        time.time(),
                        time.time(),
                    ),
                )
                self._database.execute("COMMIT")
            except BaseException:
                self._database.execute("ROLLBACK")
                raise

    def answer(self, task: str) -> StoredResult | None:
        """The newest result of a task."""
        rows = self._rows("WHERE task = ? ORDER BY made_at DESC, rowid DESC LIMIT 1", (task,))
        return rows[0] if rows else None

    def due(self, now: float, limit: int) -> list[StoredResult]:
        """Results that wait for their receipt and may be sent now, the longest waiting first."""
        return self._rows("WHERE state = 'pending' AND due <= ? ORDER BY due LIMIT ?", (now, limit))

    def next_due(self) -> float | None:
        """When the next one may be sent, in Unix seconds."""
        with self._lock:
            row = self._database.execute("SELECT min(due) FROM results WHERE state = 'pending'").fetchone()
        return None if row[0] is None else float(row[0])

    def settle(self, result: str, state: State, detail: str = "") -> None:
        """Nothing more is sent: receipt came ("recorded", "refused"), or an operator must look ("parked")."""
        self._change("UPDATE results SET state = ?, detail = ? WHERE result = ?", (state, detail, result))

    def postpone(self, result: str, due: float, detail: str) -> None:
        """Count one attempt without a receipt and try again at `due`."""
        self._change(
            "UPDATE results SET attempts = attempts + 1, due = ?, detail = ? WHERE result = ? AND state = 'pending'",
            (due, detail, result),
        )

    def send_again(self, result: str) -> None:
        """The task came again: send what was answered, from the beginning."""
        self._change(
            "UPDATE results SET state = 'pending', due = ?, attempts = 0 WHERE result = ? AND state <> 'pending'",
            (time.time(), result),
        )

    def forget(self, task: str) -> int:
        """Drop every result of a task, so that the function is called when it comes again; returns how many."""
        return self._change("DELETE FROM results WHERE task = ?", (task,))

    def purge(self, before: float) -> int:
        """Drop settled results made before a moment (Unix seconds)."""
        return self._change("DELETE FROM results WHERE state = 'recorded' AND made_at < ?", (before,))

    def counts(self) -> dict[str, int]:
        """How many results are in each state."""
        with self._lock:
            rows = self._database.execute("SELECT state, count(*) FROM results GROUP BY state").fetchall()
        return {"pending": 0, "recorded": 0, "refused": 0, "parked": 0} | {str(state): int(n) for state, n in rows}

    def unsettled(self) -> list[StoredResult]:
        """Everything that is not recorded, oldest first: what an operator may want to see."""
        return self._rows("WHERE state <> 'recorded' ORDER BY made_at", ())

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def _change(self, statement: str, values: tuple[Any, ...]) -> int:
        with self._lock:
            return int(self._database.execute(statement, values).rowcount)

    def _rows(self, where: str, values: tuple[Any, ...]) -> list[StoredResult]:
        with self._lock:
            rows = self._database.execute(f"SELECT {COLUMNS} FROM results {where}", values).fetchall()  # noqa: S608
        return [
            StoredResult(
                result=row[0],
                task=row[1],
                name=row[2],
                outcome=row[3],
                until=datetime.fromisoformat(row[4]) if row[4] else None,
                body=json.loads(row[5]),
                traceparent=row[6],
                state=row[7],
                attempts=row[8],
                due=row[9],
                detail=row[10],
            )
            for row in rows
        ]
