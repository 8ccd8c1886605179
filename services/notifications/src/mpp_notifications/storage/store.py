"""The database as use cases see it, and facts on their way to the ledger."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from mpp.notifications.v1 import events_pb2
from mpp_ledger.database import Database, Transaction
from sqlalchemy.ext.asyncio import AsyncSession

from mpp_notifications.domain.messages import MessageDelivered, MessageFailed
from mpp_notifications.storage.choices import StoredCodeSends, StoredPreferences
from mpp_notifications.storage.deliveries import StoredDeliveries
from mpp_notifications.storage.inbox import StoredInbox
from mpp_notifications.storage.messages import StoredMessages
from mpp_notifications.use_cases.ports import CodeSends, Deliveries, Inbox, Messages, PreferencesOfPeople, Unit


class StoredUnit:
    """One transaction of the database."""

    def __init__(self, session: AsyncSession, transaction: Transaction | None) -> None:
        self.messages: Messages = StoredMessages(session)
        self.inbox: Inbox = StoredInbox(session)
        self.deliveries: Deliveries = StoredDeliveries(session)
        self.preferences: PreferencesOfPeople = StoredPreferences(session)
        self.codes: CodeSends = StoredCodeSends(session)
        self._transaction = transaction

    async def publish(self, fact: MessageDelivered | MessageFailed, at: datetime) -> None:
        """Raises RuntimeError in a unit that only reads."""
        if self._transaction is None:
            raise RuntimeError("a unit that only reads publishes nothing")
        await self._transaction.publish(_to_proto(fact), key=str(fact.message), at=at)


def unit_of(transaction: Transaction) -> Unit:
    """A transaction that somebody else opened (a consumer), as use cases see it."""
    return StoredUnit(transaction.session, transaction)


class DatabaseStore:
    """Opens transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def transaction(self, *locks: UUID) -> AsyncIterator[Unit]:
        async with self._database.transaction(lock=[str(key) for key in locks]) as transaction:
            yield StoredUnit(transaction.session, transaction)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Unit]:
        async with self._database.read() as session:
            yield StoredUnit(session, None)


def _to_proto(fact: MessageDelivered | MessageFailed) -> events_pb2.MessageDelivered | events_pb2.MessageFailed:
    about = {
        "message": str(fact.message),
        "application": str(fact.application),
        "channel": fact.channel,
        "application_version": fact.application_version,
    }
    if isinstance(fact, MessageFailed):
        return events_pb2.MessageFailed(**about, reason=fact.reason)  # type: ignore[arg-type]
    return events_pb2.MessageDelivered(**about)  # type: ignore[arg-type]
