"""What this copy is doing, in a small file: for a supervisor, a liveness probe and whoever looks into the folder."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

State = Literal["connecting", "ready", "draining"]
BEAT = 5.0
STALE = 3 * BEAT


class Status:
    """`<data dir>/status.json`: {"state", "pid", "at"}; rewritten every 5 s while the copy lives."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "status.json"
        self.state: State = "connecting"

    def set(self, state: State) -> None:
        """Change the state, in the file too."""
        self.state = state
        self.write()

    def write(self) -> None:
        """Say again that the copy lives."""
        line = {"state": self.state, "pid": os.getpid(), "at": datetime.now(UTC).isoformat()}
        temporary = self._path.with_suffix(".new")
        temporary.write_text(json.dumps(line) + "\n", encoding="utf-8")
        temporary.replace(self._path)

    def remove(self) -> None:
        """The copy ends."""
        self._path.unlink(missing_ok=True)


def is_ready(folder: Path) -> bool:
    """Whether a copy is at work in this folder right now."""
    return _said(folder) == "ready"


def is_alive(folder: Path) -> bool:
    """Whether a copy runs in this folder, with or without a platform to talk to: nothing a new start would mend."""
    return _said(folder) is not None


def _said(folder: Path) -> str | None:
    """The state a copy has told not long ago."""
    try:
        line = json.loads((folder / "status.json").read_text(encoding="utf-8"))
        age = (datetime.now(UTC) - datetime.fromisoformat(line["at"])).total_seconds()
        return str(line["state"]) if age < STALE else None
    except (OSError, ValueError, KeyError):
        return None
