"""Accounts: people and officers, and what may happen to them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from mpp_runtime.errors import Conflict, Text

from mpp_identity.domain.contacts import Channel, Contact
from mpp_identity.domain.nik import Nik, Sex

Kind = Literal["person", "officer"]
Status = Literal["pending", "active", "disabled"]
Language = Literal["id", "en"]
# pending: not asked yet or the agency was away; mismatch and not_found: it answered and the person must act.
VerificationState = Literal["pending", "verified", "mismatch", "not_found"]

RETRY_AFTER = (timedelta(seconds=10), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))


@dataclass(frozen=True)
class Role:
    """A role at a desk; no agency or no region means everywhere."""

    role: str
    agency: str | None = None
    region: str | None = None


@dataclass
class Verification:
    """Whether the population agency confirmed NIK, name and birth date."""

    state: VerificationState = "pending"
    at: datetime | None = None
    agency: str | None = None
    attempts: int = 0
    next_at: datetime | None = None
    mismatches: tuple[str, ...] = ()


@dataclass
class Person:
    """Particulars of a citizen."""

    nik: Nik
    birth_date: date
    sex: Sex
    birth_place: str = ""
    address: str = ""
    verification: Verification = field(default_factory=Verification)


@dataclass
class Officer:
    """Position of someone who works at a desk."""

    title: str
    roles: tuple[Role, ...] = ()


@dataclass
class Account:
    """Someone who can sign in. Exactly one of `person` and `officer` is there, by `kind`.

    `proven`: the channels ("email", "phone") whose contact answered with a code.
    """

    id: UUID
    kind: Kind
    status: Status
    name: str
    language: Language
    created_at: datetime
    updated_at: datetime
    email: Contact | None = None
    phone: Contact | None = None
    proven: frozenset[str] = frozenset()
    synthetic: bool = False
    version: int = 1
    person: Person | None = None
    officer: Officer | None = None

    @property
    def active(self) -> bool:
        return self.status == "active"

    @property
    def contact(self) -> Contact | None:
        """Where codes go."""
        return self.email or self.phone

    def is_proven(self, contact: Contact) -> bool:
        return contact.channel in self.proven and contact in (self.email, self.phone)

    def particulars(self) -> Person:
        if self.person is None:
            raise LookupError("an officer has no particulars")
        return self.person

    def confirm(self, channel: Channel, now: datetime) -> None:
        """The contact of this channel was proven. The NIK is asked for next, at once."""
        if self.status != "pending":
            raise Conflict(
                "already-confirmed",
                Text("Akun ini sudah dikonfirmasi. Silakan masuk.", "This account is confirmed. Sign in."),
            )
        self.status = "active"
        self.proven |= {channel}
        if self.person:
            self.person.verification.next_at = now

    def put_contact(self, contact: Contact) -> None:
        """A new contact that answered with a code."""
        if contact.channel == "email":
            self.email = contact
        else:
            self.phone = contact
        self.proven |= {contact.channel}

    def verified(self, now: datetime, agency: str, birth_place: str) -> bool:
        """True if this is news."""
        person = self.particulars()
        news = person.verification.state != "verified"
        person.verification = Verification("verified", now, agency, person.verification.attempts + 1)
        person.birth_place = birth_place or person.birth_place
        return news

    def not_verified(
        self, now: datetime, agency: str, state: VerificationState, mismatches: tuple[str, ...] = ()
    ) -> None:
        """The agency answered no: the person must act, nothing is asked again by itself."""
        person = self.particulars()
        person.verification = Verification(state, now, agency, person.verification.attempts + 1, mismatches=mismatches)

    def agency_away(self, now: datetime) -> None:
        """Ask again later, ever more rarely."""
        verification = self.particulars().verification
        delay = RETRY_AFTER[min(verification.attempts, len(RETRY_AFTER) - 1)]
        verification.attempts += 1
        verification.next_at = now + delay
