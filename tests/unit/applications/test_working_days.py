"""Working days: against a definition by counting, and at the edges of what the calendar knows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpp_applications.domain.working_days import CalendarUnknown, WorkingCalendar

from tests.unit.applications.samples import CALENDAR

DAYS = st.dates(date(2026, 1, 1), date(2027, 6, 30))
HOLIDAYS = st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=30)
WEEKDAYS = st.frozensets(st.integers(1, 7), min_size=1)


@given(DAYS, st.integers(0, 30), HOLIDAYS, WEEKDAYS)
def test_the_nth_working_day_has_n_working_days_up_to_it(
    start: date, count: int, holidays: frozenset[date], weekdays: frozenset[int]
) -> None:
    calendar = WorkingCalendar("v", "Asia/Jakarta", weekdays, holidays, 2026, 2028)
    found = calendar.plus(start, count)
    days = [start + timedelta(days=n) for n in range(1, (found - start).days + 1)]
    assert sum(calendar.works(day) for day in days) == count == calendar.between(start, found)
    assert count == 0 or calendar.works(found)


@given(DAYS, st.integers(0, 15), st.integers(0, 15))
def test_adding_in_two_steps_is_adding_at_once(start: date, first: int, second: int) -> None:
    assert CALENDAR.plus(CALENDAR.plus(start, first), second) == CALENDAR.plus(start, first + second)


def test_weekend_and_holidays_do_not_count() -> None:
    # Wednesday 23 December 2026; 24 and 25 are holidays, then a weekend.
    assert CALENDAR.plus(date(2026, 12, 23), 1) == date(2026, 12, 28)


def test_a_step_is_due_at_the_end_of_the_day_where_the_mall_is() -> None:
    # 18:00 UTC on a Monday is already Tuesday in Sragen.
    due = CALENDAR.due(datetime(2026, 11, 23, 18, 0, tzinfo=UTC), 1)
    assert due.isoformat() == "2026-11-25T23:59:59+07:00"


@pytest.mark.parametrize("start", [date(2027, 12, 31), date(2025, 6, 1)])
def test_a_year_the_calendar_does_not_know_is_refused(start: date) -> None:
    with pytest.raises(CalendarUnknown) as refused:
        CALENDAR.plus(start, 5)
    assert refused.value.code == "calendar-unknown"
