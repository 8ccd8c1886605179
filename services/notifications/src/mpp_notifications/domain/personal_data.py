"""No NIK leaves in a message, and no personal data stands in a subject line.

A subject line is shown on locked screens and kept by every mail server on the way (design §7.6, reliability T58).
"""

import re

# The shape of a NIK, domain.md §2: region, day (women +40), month, year, serial that is not 0000.
_NIK = re.compile(r"(?<!\d)(\d{4})\d{2}[0-7]\d(?:0[1-9]|1[012])\d{2}(?!0000)(\d{4})(?!\d)")


def has_nik(text: str) -> bool:
    """True if a number of the shape of a NIK stands in the text."""
    return _NIK.search(text) is not None


def mask_nik(text: str) -> str:
    """The text with the middle of every NIK replaced, as it is shown on pages: 3314********9001."""
    return _NIK.sub(r"\1********\2", text)


def one_line(text: str) -> str:
    """The text with every run of white space as one space: a subject line cannot start a new header."""
    return " ".join(text.split())
