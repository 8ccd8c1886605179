"""The facts of applications: each is offered to the routing table, in the transaction that marks it as heard.

The whole stream is taken, not the routed events alone: only then are the versions of an application without gaps, and
a lost event is noticed.
"""

from collections.abc import Callable
from uuid import UUID

from mpp_ledger.consumer import Event
from mpp_ledger.database import Transaction

from mpp_notifications.domain.messages import ApplicationFact
from mpp_notifications.use_cases.ports import Unit
from mpp_notifications.use_cases.record_fact import RecordFact

STREAM = "APPLICATIONS"
DURABLE = "notifications"
SUBJECT = "mpp.applications.v1.>"


class ApplicationFacts:
    """The handler of an OrderedConsumer."""

    def __init__(self, record: RecordFact, unit_of: Callable[[Transaction], Unit]) -> None:
        self._record = record
        self._unit_of = unit_of

    async def __call__(self, transaction: Transaction, event: Event) -> None:
        """Raises ValueError if the key is not an application id: the event is parked then."""
        fact = ApplicationFact(
            id=event.id, type=event.type, application=UUID(event.key), version=event.version, at=event.at
        )
        await self._record(self._unit_of(transaction), fact)
