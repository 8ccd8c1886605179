"""What operators should notice, as log lines: codes and ids only."""

from mpp_telemetry.log import get_logger


class LogJournal:
    """Writes each note as a warning."""

    def __init__(self) -> None:
        self._log = get_logger("mpp_notifications")

    def note(self, what: str, **ids: str | int) -> None:
        """`what` is a constant, `ids` are codes and ids."""
        self._log.warning(what, **ids)
