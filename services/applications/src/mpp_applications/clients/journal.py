"""What the use cases tell the operator and the traces."""

from contextlib import AbstractContextManager
from typing import Any

from mpp_telemetry import span
from mpp_telemetry.log import get_logger

_log = get_logger("mpp_applications")


def report(event: str, **data: Any) -> None:
    _log.warning(event, **data)


def trace(name: str, traceparent: str | None) -> AbstractContextManager[object]:
    """The trace of whoever caused it goes on here."""
    return span(name, kind="producer", parent=traceparent)
