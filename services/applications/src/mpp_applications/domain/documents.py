"""Issued documents: what they are made from, what is kept of them, what may be shown to whoever verifies one."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from mpp_runtime.errors import Conflict, Text

# Crockford's base32: no I, L, O, U, so that a code read from paper or over the phone has one spelling.
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 26
CODE_BITS = 128
MISREAD = str.maketrans("ILO", "110")

MONTHS_ID = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

Validity = Literal["valid", "expired", "revoked"]
SignatureCheck = Literal["readable", "signed", "integrity", "signer", "time-stamp", "long-term"]


@dataclass(frozen=True)
class Signer:
    """The officer who signs and the position the officer signs in."""

    id: str
    name: str
    title: str
    agency: str
    region: str


@dataclass(frozen=True)
class DocumentRequest:
    """Everything a document is made from. The same request makes the same document.

    `output` is a code of definition.outputs; `offering` the resolved offering the application is pinned to;
    `particulars` the applicant's, as far as the output names them; `sequence` comes from the counter of mall, service
    and year; `decided_at` is the time of the approving decision in the mall's time zone.
    """

    task: UUID
    application: UUID
    application_number: str
    output: str
    offering: Mapping[str, Any]
    digest: str
    answers: Mapping[str, Any]
    particulars: Mapping[str, str]
    signer: Signer
    sequence: int
    decided_at: datetime


@dataclass(frozen=True)
class DocumentFacts:
    """What a document will say of itself, before it is decided. `number` has a gap where its sequence comes."""

    title: Text
    number: str
    valid_from: date
    valid_until: date | None
    signer: Signer


@dataclass(frozen=True)
class PreparedDocument:
    """A rendered document that waits for its signature. Both mappings are JSON.

    `input` is the input of the agency task `sign`; `state` is what completing it needs, opaque to everybody else.
    """

    number: str
    input: Mapping[str, Any]
    state: Mapping[str, Any]


@dataclass(frozen=True)
class IssuedDocument:
    """A signed document. `holder` is masked: the record names nobody. `sha256` is lower-case hexadecimal."""

    id: UUID
    task: UUID
    application: UUID
    output: str
    title: Text
    number: str
    holder: str
    sha256: str
    storage_key: str
    verification_code: str
    media_type: str
    valid_from: date
    valid_until: date | None
    issued_at: datetime
    signer: Signer
    simulated: bool
    revoked_at: datetime | None = None
    revocation_reason: str = ""


@dataclass(frozen=True)
class IssuedFacts:
    """An issued document with the words a reader needs beside it."""

    document: IssuedDocument
    service_name: Text
    mall_name: str
    application: UUID


@dataclass(frozen=True)
class StoredFile:
    """A received file: its name cleaned, its type found in its content."""

    id: UUID
    file_name: str
    media_type: str
    size: int
    sha256: str
    storage_key: str


@dataclass(frozen=True)
class SignatureReport:
    """What is wrong with the signature of a file: the checks that failed, in order; empty when it is good.

    `detail` is for operators. `signed_at` is the time stamp's, `signer` the name in the certificate; both are to be
    believed only when nothing failed.
    """

    failed: tuple[SignatureCheck, ...]
    signed_at: datetime | None = None
    signer: str = ""
    detail: str = ""

    @property
    def good(self) -> bool:
        return not self.failed


def validity(document: IssuedDocument, today: date) -> Validity:
    """A document is valid through the whole of its last day."""
    if document.revoked_at is not None:
        return "revoked"
    if document.valid_until is not None and today > document.valid_until:
        return "expired"
    return "valid"


def new_verification_code() -> str:
    """26 characters from 128 random bits: nobody finds a document by trying codes."""
    value = secrets.randbits(CODE_BITS)
    return "".join(CROCKFORD[(value >> shift) & 31] for shift in range(5 * (CODE_LENGTH - 1), -1, -5))


def read_verification_code(text: str) -> str | None:
    """The code as it is kept, from how a person wrote it: any case, spaces and dashes, I and L for 1, O for 0."""
    # The length is bounded first: the text comes from an address anybody may write.
    if len(text) > 3 * CODE_LENGTH:
        return None
    code = re.sub(r"[\s-]", "", text).upper().translate(MISREAD)
    if len(code) != CODE_LENGTH or any(character not in CROCKFORD for character in code):
        return None
    return code


def grouped(code: str) -> str:
    """For reading: groups of four, the last one of two."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def document_number(pattern: str, *, sequence: int | None, mall_code: str, year: int) -> str:
    """A number from a definition's pattern: {sequence}, {sequence:04d}, {mall_code}, {year}.

    Without a sequence, which is taken with the decision, there is a gap in its place: "503/____/SIPP/33.14/2026".
    """

    def counted(found: re.Match[str]) -> str:
        width = int(found[1] or 1)
        return "_" * max(width, 4) if sequence is None else f"{sequence:0{width}d}"

    number = re.sub(r"\{sequence(?::0?(\d{1,2})d)?\}", counted, pattern)
    number = number.replace("{mall_code}", mall_code).replace("{year}", str(year))
    if "{" in number or "}" in number or not number.strip():
        raise Conflict(
            "number-pattern-unknown",
            Text(f"Pola nomor dokumen tidak dikenal: {pattern}", f"Unknown pattern of a document number: {pattern}"),
        )
    return number


def date_text(day: date) -> Text:
    """ "24 November 2026" in both languages."""
    return Text(
        f"{day.day} {MONTHS_ID[day.month - 1]} {day.year}",
        f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}",
    )


def masked_name(name: str) -> str:
    """First letters only, and nothing of the length: "Siti Rahmawati" → "S*** R***"."""
    return " ".join(f"{word[0].upper()}***" for word in name.split() if word[0].isalnum()) or "***"
