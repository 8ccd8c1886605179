"""All the outside world on one page."""

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol
from uuid import UUID

from mpp_identity.domain.accounts import Account, Role
from mpp_identity.domain.challenges import Challenge, Purpose
from mpp_identity.domain.contacts import Contact
from mpp_identity.domain.events import DomainEvent
from mpp_identity.domain.grants import Code, Family, RefreshToken
from mpp_identity.domain.keyed_hash import KeyedHash
from mpp_identity.domain.nik import Nik
from mpp_identity.domain.sessions import Session, Transaction


@dataclass(frozen=True)
class AccessEntry:
    """One reading of particulars. `reader` is "officer:<uuid>" or "service:<name>"; `fields` are names, no values."""

    id: UUID
    person: UUID
    at: datetime
    reader: str
    purpose: str
    fields: tuple[str, ...]
    application: str = ""


@dataclass(frozen=True)
class Consent:
    """A person allowed a client that is not of this suite to read these scopes."""

    account: UUID
    client_id: str
    scope: str
    given_at: datetime


@dataclass(frozen=True)
class Mandate:
    """`actor` may do `acts` for `subject`; no services means every public service."""

    id: UUID
    subject: UUID
    actor: UUID
    acts: tuple[str, ...]
    services: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True)
class Answered:
    """The answer a request got the first time, for its repeat with the same Idempotency-Key."""

    status: int
    body: bytes
    headers: dict[str, str]


class Accounts(Protocol):
    """Decrypted on reading, encrypted on writing."""

    async def get(self, account: UUID) -> Account | None: ...
    async def add(self, account: Account) -> None: ...
    async def save(self, account: Account) -> None:
        """Counts the version up. Raises Stale if another one saved it meanwhile."""

    async def holder_of(self, nik: Nik) -> Account | None:
        """The confirmed account with this NIK, whatever its status is now."""

    async def with_contact(self, contact: Contact) -> list[Account]:
        """Active accounts, oldest first: a family may share a phone."""

    async def officers_with(self, role: Role) -> list[Account]: ...
    async def officers_of(self, accounts: Collection[UUID]) -> list[Account]:
        """Those of these accounts that are an officer's."""

    async def synthetic(self) -> list[Account]: ...
    async def due_for_verification(self, now: datetime, limit: int) -> list[UUID]: ...
    async def remove_unconfirmed(self, before: datetime) -> int: ...


class Challenges(Protocol):
    async def add(self, challenge: Challenge) -> None: ...
    async def get(self, challenge: UUID) -> Challenge | None: ...
    async def latest(self, purpose: Purpose, account: UUID) -> Challenge | None: ...
    async def save(self, challenge: Challenge) -> None: ...
    async def remove_expired(self, before: datetime) -> int: ...


class Sessions(Protocol):
    async def add(self, session: Session) -> None: ...
    async def by_token(self, token_hash: bytes) -> Session | None: ...
    async def of_account(self, account: UUID) -> list[Session]: ...
    async def save(self, session: Session) -> None: ...
    async def add_transaction(self, transaction: Transaction) -> None: ...
    async def transaction(self, transaction: UUID) -> Transaction | None: ...
    async def finish_transaction(self, transaction: UUID, at: datetime) -> bool:
        """False if it was finished before."""

    async def remove_expired(self, before: datetime) -> int: ...


class Grants(Protocol):
    async def add_code(self, code: Code) -> None: ...
    async def code(self, token_hash: bytes) -> Code | None: ...
    async def use_code(self, code: Code, at: datetime) -> None: ...
    async def add_refresh(self, token: RefreshToken) -> None: ...
    async def refresh(self, token_hash: bytes) -> RefreshToken | None: ...
    async def use_refresh(self, token: RefreshToken, at: datetime) -> None: ...
    async def family(self, family: UUID) -> Family | None: ...
    async def of_account(self, account: UUID) -> list[Family]: ...
    async def revoke_family(self, family: UUID, at: datetime, reason: str) -> None: ...
    async def revoke_of_session(self, session: UUID, at: datetime, reason: str) -> None: ...
    async def revoke_of_client(self, account: UUID, client_id: str, at: datetime, reason: str) -> None: ...
    async def revoke_of_account(self, account: UUID, at: datetime, reason: str) -> None:
        """Its sessions too."""

    async def remove_expired(self, before: datetime) -> int: ...


class AccessLog(Protocol):
    async def write(self, entry: AccessEntry) -> None: ...
    async def of_person(self, person: UUID, limit: int, before: UUID | None) -> list[AccessEntry]:
        """Newest first, those older than `before`."""


class Consents(Protocol):
    async def give(self, consent: Consent) -> None: ...
    async def withdraw(self, account: UUID, client_id: str) -> bool:
        """False if there was none."""

    async def of_account(self, account: UUID) -> list[Consent]: ...


class Mandates(Protocol):
    async def between(self, actor: UUID, subject: UUID, at: datetime) -> list[Mandate]:
        """Those in force."""

    async def of_person(self, person: UUID) -> list[Mandate]: ...


class Limits(Protocol):
    async def hit(self, key: bytes, window: timedelta, now: datetime) -> tuple[int, int]:
        """Counts one more in the present window: (hits so far, seconds until the window ends)."""

    async def remove_expired(self, before: datetime) -> int: ...


class Work(Protocol):
    """One transaction, or one reading."""

    @property
    def accounts(self) -> Accounts: ...
    @property
    def challenges(self) -> Challenges: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def grants(self) -> Grants: ...
    @property
    def access_log(self) -> AccessLog: ...
    @property
    def consents(self) -> Consents: ...
    @property
    def mandates(self) -> Mandates: ...
    @property
    def limits(self) -> Limits: ...

    async def record(self, event: DomainEvent, at: datetime) -> None:
        """Into the ledger; its person must be among the locks."""

    async def answered(self, owner: str, key: str, fingerprint: bytes) -> Answered | None: ...
    async def remember(self, owner: str, key: str, status: int, body: bytes, headers: dict[str, str]) -> None: ...


class Store(Protocol):
    def read(self) -> AbstractAsyncContextManager[Work]: ...
    def transaction(self, *locks: str) -> AbstractAsyncContextManager[Work]:
        """Commits at the end of the block. `locks` are taken first, sorted."""


@dataclass(frozen=True)
class World:
    """What every use case needs: the store, keyed hashes, the time and new ids."""

    store: Store
    hashes: KeyedHash
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]


class Codes(Protocol):
    """Sends one-time codes. Raises TryLater if the channel did not take it."""

    async def send(self, contact: Contact, purpose: Purpose, code: str, language: str, request_id: UUID) -> None: ...


@dataclass(frozen=True)
class PopulationAnswer:
    """away: nobody answered in time, or not understandably. `birth_place` only when verified."""

    outcome: Literal["verified", "mismatch", "not_found", "away"]
    agency: str
    mismatches: tuple[str, ...] = ()
    birth_place: str = ""


class Population(Protocol):
    """The population agency, through its connector."""

    async def verify(self, nik: Nik, name: str, birth_date: str, language: str) -> PopulationAnswer: ...


class Tokens(Protocol):
    """Signs and reads tokens with this provider's keys."""

    def sign(self, claims: dict[str, Any], typ: str) -> str: ...
    def read(self, token: str, typ: str) -> dict[str, Any] | None:
        """Claims if the signature is ours and the type is right; whether it has expired is the caller's question."""
