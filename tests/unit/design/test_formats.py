"""Dates, money, sizes and distances in time as people in Indonesia write them."""

from datetime import UTC, datetime

import pytest
from mpp_design import formats


@pytest.mark.parametrize(
    ("iso", "language", "written"),
    [
        ("2026-12-07", "id", "7 Desember 2026"),
        ("2026-12-07", "en", "7 December 2026"),
        ("2026-12-31T18:00:00Z", "id", "1 Januari 2027"),
        (None, "id", ""),
        ("", "en", ""),
    ],
)
def test_dates(iso: str | None, language: str, written: str) -> None:
    assert formats.day(iso, language=language) == written


@pytest.mark.parametrize(
    ("iso", "zone", "language", "written"),
    [
        ("2026-11-24T08:10:00Z", "Asia/Jakarta", "id", "24 November 2026, 15.10 WIB"),
        ("2026-11-24T15:10:00+07:00", "Asia/Jakarta", "en", "24 November 2026, 15:10 WIB"),
        ("2026-11-24T15:30:00Z", "Asia/Jayapura", "id", "25 November 2026, 00.30 WIT"),
        ("2026-11-24T08:10:00Z", "Asia/Makassar", "id", "24 November 2026, 16.10 WITA"),
        (None, "Asia/Jakarta", "id", ""),
    ],
)
def test_moments_are_in_the_zone_of_the_mall_and_say_it(
    iso: str | None, zone: str, language: str, written: str
) -> None:
    assert formats.moment(iso, zone, language=language) == written


@pytest.mark.parametrize(
    ("rupiah", "language", "written"),
    [
        (30000, "id", "Rp 30.000"),
        (1234567, "en", "Rp 1,234,567"),
        (0, "id", "Gratis"),
        (0, "en", "Free"),
        (None, "id", ""),
    ],
)
def test_money(rupiah: int | None, language: str, written: str) -> None:
    assert formats.money(rupiah, language=language) == written


@pytest.mark.parametrize(
    ("iso", "language", "written"),
    [
        ("2026-11-27T08:00:00Z", "id", "3 hari lagi"),
        ("2026-11-24T07:00:00Z", "en", "1 hour ago"),
        ("2026-11-24T08:05:30Z", "en", "in 5 minutes"),
        ("2026-11-24T08:00:20Z", "id", "sekarang"),
        (None, "id", ""),
    ],
)
def test_how_far_a_time_is(iso: str | None, language: str, written: str) -> None:
    assert formats.until(iso, datetime(2026, 11, 24, 8, 0, tzinfo=UTC), language=language) == written


@pytest.mark.parametrize(
    ("count", "language", "written"),
    [(850, "id", "850 B"), (12_300, "id", "12 KB"), (2_440_000, "id", "2,4 MB"), (10_000_000, "en", "10 MB")],
)
def test_sizes(count: int, language: str, written: str) -> None:
    assert formats.file_size(count, language=language) == written


def test_working_days() -> None:
    assert formats.working_days(3, language="id") == "3 hari kerja"
    assert formats.working_days(1, language="en") == "1 working day"


def test_a_text_is_said_in_the_other_language_rather_than_not_at_all() -> None:
    assert formats.say({"id": "Ya", "en": "Yes"}, language="en") == "Yes"
    assert formats.say({"id": "Ya", "en": ""}, language="en") == "Ya"
    assert formats.say(None, language="id") == ""
