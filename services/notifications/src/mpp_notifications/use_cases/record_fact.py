"""An event of an application asks for messages: one row each, in the transaction that marks the event as seen."""

from dataclasses import dataclass

from mpp_notifications.domain.messages import ApplicationFact, Message
from mpp_notifications.domain.routing import Routing
from mpp_notifications.use_cases.ports import Clock, Ids, Unit


@dataclass(frozen=True)
class RecordFact:
    """Looks the event up in the routing table."""

    routing: Routing
    new_id: Ids
    clock: Clock

    async def __call__(self, unit: Unit, fact: ApplicationFact) -> int:
        """How many messages were added: none for an event that nobody is told about, or that was recorded before."""
        added = 0
        for route in self.routing.for_event(fact.type):
            added += await unit.messages.add(
                Message(
                    id=self.new_id(),
                    event=fact.id,
                    event_type=fact.type,
                    audience=route.audience,
                    application=fact.application,
                    application_version=fact.version,
                    created_at=fact.at,
                ),
                # Due now by our own clock: the publisher's may be ahead.
                self.clock.now(),
            )
        return added
