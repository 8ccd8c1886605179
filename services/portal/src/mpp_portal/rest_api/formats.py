"""Dates and times as people write them, and texts in the reader's language."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

# Western Indonesian time, said beside every time of day; dates alone are as the API gives them.
WIB = timezone(timedelta(hours=7), "WIB")
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


def day(iso: str | None, language: str) -> str:
    """An ISO 8601 date, or the date of a time: "7 Desember 2026"; "" for none."""
    if not iso:
        return ""
    found = datetime.fromisoformat(iso).astimezone(WIB).date() if "T" in iso else date.fromisoformat(iso)
    return f"{found.day} {_MONTHS[language][found.month - 1]} {found.year}"


def moment(iso: str | None, language: str) -> str:
    """An RFC 3339 time: "24 November 2026, 15.10 WIB"; "" for none."""
    if not iso:
        return ""
    at = datetime.fromisoformat(iso).astimezone(WIB)
    clock = f"{at:%H.%M}" if language == "id" else f"{at:%H:%M}"
    return f"{day(iso, language)}, {clock} WIB"


def say(told: Any, language: str) -> str:
    """A text of the API, {id, en}, in the reader's language; the other one where it is empty; "" for none."""
    if not isinstance(told, Mapping):
        return ""
    other = "id" if language == "en" else "en"
    return str(told.get(language) or told.get(other) or "")
