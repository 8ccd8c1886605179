"""The two languages of every message, and how dates are written in them."""

from datetime import date
from typing import Literal

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, Language] = ("id", "en")

_MONTHS: dict[Language, tuple[str, ...]] = {
    "id": (
        "Januari", "Februari", "Maret", "April", "Mei", "Juni",
        "Juli", "Agustus", "September", "Oktober", "November", "Desember",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip
_DAYS: dict[Language, tuple[str, ...]] = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def to_language(value: str | None) -> Language:
    """`value` if it is one of the two, else Indonesian."""
    return "en" if value == "en" else "id"


def written_date(iso: str, language: Language) -> str:
    """An ISO 8601 date as people write it: "Senin, 7 Desember 2026", "Monday, 7 December 2026"; "" stays "".

    Raises:
        ValueError: it is not a date.
    """
    if not iso:
        return ""
    day = date.fromisoformat(iso)
    return f"{_DAYS[language][day.weekday()]}, {day.day} {_MONTHS[language][day.month - 1]} {day.year}"
