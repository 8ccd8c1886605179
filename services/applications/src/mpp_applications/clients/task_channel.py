"""The stream TASKS: what agencies' connectors pull. The record stays in our database."""

from collections.abc import Mapping
from datetime import timedelta

import nats.errors
import nats.js.errors
from mpp_failpoints import Failpoint
from mpp_ledger.bus import Bus
from mpp_runtime.errors import Text, TryLater
from mpp_telemetry import current_traceparent
from mpp_telemetry.metrics import Gauge, Observation, Samples
from nats.js import api

from mpp_applications.use_cases.agency_ports import SealedTask

STREAM = "TASKS"
_ACK_WAIT = 30.0
_PING_SECONDS = 1.0
# Longer than any payload is good for; what nobody took by then was sealed anew anyway.
_KEPT = timedelta(days=3).total_seconds()
_BEFORE_OFFER = Failpoint("agency.before_offer")
_AFTER_OFFER = Failpoint("agency.after_offer")
_IN_FLIGHT = Gauge("mpp.agency_tasks.in_flight", "{task}", "Taken by a connector, not yet acknowledged.")
_AWAY = (nats.errors.Error, TimeoutError, OSError)


def _later() -> TryLater:
    return TryLater("bus-away", Text("Saluran ke instansi sedang terputus.", "The channel to the agencies is down."))


class TaskChannel:
    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._consumers: set[str] = set()

    async def publish(self, task: SealedTask) -> int:
        headers = {"Nats-Msg-Id": f"{task.id}:{task.attempt}", "mpp-task": str(task.id)}
        if traceparent := current_traceparent():
            headers["traceparent"] = traceparent
        try:
            await self._ensure_consumer(task.agency)
            await _BEFORE_OFFER.reach(task.agency)
            stored = await self._bus.js.publish(
                f"agency.{task.agency}.task.{task.name}", task.body, stream=STREAM, headers=headers
            )
            await _AFTER_OFFER.reach(task.agency)
        except nats.js.errors.NotFoundError as error:
            # The stream was lost (a new store): it is made again at the next attempt.
            self._consumers.clear()
            raise _later() from error
        except _AWAY as error:
            self._consumers.discard(task.agency)
            raise _later() from error
        return stored.seq

    async def waits(self, agency: str, sequence: int) -> bool:
        try:
            info = await self._bus.js.consumer_info(STREAM, agency)
        except nats.js.errors.NotFoundError:
            self._consumers.discard(agency)
            return False
        except _AWAY as error:
            raise _later() from error
        delivered = info.delivered.stream_seq if info.delivered else 0
        return delivered < sequence and bool(info.num_pending)

    def observed(self) -> Observation:
        """For `run_service`: what the connectors of the agencies asked so far have taken."""

        async def look() -> Mapping[Gauge, Samples]:
            infos = [(agency, await self._bus.js.consumer_info(STREAM, agency)) for agency in sorted(self._consumers)]
            return {_IN_FLIGHT: [(info.num_ack_pending or 0, {"agency": agency}) for agency, info in infos]}

        return Observation("agency tasks in flight", look)

    async def present(self, agency: str) -> bool:
        try:
            await self._bus.nc.request(f"srv.{agency}.PING", b"", timeout=_PING_SECONDS)
        except (nats.errors.NoRespondersError, nats.errors.TimeoutError):
            if not self._bus.nc.is_connected:
                raise _later() from None
            return False
        except _AWAY as error:
            raise _later() from error
        return True

    async def _ensure_consumer(self, agency: str) -> None:
        """The stream keeps a task until the agency acknowledged it: no payload stays behind."""
        if agency in self._consumers:
            return
        if not self._consumers:
            await self._bus.ensure_stream(
                STREAM, ["agency.*.task.*"], retention=api.RetentionPolicy.WORK_QUEUE, max_age=_KEPT
            )
        await self._bus.js.add_consumer(
            STREAM,
            api.ConsumerConfig(
                durable_name=agency,
                filter_subject=f"agency.{agency}.task.>",
                ack_policy=api.AckPolicy.EXPLICIT,
                ack_wait=_ACK_WAIT,
                max_deliver=-1,
                max_ack_pending=256,
            ),
        )
        self._consumers.add(agency)
