"""The working-day calendar of a mall."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from mpp_runtime.errors import Invalid, Text

from mpp_catalog.domain.canonical import canonical_json, digest


@dataclass(frozen=True)
class Holiday:
    """A day that is not worked. `confirmed` is false while the day may still move."""

    day: date
    kind: str
    name: Text
    confirmed: bool


@dataclass(frozen=True)
class Calendar:
    """When a mall works. Nothing is known of the years outside `first_year` to `last_year`."""

    time_zone: str
    working_weekdays: tuple[int, ...]
    holidays: tuple[Holiday, ...]
    first_year: int
    last_year: int

    def is_working_day(self, day: date) -> bool:
        """Raises Invalid outside the known years."""
        self._require_known(day)
        return day.isoweekday() in self.working_weekdays and all(h.day != day for h in self.holidays)

    def add_working_days(self, start: date, days: int) -> date:
        """The last of `days` working days after `start`; `start` for 0. Raises Invalid beyond the known years."""
        self._require_known(start)
        off = {holiday.day for holiday in self.holidays}
        day = start
        while days > 0:
            day += timedelta(days=1)
            self._require_known(day)
            if day.isoweekday() in self.working_weekdays and day not in off:
                days -= 1
        return day

    def working_days_of(self, year: int) -> int:
        """How many days of the year are worked."""
        first = date(year, 1, 1)
        return sum(self.is_working_day(first + timedelta(days=n)) for n in range((date(year + 1, 1, 1) - first).days))

    def _require_known(self, day: date) -> None:
        if not self.first_year <= day.year <= self.last_year:
            raise Invalid(
                "calendar-unknown",
                Text(
                    f"Kalender mal ini hanya mencakup {self.first_year}-{self.last_year}.",
                    f"This mall's calendar covers {self.first_year}-{self.last_year} only.",
                ),
            )

    def as_dict(self) -> dict[str, Any]:
        return {
            "time_zone": self.time_zone,
            "working_weekdays": list(self.working_weekdays),
            "holidays": [
                {
                    "date": holiday.day.isoformat(),
                    "kind": holiday.kind,
                    "name": {"id": holiday.name.id, "en": holiday.name.en},
                    "confirmed": holiday.confirmed,
                }
                for holiday in self.holidays
            ],
            "first_year": self.first_year,
            "last_year": self.last_year,
        }

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> "Calendar":
        return Calendar(
            data["time_zone"],
            tuple(data["working_weekdays"]),
            tuple(_holiday(entry) for entry in data["holidays"]),
            data["first_year"],
            data["last_year"],
        )

    @property
    def version(self) -> str:
        """Digest of the content: a calendar that changes is another version."""
        return digest(canonical_json(self.as_dict()))


def build_calendar(
    region: str, time_zone: str, working_weekdays: Iterable[int], files: Iterable[Mapping[str, Any]]
) -> Calendar:
    """The calendar of a mall in `region`: the national files and those of the regions it lies in."""
    days: dict[date, Holiday] = {}
    years: set[int] = set()
    for file in files:
        if file["region"] is None:
            years.add(file["year"])
        elif region != file["region"] and not region.startswith(file["region"] + "."):
            continue
        for entry in file["days"]:
            holiday = _holiday(entry)
            days.setdefault(holiday.day, holiday)
    if not years or max(years) - min(years) + 1 != len(years):
        raise ValueError("the national calendars must cover one year after the other without a gap")
    return Calendar(
        time_zone, tuple(working_weekdays), tuple(days[day] for day in sorted(days)), min(years), max(years)
    )


def _holiday(entry: Mapping[str, Any]) -> Holiday:
    return Holiday(
        date.fromisoformat(entry["date"]),
        entry["kind"],
        Text(entry["name"]["id"], entry["name"]["en"]),
        entry["confirmed"],
    )
