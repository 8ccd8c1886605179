"""One field's value: as JSON, as typed into its inputs, as read by a person.

What cannot be understood is kept as it was typed: the draft stores it, the API says what is wrong, nothing is lost.
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from mpp_design.formats import day, say

from mpp_portal.rest_api.form.fields import Field
from mpp_portal.rest_api.form.pointers import value_at

_WHOLE = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:[. ]\d{3})+)", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d+[.,]\d+", re.ASCII)
_DAY_MONTH_YEAR = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2}|[a-z]{3,})[\s./-]+(\d{4})", re.ASCII | re.IGNORECASE)
# A JSON reader that uses doubles loses digits beyond this; the API refuses it as a number, so it stays text.
_LARGEST = 2**53


def parsed(field: Field, given: Sequence[str]) -> Any:
    """The JSON value of what was typed or chosen; None where nothing was."""
    texts = [_clean(text) for text in given]
    if field.kind == "choices":
        return [_option(field, text) for text in texts if text] or None
    if field.kind == "lines":
        lines = [line.strip() for text in texts for line in text.split("\n")]
        return [_whole(line) if field.whole_numbers else line for line in lines if line] or None
    text = texts[-1] if texts else ""
    if not text:
        return None
    match field.kind:
        case "statement" | "yes-no":
            return {"true": True, "false": False}.get(text, text)
        case "choice":
            return _option(field, text)
        case "integer":
            return _whole(text)
        case "number":
            return _number(text)
        case "date":
            return _date(text)
        case "time":
            return _time(text)
        case "nik":
            digits = re.sub(r"[\s.-]", "", text)
            return digits if digits.isdigit() else text
        case _:
            return text


def typed(field: Field, value: Any) -> list[str]:
    """What stands in the inputs for a value: one text, or one for each chosen option. `parsed` gives the value back.

    Of a list of entries it is how many there are: the entries have inputs of their own.
    """
    if value is None:
        return []
    if field.kind == "entries":
        return [str(len(value))] if isinstance(value, list) else []
    if isinstance(value, list):
        each = [_plain(item) for item in value]
        return ["\n".join(each)] if field.kind == "lines" else each
    return [_plain(value)]


def readable(field: Field, value: Any, language: str) -> str:
    """A value in words: the option's label, "Ya", "7 Agustus 1992"; "" where there is none."""
    if value is None:
        return ""
    if field.kind == "entries" and isinstance(value, list):
        return "; ".join(_entry(field, one, language) for one in value)
    if isinstance(value, list):
        return ", ".join(_words(field, item, language) for item in value)
    return _words(field, value, language)


def _entry(field: Field, one: Any, language: str) -> str:
    words = (readable(part, value_at(one, part.pointer), language) for part in field.parts)
    return ", ".join(each for each in words if each)


def _words(field: Field, value: Any, language: str) -> str:
    for option in field.options:
        if option.value == value and type(option.value) is type(value):
            return say(option.label, language=language)
    if isinstance(value, bool):
        return {"id": ("Tidak", "Ya"), "en": ("No", "Yes")}[language][value]
    if field.kind == "date" and isinstance(value, str):
        try:
            return day(date.fromisoformat(value).isoformat(), language=language)
        except ValueError:
            return value
    return _plain(value)


def _plain(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return format(Decimal(repr(value)), "f")
        case _:
            return str(value)


def _clean(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines).strip()


def _option(field: Field, text: str) -> Any:
    return next((option.value for option in field.options if str(option.value) == text), text)


def _whole(text: str) -> Any:
    if not _WHOLE.fullmatch(text):
        return text
    number = int(text.replace(".", "").replace(" ", ""))
    return number if abs(number) <= _LARGEST else text


def _number(text: str) -> Any:
    whole = _whole(text)
    if isinstance(whole, int) or not (_DECIMAL.fullmatch(text) or _WHOLE.fullmatch(text)):
        return whole
    number = float(text.replace(",", "."))
    return number if math.isfinite(number) else text


def _date(text: str) -> str:
    """ISO 8601; days come before months where they are typed by hand. Anything else stays as it is."""
    found = _DAY_MONTH_YEAR.fullmatch(text)
    if found is None:
        return text
    month = int(found[2]) if found[2].isdigit() else _month(found[2].lower())
    try:
        return date(int(found[3]), month, int(found[1])).isoformat()
    except ValueError:
        return text


def _time(text: str) -> str:
    """ "7.30" and "7:30" are "07:30"; anything else stays as it is."""
    found = re.fullmatch(r"(\d{1,2})[.:](\d{2})", text, re.ASCII)
    return f"{int(found[1]):02}:{found[2]}" if found else text


def _month(word: str) -> int:
    """1 to 12 of "agustus", "agt" or "aug"; 0 for no month."""
    for language in ("id", "en"):
        for number in range(1, 13):
            if day(date(2000, number, 1).isoformat(), language=language).split()[1].lower().startswith(word):
                return number
    return {"agt": 8, "ags": 8, "nop": 11, "peb": 2, "pebruari": 2, "nopember": 11}.get(word, 0)
