"""One-time codes."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from mpp_runtime.errors import FieldError, Invalid, Text

from mpp_identity.domain.contacts import Contact
from mpp_identity.domain.keyed_hash import KeyedHash

Purpose = Literal["sign-up", "sign-in", "contact-change"]

LIFE = timedelta(minutes=10)
CHOICE_LIFE = timedelta(minutes=5)
ATTEMPTS = 5


def new_code() -> str:
    return f"{secrets.randbelow(1_000_000):06d}"


def code_digest(keyed_hash: KeyedHash, challenge: UUID, code: str) -> bytes:
    """Bound to its challenge, so that equal codes do not look equal."""
    return keyed_hash.of("code", str(challenge), code)


def _refuse(code: str, detail: Text) -> Invalid:
    return Invalid(code, detail, errors=(FieldError("/code", code, detail),))


@dataclass
class Challenge:
    """A code that was sent. `accounts` is empty when nobody has that contact: the same to look at, but never right."""

    id: UUID
    purpose: Purpose
    accounts: tuple[UUID, ...]
    contact: Contact | None
    digest: bytes
    expires_at: datetime
    attempts: int = 0
    passed_at: datetime | None = None

    def answer(self, digest: bytes, now: datetime) -> None:
        """Raises Invalid if the code is wrong, late, used or tried too often. The attempt counts either way."""
        if self.passed_at is not None or now >= self.expires_at:
            raise _refuse(
                "code-expired",
                Text("Kode sudah tidak berlaku. Minta kode baru.", "The code has expired. Ask for a new one."),
            )
        if self.attempts >= ATTEMPTS:
            raise _refuse(
                "code-attempts-used",
                Text("Terlalu banyak percobaan. Minta kode baru.", "Too many attempts. Ask for a new code."),
            )
        self.attempts += 1
        if not hmac.compare_digest(digest, self.digest) or not self.accounts:
            raise _refuse(
                "code-wrong", Text("Kode salah. Periksa lagi pesan terakhir.", "Wrong code. Check the latest message.")
            )
        self.passed_at = now

    def may_choose(self, account: UUID, now: datetime) -> bool:
        """After the code was right, one of several accounts with the same contact may be chosen for a short while."""
        return self.passed_at is not None and now < self.passed_at + CHOICE_LIFE and account in self.accounts
