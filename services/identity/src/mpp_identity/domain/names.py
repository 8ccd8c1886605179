"""Full names and birth dates as typed."""

from datetime import date

from mpp_runtime.errors import FieldError, Invalid, Text

EARLIEST = date(1900, 1, 1)
NEVER_IN_A_NAME = frozenset("<>{}|\\^`@#")


def _refuse(field: str, code: str, detail: Text) -> Invalid:
    return Invalid(code, detail, (FieldError(field, code, detail),))


def parse_name(text: str) -> str:
    """Without needless spaces. Raises Invalid at /name."""
    name = " ".join(text.split())
    if not 2 <= len(name) <= 150 or not name.isprintable() or NEVER_IN_A_NAME.intersection(name):
        detail = Text("Tulis nama lengkap seperti pada KTP.", "Write the full name as on the identity card.")
        raise _refuse("/name", "name-invalid", detail)
    return name


def check_birth_date(birth_date: date | None, today: date) -> date:
    """Raises Invalid at /birth_date; None stands for a text that is no date."""
    if birth_date is None:
        detail = Text("Isi tanggal lahir, contoh 1990-12-31.", "Give the birth date, for example 1990-12-31.")
        raise _refuse("/birth_date", "birth-date-missing", detail)
    if not EARLIEST <= birth_date <= today:
        detail = Text("Tanggal lahir tidak mungkin.", "The birth date is not possible.")
        raise _refuse("/birth_date", "birth-date-impossible", detail)
    return birth_date
