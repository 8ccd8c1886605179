"""Hand e-mails to the SMTP server: at least once, with a Message-ID that stays the same on every try."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from mpp_notifications.domain.deliveries import AnswerLost, DeliveryState, after
from mpp_notifications.domain.messages import MessageDelivered, MessageFailed
from mpp_notifications.use_cases.ports import Clock, Journal, Mailer, Outgoing, Store

CHANNEL = "email"
SMTP_WITHIN = timedelta(seconds=30)
LEASE = timedelta(seconds=45)
"""Longer than a try may take, so that only a dead replica's mails are taken over; they wait under a minute."""


@dataclass(frozen=True)
class SendEmail:
    """Sends the e-mails that are due.

    Attributes:
        retries: pause before each further try.
    """

    store: Store
    mailer: Mailer
    clock: Clock
    journal: Journal
    retries: Sequence[timedelta]

    async def claim(self, limit: int) -> list[Outgoing]:
        """E-mails to send now, each of another application: their order within one is kept."""
        async with self.store.transaction() as unit:
            return list(await unit.deliveries.claim(self.clock.now(), lease=LEASE, limit=limit))

    async def __call__(self, outgoing: Outgoing) -> None:
        """One try, then what follows from its answer, in one commit."""
        outcome = await self.mailer.send(outgoing.mail, within=SMTP_WITHIN)
        now = self.clock.now()
        delivery = after(outgoing.delivery, outcome, now, self.retries)
        ids = {"delivery": str(delivery.id), "message": str(delivery.message)}
        async with self.store.transaction(delivery.message) as unit:
            if not await unit.deliveries.answered(delivery):
                self.journal.note("claim-lost", **ids)
                return
            about = (delivery.message, outgoing.application, CHANNEL)
            if delivery.state is DeliveryState.SENT:
                await unit.publish(MessageDelivered(*about, outgoing.application_version), now)
            elif delivery.state is DeliveryState.FAILED:
                await unit.publish(MessageFailed(*about, delivery.reason, outgoing.application_version), now)
        if isinstance(outcome, AnswerLost):
            self.journal.note("email-ambiguous", **ids, attempt=delivery.attempts)
        if delivery.state is not DeliveryState.SENT:
            self.journal.note(
                "email-not-sent", **ids, state=delivery.state, code=delivery.reason, attempt=delivery.attempts
            )
