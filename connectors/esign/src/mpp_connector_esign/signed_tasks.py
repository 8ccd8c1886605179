"""What was signed for which task. A task is signed once; asked again, the same answer comes back (reliability §2.3)."""

import json
import sqlite3
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS signed_tasks (
  task TEXT PRIMARY KEY, request_digest BLOB NOT NULL, answer TEXT NOT NULL, signed_at TEXT NOT NULL
) WITHOUT ROWID, STRICT
"""


class SignedTasks:
    """A SQLite file. The first answer kept for a task is the one for ever, whichever copy of the connector made it."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute(SCHEMA)

    def find(self, task: str) -> tuple[bytes, dict[str, Any]] | None:
        """Digest of the request that was signed and its answer."""
        row = self._database.execute(
            "SELECT request_digest, answer FROM signed_tasks WHERE task = ?", (task,)
        ).fetchone()
        return (row[0], json.loads(row[1])) if row else None

    def keep(self, task: str, request_digest: bytes, answer: dict[str, Any], signed_at: str) -> dict[str, Any]:
        """Keep the answer unless there is one; the answer that is kept comes back."""
        self._database.execute(
            "INSERT INTO signed_tasks VALUES (?, ?, ?, ?) ON CONFLICT (task) DO NOTHING",
            (task, request_digest, json.dumps(answer), signed_at),
        )
        found = self.find(task)
        if found is None or found[0] != request_digest:
            raise RuntimeError("the task was signed for another document meanwhile")
        return found[1]

    def close(self) -> None:
        self._database.close()
