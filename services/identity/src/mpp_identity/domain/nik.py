"""The NIK, the 16-digit population number: PPKKCC DDMMYY NNNN, day + 40 for women, no check digit.

Only shape and date are hard facts. The region is where a person was first registered, so old codes stay valid, and
wrong or changed NIKs exist: everything else is a warning, and the population agency has the last word.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from mpp_runtime.errors import FieldError, Invalid, Text

Sex = Literal["FEMALE", "MALE"]

SHAPE = re.compile(r"[0-9]{6}[0-7][0-9](?:0[1-9]|1[012])[0-9]{2}(?!0000)[0-9]{4}", re.ASCII)
# Province codes in use now or before a split; a NIK keeps the code of the day it was given.
PROVINCES = frozenset(
    str(code)
    for first, last in ((11, 19), (21, 21), (31, 36), (51, 54), (61, 65), (71, 76), (81, 82), (91, 97))
    for code in range(first, last + 1)
)
WOMEN_ADD = 40


def _refuse(detail: Text, field: str) -> Invalid:
    return Invalid("nik-invalid", detail, errors=(FieldError(field, "nik-invalid", detail),))


@dataclass(frozen=True)
class Nik:
    """A NIK of a possible shape. Never print `digits`: show `masked`."""

    digits: str

    @classmethod
    def parse(cls, text: str, field: str = "/nik") -> "Nik":
        """Spaces, dots and dashes are forgiven. Raises Invalid on a wrong shape or a day that never was."""
        digits = re.sub(r"[\s.\-]", "", text)
        if not SHAPE.fullmatch(digits):
            raise _refuse(
                Text(
                    "NIK harus 16 angka seperti pada KTP, tanpa huruf.",
                    "A NIK has 16 digits as on the identity card, no letters.",
                ),
                field,
            )
        nik = cls(digits)
        if not nik.birth_dates():
            raise _refuse(
                Text(
                    "Angka ke-7 sampai ke-12 pada NIK adalah tanggal lahir, dan tanggal itu tidak ada.",
                    "Digits 7 to 12 of a NIK are a birth date, and that date does not exist.",
                ),
                field,
            )
        return nik

    def __repr__(self) -> str:
        return f"Nik({self.masked})"

    @property
    def masked(self) -> str:
        """331410******9001: region and serial, no birth date."""
        return f"{self.digits[:6]}******{self.digits[12:]}"

    @property
    def region(self) -> str:
        """District of first registration, "33.14.10"."""
        return f"{self.digits[:2]}.{self.digits[2:4]}.{self.digits[4:6]}"

    @property
    def sex(self) -> Sex:
        return "FEMALE" if int(self.digits[6:8]) > WOMEN_ADD else "MALE"

    def birth_dates(self) -> tuple[date, ...]:
        """The dates the two-digit year may mean, oldest first; empty if there is no such day in either century."""
        day = int(self.digits[6:8])
        day = day - WOMEN_ADD if day > WOMEN_ADD else day
        month, year = int(self.digits[8:10]), int(self.digits[10:12])
        found = []
        for century in (1900, 2000):
            try:
                found.append(date(century + year, month, day))
            except ValueError:
                continue
        return tuple(found)

    def warnings(self, *, birth_date: date | None = None, sex: Sex | None = None) -> tuple[FieldError, ...]:
        """What does not fit, to be shown and never to refuse."""
        found = []
        if self.digits[:2] not in PROVINCES:
            found.append(
                FieldError(
                    "/nik",
                    "nik-region-unknown",
                    Text(
                        "Dua angka pertama NIK bukan kode provinsi yang dikenal.",
                        "The first two digits are no known province code.",
                    ),
                )
            )
        if birth_date is not None and birth_date not in self.birth_dates():
            found.append(
                FieldError(
                    "/birth_date",
                    "nik-birth-date-differs",
                    Text(
                        "Tanggal lahir berbeda dengan yang tertulis di NIK.", "The birth date differs from the NIK's."
                    ),
                )
            )
        if sex is not None and sex != self.sex:
            found.append(
                FieldError(
                    "/sex",
                    "nik-sex-differs",
                    Text("Jenis kelamin berbeda dengan yang tertulis di NIK.", "The sex differs from the NIK's."),
                )
            )
        return tuple(found)
