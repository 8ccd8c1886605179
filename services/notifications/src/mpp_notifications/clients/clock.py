"""The time."""

from datetime import UTC, datetime


class SystemClock:
    """This machine's clock, in UTC."""

    def now(self) -> datetime:
        """With offset."""
        return datetime.now(UTC)
