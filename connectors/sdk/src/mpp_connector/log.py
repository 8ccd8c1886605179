"""One JSON object a line on stderr. Only listed keys get through, so personal data cannot slip in."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

LOGGER = "mpp_connector"
# fmt: off
KEYS = frozenset({
    "agency", "attempt", "counts", "delay", "detail", "error", "limit", "lookup", "name", "outcome", "pid", "place",
    "reason", "result", "seconds", "settings", "size", "state", "task", "tasks",
})
# fmt: on


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            # The template without its arguments: another library's arguments may hold what a person typed.
            "event": record.msg if isinstance(record.msg, str) else type(record.msg).__name__,
        }
        for key, value in getattr(record, "fields", {}).items():
            line[key if key in KEYS else "dropped"] = value if key in KEYS else key
        if record.exc_info and record.exc_info[1] is not None:
            line.setdefault("error", type(record.exc_info[1]).__name__)
            line.setdefault("place", place(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=True, default=str)


def configure(level: str) -> None:
    """Send every logger of the process to stderr as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def note(level: int, event: str, **fields: Any) -> None:
    """Write one line, for example note(logging.INFO, "ready", agency="sdmk"). Keys that are not listed are dropped."""
    logging.getLogger(LOGGER).log(level, event, extra={"fields": fields})


def place(error: BaseException) -> str:
    """Where an exception came from, "file.py:12": its text may hold personal data, this does not."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
