"""Working days of a mall: when a step is due, which date is promised. Unknown years are refused, never guessed."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from mpp_runtime.errors import Text, TryLater


class CalendarUnknown(TryLater):
    """The calendar does not reach that far: the operator must load the next year's holidays."""


@dataclass(frozen=True)
class WorkingCalendar:
    """`weekdays`: ISO weekdays worked, 1 = Monday. `holidays` are known from `first_year` to `last_year`."""

    version: str
    time_zone: str
    weekdays: frozenset[int]
    holidays: frozenset[date]
    first_year: int
    last_year: int

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def works(self, day: date) -> bool:
        """Raises CalendarUnknown for a year the holidays are not known for: a deadline is never guessed."""
        if not self.first_year <= day.year <= self.last_year:
            raise CalendarUnknown(
                "calendar-unknown",
                Text(
                    f"Kalender hari kerja tahun {day.year} belum tersedia.",
                    f"The working-day calendar of {day.year} is not known yet.",
                ),
                retry_after=3600,
            )
        return day.isoweekday() in self.weekdays and day not in self.holidays

    def local_date(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def plus(self, day: date, working_days: int) -> date:
        """The n-th working day after `day`; the day itself does not count. n = 0 gives the day itself."""
        while working_days > 0:
            day += timedelta(days=1)
            if self.works(day):
                working_days -= 1
        return day

    def between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and including `end`."""
        count = 0
        while start < end:
            start += timedelta(days=1)
            count += self.works(start)
        return count

    def due(self, since: datetime, working_days: int) -> datetime:
        """The end (23:59:59 in the mall's time) of the n-th working day after `since`."""
        day = self.plus(self.local_date(since), working_days)
        return datetime.combine(day, time(23, 59, 59), self.zone)
