"""All the outside world of notifications on one page."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from mpp_notifications.domain.deliveries import Delivery, Outcome
from mpp_notifications.domain.facts import Contact, Facts
from mpp_notifications.domain.mail import Mail
from mpp_notifications.domain.messages import InboxEntry, Message, MessageDelivered, MessageFailed
from mpp_notifications.domain.preferences import Preferences


class FactsOfApplications(Protocol):
    """applications: Facts.ForMessage."""

    async def for_message(self, application: UUID, version: int) -> Facts:
        """Raises NotFound if there is no such version, TryLater if applications is away."""
        ...


class Contacts(Protocol):
    """identity: People.GetContact."""

    async def get(self, person: UUID) -> Contact:
        """Raises NotFound if there is no such account, TryLater if identity is away."""
        ...


class Mailer(Protocol):
    """An SMTP server."""

    async def send(self, mail: Mail, *, within: timedelta) -> Outcome:
        """Hands a mail over. Never raises for what the server or the network does: that is the outcome."""
        ...


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """With offset."""
        ...


class Ids(Protocol):
    """New ids."""

    def __call__(self) -> UUID:
        """A UUIDv7."""
        ...


class Messages(Protocol):
    """What must be told."""

    async def add(self, message: Message, due: datetime) -> bool:
        """To be told from `due` on. False if its event and audience have one already."""
        ...

    async def claim(self, now: datetime, *, lease: timedelta, limit: int) -> Sequence[Message]:
        """Messages due and not leased, the oldest version of each application only; leased until `now + lease`."""
        ...

    async def told(self, message: Message, recipient: UUID) -> bool:
        """It is in the inbox. False if the claim is no longer ours."""
        ...

    async def postpone(self, message: Message, until: datetime, reason: str, *, error: bool) -> bool:
        """Try again then; `error` counts one more that nobody foresaw. False if the claim is no longer ours."""
        ...

    async def give_up(self, message: Message, reason: str) -> bool:
        """It cannot be told. False if the claim is no longer ours."""
        ...


class Inbox(Protocol):
    """The in-app inbox."""

    async def add(self, entry: InboxEntry) -> None:
        """Its id is the message's, so a second one is refused by the database."""
        ...

    async def list(
        self, person: UUID, *, unread_only: bool, after: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[InboxEntry]:
        """Newest first, with the state of each e-mail."""
        ...

    async def unread(self, person: UUID) -> int:
        """How many are unread."""
        ...

    async def mark_read(self, person: UUID, entry: UUID, now: datetime) -> InboxEntry | None:
        """The entry, read; None if it is not this person's. The first reading counts."""
        ...


@dataclass(frozen=True)
class Outgoing:
    """A delivery that was claimed: what to send, and what it is about."""

    delivery: Delivery
    mail: Mail
    application: UUID
    application_version: int
    traceparent: str = ""


@dataclass(frozen=True)
class StateCount:
    """How many messages or deliveries stand there."""

    channel: str
    state: str
    reason: str
    count: int


@dataclass(frozen=True)
class DeliveryLine:
    """A delivery as operators see it: no address, no text."""

    delivery: Delivery
    application: UUID
    channel: str
    created_at: datetime


class Deliveries(Protocol):
    """E-mails on their way."""

    async def add(self, outgoing: Outgoing) -> None:
        """A new delivery, PENDING."""
        ...

    async def claim(self, now: datetime, *, lease: timedelta, limit: int) -> Sequence[Outgoing]:
        """Deliveries due, the oldest unfinished of each application only: SENDING, one attempt more.

        One whose lease ran out while SENDING is claimed too; it is `recovered`, and counted as ambiguous.
        """
        ...

    async def answered(self, delivery: Delivery) -> bool:
        """Keeps what followed from the answer. False if another try was begun meanwhile."""
        ...

    async def counts(self) -> Sequence[StateCount]:
        """Messages (channel "inbox") and e-mails by state and reason."""
        ...

    async def ambiguous(self) -> int:
        """Tries whose answer was lost, of all deliveries and codes."""
        ...

    async def troubled(self, *, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[DeliveryLine]:
        """Failed, waiting to be retried, or ambiguous; newest first."""
        ...


class PreferencesOfPeople(Protocol):
    """What people chose."""

    async def get(self, person: UUID) -> Preferences:
        """The defaults, version 0, while nothing was chosen."""
        ...

    async def put(self, person: UUID, chosen: Preferences, *, expected: int) -> Preferences | None:
        """The new version; None if the present one is not `expected`."""
        ...


class CodeSends(Protocol):
    """Which codes were handed to a channel: request ids only, never a code or a contact."""

    async def begin(self, request_id: str, *, mail: UUID, channel: str, now: datetime, lease: timedelta) -> str:
        """Claims the sending: "claimed", "sent" if it was handed over before, "busy" while another call does it."""
        ...

    async def end(self, request_id: str, *, sent: bool, ambiguous: bool) -> None:
        """It was handed over, or it may be tried again."""
        ...


class Unit(Protocol):
    """One open transaction."""

    messages: Messages
    inbox: Inbox
    deliveries: Deliveries
    preferences: PreferencesOfPeople
    codes: CodeSends

    async def publish(self, fact: MessageDelivered | MessageFailed, at: datetime) -> None:
        """Writes the fact to the ledger. Its message must be locked by this transaction."""
        ...


class Store(Protocol):
    """The database."""

    def transaction(self, *locks: UUID) -> AbstractAsyncContextManager[Unit]:
        """Commits on exit. `locks`: the messages that facts are published about."""
        ...

    def read(self) -> AbstractAsyncContextManager[Unit]:
        """To read only."""
        ...


class Journal(Protocol):
    """What operators should notice: codes and ids, never personal data."""

    def note(self, what: str, **ids: str | int) -> None:
        """Keeps a line."""
        ...
