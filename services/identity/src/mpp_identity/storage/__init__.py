"""Tables and repositories; `DatabaseStore` gives one unit of work over all of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import assert_never

from google.protobuf.message import Message
from mpp.identity.v1 import events_pb2
from mpp_ledger.database import Database
from mpp_ledger.transaction import Transaction
from sqlalchemy.ext.asyncio import AsyncSession

from mpp_identity.domain.events import DomainEvent, PersonRegistered, PersonVerified
from mpp_identity.domain.keyed_hash import KeyedHash
from mpp_identity.storage.accounts import StoredAccounts
from mpp_identity.storage.cipher import Cipher
from mpp_identity.storage.grants import StoredGrants
from mpp_identity.storage.records import StoredAccessLog, StoredConsents, StoredMandates
from mpp_identity.storage.sign_in import StoredChallenges, StoredLimits, StoredSessions
from mpp_identity.use_cases.ports import Answered

__all__ = ["Cipher", "DatabaseStore"]


class DatabaseWork:
    """Implements ports.Work."""

    def __init__(
        self, session: AsyncSession, cipher: Cipher, hashes: KeyedHash, transaction: Transaction | None = None
    ) -> None:
        self.accounts = StoredAccounts(session, cipher, hashes)
        self.challenges = StoredChallenges(session, cipher)
        self.sessions = StoredSessions(session, cipher)
        self.grants = StoredGrants(session)
        self.access_log = StoredAccessLog(session)
        self.consents = StoredConsents(session)
        self.mandates = StoredMandates(session)
        self.limits = StoredLimits(session)
        self._transaction = transaction

    async def record(self, event: DomainEvent, at: datetime) -> None:
        await self._writing().publish(_message(event), key=str(event.person), at=at)

    async def answered(self, owner: str, key: str, fingerprint: bytes) -> Answered | None:
        stored = await self._writing().idempotent(owner, key, fingerprint)
        return Answered(stored.status, stored.body, stored.headers) if stored else None

    async def remember(self, owner: str, key: str, status: int, body: bytes, headers: dict[str, str]) -> None:
        await self._writing().remember(owner, key, status, body, headers)

    def _writing(self) -> Transaction:
        if self._transaction is None:
            raise RuntimeError("this unit of work only reads")
        return self._transaction


class DatabaseStore:
    """Implements ports.Store on PostgreSQL."""

    def __init__(self, database: Database, cipher: Cipher, hashes: KeyedHash) -> None:
        self._database = database
        self._cipher = cipher
        self._hashes = hashes

    @asynccontextmanager
    async def read(self) -> AsyncIterator[DatabaseWork]:
        async with self._database.read() as session:
            yield DatabaseWork(session, self._cipher, self._hashes)

    @asynccontextmanager
    async def transaction(self, *locks: str) -> AsyncIterator[DatabaseWork]:
        async with self._database.transaction(lock=locks) as transaction:
            yield DatabaseWork(transaction.session, self._cipher, self._hashes, transaction)


def _message(event: DomainEvent) -> Message:
    match event:
        case PersonRegistered(person):
            return events_pb2.PersonRegistered(person=str(person))
        case PersonVerified(person, agency):
            return events_pb2.PersonVerified(person=str(person), agency=agency)
    assert_never(event)
