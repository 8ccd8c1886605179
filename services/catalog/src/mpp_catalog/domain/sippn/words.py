"""Texts of a standard, which are Indonesian alone, and the codes made of them."""

import re
import unicodedata
from typing import Any

_LONGEST_CODE = 60


def both(text: str, english: str | None = None) -> dict[str, str]:
    """The text in both places; a person translates it."""
    return {"id": text, "en": english or text}


def unread(text: str, english: str | None = None) -> dict[str, Any]:
    """A fact of which the file does not say that it is confirmed."""
    return {**both(text, english), "confirmed": False}


def slug(text: str) -> str:
    """A code of the words: small letters, digits and single hyphens, beginning with a letter."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    code = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    code = code if code[:1].isalpha() else f"x-{code}".strip("-")
    return code[:_LONGEST_CODE].strip("-")
