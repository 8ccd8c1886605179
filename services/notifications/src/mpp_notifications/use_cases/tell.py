"""Put a message into the person's inbox exactly once, and its e-mail on the way.

applications and identity are asked outside any transaction; then inbox entry, delivery and fact are one commit. The
inbox entry has the message's id, and the claim is checked in the same commit, so two replicas cannot both tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mpp_runtime.errors import NotFound, TryLater

from mpp_notifications.domain.deliveries import Delivery, DeliveryState
from mpp_notifications.domain.facts import NOBODY, Contact, Facts
from mpp_notifications.domain.languages import to_language
from mpp_notifications.domain.mail import Mail
from mpp_notifications.domain.messages import (
    MAX_ERRORS,
    InboxEntry,
    Message,
    MessageDelivered,
    MessageFailed,
    Rendered,
    pause,
)
from mpp_notifications.domain.preferences import Preferences
from mpp_notifications.domain.routing import Routing
from mpp_notifications.domain.templates import BrokenTemplate
from mpp_notifications.domain.wording import Wording
from mpp_notifications.use_cases.ports import Clock, Contacts, FactsOfApplications, Ids, Journal, Outgoing, Store, Unit

LEASE = timedelta(seconds=45)
"""Longer than the two calls and the commit may take; a dead replica's messages wait this long, under a minute."""

LONGEST_AWAY = timedelta(seconds=30)
"""Longest pause while a service is away: the delay people see after it is back."""
LONGEST_BROKEN = timedelta(minutes=5)


@dataclass(frozen=True)
class Tell:
    """Tells the messages that are due."""

    store: Store
    facts: FactsOfApplications
    contacts: Contacts
    routing: Routing
    wording: Wording
    clock: Clock
    new_id: Ids
    journal: Journal

    async def claim(self, limit: int) -> list[Message]:
        """Messages to tell now, each of another application, so that they may be told at the same time."""
        async with self.store.transaction() as unit:
            return list(await unit.messages.claim(self.clock.now(), lease=LEASE, limit=limit))

    async def __call__(self, message: Message) -> None:
        """Tells one claimed message, or says when to try again, or gives up for a reason that time does not mend."""
        try:
            facts = await self.facts.for_message(message.application, message.application_version)
            contact = await self._contact(facts.recipient)
            texts, broken = self.wording.message(message.event_type, facts, contact)
        except TryLater:
            await self._postpone(message, "service-away", pause(message.attempts, longest=LONGEST_AWAY))
        except NotFound:
            await self._give_up(message, "application-not-found")
        except BrokenTemplate:
            await self._give_up(message, "template-broken")
        else:
            for language in broken:
                self.journal.note("definition-text-broken", message=str(message.id), kind=language)
            await self._commit(message, facts, contact, texts)

    async def failed(self, message: Message, kind: str) -> None:
        """After an error nobody foresaw: again later and, after many tries, given up and shown to operators."""
        reason = f"error-{kind}"
        if message.errors + 1 >= MAX_ERRORS:
            await self._give_up(message, reason)
        else:
            await self._postpone(message, reason, pause(message.errors + 1, longest=LONGEST_BROKEN), error=True)

    async def _contact(self, person: UUID) -> Contact:
        try:
            return await self.contacts.get(person)
        except NotFound:
            return NOBODY

    async def _commit(self, message: Message, facts: Facts, contact: Contact, texts: Mapping[str, Rendered]) -> None:
        now = self.clock.now()
        async with self.store.transaction(message.id) as unit:
            if not await unit.messages.told(message, facts.recipient):
                self.journal.note("claim-lost", message=str(message.id))
                return
            await unit.inbox.add(
                InboxEntry(
                    id=message.id,
                    person=facts.recipient,
                    application=message.application,
                    event_type=message.event_type,
                    texts=texts,
                    links=facts.links,
                    created_at=now,
                )
            )
            await unit.publish(
                MessageDelivered(message.id, message.application, "inbox", message.application_version), now
            )
            await self._email(unit, message, facts, contact, texts, now)

    async def _email(
        self,
        unit: Unit,
        message: Message,
        facts: Facts,
        contact: Contact,
        texts: Mapping[str, Rendered],
        now: datetime,
    ) -> None:
        chosen: Preferences = await unit.preferences.get(facts.recipient)
        wanted = chosen.email or self.routing.is_mandatory(message.event_type, message.audience)
        if not contact.email or not wanted:
            return
        language = chosen.language or to_language(contact.language)
        delivery = Delivery(id=self.new_id(), message=message.id, state=DeliveryState.PENDING, attempts=0, next_at=now)
        mail = Mail(
            id=delivery.id,
            to=contact.email,
            subject=texts[language].subject,
            body=self.wording.mail_body(texts[language], contact, language),
            language=language,
            written_at=now,
        )
        await unit.deliveries.add(Outgoing(delivery, mail, message.application, message.application_version))

    async def _postpone(self, message: Message, reason: str, wait: timedelta, *, error: bool = False) -> None:
        async with self.store.transaction() as unit:
            await unit.messages.postpone(message, self.clock.now() + wait, reason, error=error)
        self.journal.note("message-postponed", message=str(message.id), code=reason, attempt=message.attempts)

    async def _give_up(self, message: Message, reason: str) -> None:
        async with self.store.transaction(message.id) as unit:
            if await unit.messages.give_up(message, reason):
                await unit.publish(
                    MessageFailed(message.id, message.application, "inbox", reason, message.application_version),
                    self.clock.now(),
                )
        self.journal.note("message-given-up", message=str(message.id), code=reason)
