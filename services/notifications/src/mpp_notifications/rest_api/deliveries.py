"""What operators see of deliveries."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from mpp_runtime.rest import allow
from mpp_runtime.tokens import Caller

from mpp_notifications.rest_api.wire import DeliveriesOut, deliveries_out, position
from mpp_notifications.use_cases.watch_deliveries import WatchDeliveries


def router(watch: WatchDeliveries, retries: Sequence[timedelta]) -> APIRouter:
    """Routes of deliveries."""
    routes = APIRouter(prefix="/api/notifications/v1", tags=["deliveries"])

    @routes.get("/deliveries", summary="How many stand where, and which are in trouble; no personal data")
    async def read_deliveries(
        caller: Annotated[Caller, allow("officer", roles=["operator"])],
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        cursor: Annotated[str | None, Query(max_length=300)] = None,
    ) -> DeliveriesOut:
        overview = await watch(after=position(cursor), limit=limit + 1)
        return deliveries_out(overview, [pause.total_seconds() for pause in retries], limit)

    return routes
