"""Dates, times, money and sizes as people in Indonesia write them, and texts in the reader's language."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

# Fixed offsets: Indonesia has had no summer time since 1950, and its clocks are known by these names.
ZONES = {
    "Asia/Jakarta": timezone(timedelta(hours=7), "WIB"),
    "Asia/Pontianak": timezone(timedelta(hours=7), "WIB"),
    "Asia/Makassar": timezone(timedelta(hours=8), "WITA"),
    "Asia/Jayapura": timezone(timedelta(hours=9), "WIT"),
}
WEST = "Asia/Jakarta"
_MONTHS = {
    "id": (
        "Januari", "Februari", "Maret", "April", "Mei", "Juni",
        "Juli", "Agustus", "September", "Oktober", "November", "Desember",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip


def day(iso: str | None, zone: str = WEST, *, language: str) -> str:
    """An ISO 8601 date, or the date of a time in the mall's zone: "7 Desember 2026"; "" for none."""
    if not iso:
        return ""
    found = _at(iso, zone).date() if "T" in iso else date.fromisoformat(iso)
    return f"{found.day} {_MONTHS[language][found.month - 1]} {found.year}"


def moment(iso: str | None, zone: str = WEST, *, language: str) -> str:
    """An RFC 3339 time in the mall's zone, which is named: "24 November 2026, 15.10 WIB"; "" for none."""
    if not iso:
        return ""
    at = _at(iso, zone)
    clock = f"{at:%H.%M}" if language == "id" else f"{at:%H:%M}"
    return f"{day(iso, zone, language=language)}, {clock} {at.tzname()}"


def money(rupiah: int | None, *, language: str) -> str:
    """Whole rupiah: "Rp 30.000"; "Gratis" for nothing to pay, "" for none."""
    if rupiah is None:
        return ""
    if rupiah == 0:
        return "Free" if language == "en" else "Gratis"
    return f"Rp {number(rupiah, language=language)}"


def number(value: int, *, language: str) -> str:
    """A whole number with its thousands marked: "1.234"."""
    told = f"{value:,}"
    return told if language == "en" else told.replace(",", ".")


def working_days(count: int, *, language: str) -> str:
    """ "3 hari kerja"."""
    if language == "en":
        return f"{count} working day" if count == 1 else f"{count} working days"
    return f"{count} hari kerja"


def until(iso: str | None, now: datetime | None = None, *, language: str) -> str:
    """How far a time is from now, in its largest unit: "3 hari lagi", "2 jam yang lalu"; "" for none."""
    if not iso:
        return ""
    seconds = (datetime.fromisoformat(iso).astimezone(UTC) - (now or datetime.now(UTC))).total_seconds()
    count, unit = _largest(abs(seconds))
    if count == 0:
        return "now" if language == "en" else "sekarang"
    if language == "en":
        named = f"{count} {unit[1]}{'' if count == 1 else 's'}"
        return f"in {named}" if seconds > 0 else f"{named} ago"
    return f"{count} {unit[0]} lagi" if seconds > 0 else f"{count} {unit[0]} yang lalu"


def file_size(count: int, *, language: str) -> str:
    """Bytes as people count them: "850 B", "12 KB", "2,4 MB"."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{round(count / 1000)} KB"
    told = f"{count / 1_000_000:.1f}".removesuffix(".0")
    return f"{told if language == 'en' else told.replace('.', ',')} MB"


def say(told: Any, *, language: str) -> str:
    """A text of the API, {id, en}, in the reader's language; the other one where it is empty; "" for none."""
    if not isinstance(told, Mapping):
        return ""
    other = "id" if language == "en" else "en"
    return str(told.get(language) or told.get(other) or "")


BY_LANGUAGE = {told.__name__: told for told in (day, moment, money, number, working_days, until, file_size, say)}


def _at(iso: str, zone: str) -> datetime:
    return datetime.fromisoformat(iso).astimezone(ZONES.get(zone, ZONES[WEST]))


def _largest(seconds: float) -> tuple[int, tuple[str, str]]:
    for size, unit in ((86400, ("hari", "day")), (3600, ("jam", "hour")), (60, ("menit", "minute"))):
        if seconds >= size:
            return int(seconds // size), unit
    return 0, ("detik", "second")
