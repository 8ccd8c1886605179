"""Working days, on the real calendar of 2026 and 2027."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpp_catalog.domain.calendar import Calendar, build_calendar
from mpp_runtime.errors import Invalid

from tests.unit.catalog.shipped import content, folder

SRAGEN = content().calendars["33.14"]


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-24", 0, "2026-11-24"),
        ("2026-11-24", 1, "2026-11-25"),
        ("2026-11-24", 5, "2026-12-01"),  # over a week-end
        ("2026-03-17", 1, "2026-03-25"),  # Nyepi, Eid al-Fitr and their leave
        ("2026-12-23", 1, "2026-12-28"),  # leave, Christmas, week-end
        ("2026-12-31", 1, "2027-01-04"),  # into the next year's file
        ("2026-11-21", 1, "2026-11-23"),  # from a Saturday
    ],
)
def test_working_days_later(start: str, days: int, due: str) -> None:
    assert SRAGEN.add_working_days(date.fromisoformat(start), days) == date.fromisoformat(due)


def test_a_year_without_a_file_is_refused_not_guessed() -> None:
    for work in (
        lambda: SRAGEN.add_working_days(date(2027, 12, 30), 5),
        lambda: SRAGEN.add_working_days(date(2025, 12, 30), 1),
        lambda: SRAGEN.is_working_day(date(2028, 1, 3)),
        lambda: SRAGEN.working_days_of(2028),
    ):
        with pytest.raises(Invalid, match="calendar-unknown"):
            work()


def test_working_days_of_a_year_are_weekdays_less_holidays_on_weekdays() -> None:
    weekdays = sum((date(2026, 1, 1) + timedelta(days=n)).isoweekday() < 6 for n in range(365))
    off = sum(h.day.year == 2026 and h.day.isoweekday() < 6 for h in SRAGEN.holidays)
    assert SRAGEN.working_days_of(2026) == weekdays - off == 240


@given(st.dates(date(2026, 1, 1), date(2027, 6, 1)), st.integers(0, 60), st.integers(0, 60))
def test_days_add_up(start: date, one: int, two: int) -> None:
    at_once = SRAGEN.add_working_days(start, one + two)
    assert SRAGEN.add_working_days(SRAGEN.add_working_days(start, one), two) == at_once
    assert one + two == 0 or SRAGEN.is_working_day(at_once)


def test_a_regional_day_counts_in_its_region_only() -> None:
    name = {"id": "Hari jadi", "en": "Founding day"}
    day = {"date": "2026-11-25", "kind": "regional", "confirmed": True, "name": name}
    files: list[dict[str, Any]] = [file.document for file in folder().calendars]
    files.append({"year": 2026, "region": "33", "days": [day]})
    there = build_calendar("33.14", "Asia/Jakarta", [1, 2, 3, 4, 5], files)
    elsewhere = build_calendar("35.10", "Asia/Jakarta", [1, 2, 3, 4, 5], files)
    assert not there.is_working_day(date(2026, 11, 25))
    assert elsewhere.is_working_day(date(2026, 11, 25))
    assert elsewhere.version == SRAGEN.version != there.version


def test_a_calendar_survives_its_wire_form() -> None:
    assert Calendar.from_dict(SRAGEN.as_dict()) == SRAGEN
    assert len(SRAGEN.version) == 64


def test_a_gap_between_years_is_refused() -> None:
    files: list[dict[str, Any]] = [{"year": year, "region": None, "days": []} for year in (2026, 2028)]
    with pytest.raises(ValueError, match="gap"):
        build_calendar("33.14", "Asia/Jakarta", [1], files)
