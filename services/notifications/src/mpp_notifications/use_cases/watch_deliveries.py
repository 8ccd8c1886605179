"""What operators see: how many stand where, and which are in trouble. No address, no text, no person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mpp_notifications.use_cases.ports import DeliveryLine, StateCount, Store


@dataclass(frozen=True)
class Overview:
    """Counts of everything, and one page of what is in trouble."""

    counts: Sequence[StateCount]
    ambiguous: int
    troubled: Sequence[DeliveryLine]


@dataclass(frozen=True)
class WatchDeliveries:
    """Reads the overview."""

    store: Store

    async def __call__(self, *, after: tuple[datetime, UUID] | None, limit: int) -> Overview:
        """Counts are of all time; the page is newest first."""
        async with self.store.read() as unit:
            return Overview(
                counts=await unit.deliveries.counts(),
                ambiguous=await unit.deliveries.ambiguous(),
                troubled=await unit.deliveries.troubled(after=after, limit=limit),
            )
