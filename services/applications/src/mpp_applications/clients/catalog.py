"""The catalogue over gRPC."""

import json
import time
from collections.abc import Mapping
from datetime import date
from typing import Any

from mpp.catalog.v1 import catalog_pb2, catalog_pb2_grpc
from mpp_runtime.errors import Text
from mpp_runtime.grpc_client import ServiceChannel

from mpp_applications.domain.working_days import WorkingCalendar
from mpp_applications.use_cases.ports import FeeLine, Fees, Grant

# How long a grant that was taken back may still count.
_GRANT_SECONDS = 30.0


class CatalogClient:
    def __init__(self, channel: ServiceChannel) -> None:
        self._offerings = catalog_pb2_grpc.OfferingsStub(channel.channel)
        self._fees = catalog_pb2_grpc.FeesStub(channel.channel)
        self._calendars = catalog_pb2_grpc.CalendarsStub(channel.channel)
        self._agencies = catalog_pb2_grpc.AgenciesStub(channel.channel)
        self._grants: dict[str, tuple[float, Grant]] = {}

    async def pin(self, mall: str, service: str) -> tuple[str, bytes]:
        offering = await self._offerings.Pin(catalog_pb2.PinRequest(mall=mall, service=service))
        return offering.digest, offering.body

    async def by_digest(self, digest: str) -> bytes:
        offering = await self._offerings.GetByDigest(catalog_pb2.GetByDigestRequest(digest=digest))
        return bytes(offering.body)

    async def quote(self, digest: str, answers: Mapping[str, Any]) -> Fees:
        content = json.dumps(answers).encode()
        quoted = await self._fees.Quote(catalog_pb2.QuoteRequest(digest=digest, answers_json=content))
        return Fees(tuple(_fee_line(line) for line in quoted.lines), quoted.total_rupiah)

    async def calendar(self, mall: str) -> WorkingCalendar:
        found = await self._calendars.Get(catalog_pb2.GetCalendarRequest(mall=mall))
        return WorkingCalendar(
            version=found.version,
            time_zone=found.time_zone,
            weekdays=frozenset(found.working_weekdays),
            holidays=frozenset(date.fromisoformat(holiday.date) for holiday in found.holidays),
            first_year=found.first_year,
            last_year=found.last_year,
        )

    async def grant(self, agency: str) -> Grant:
        read_at, known = self._grants.get(agency, (0.0, None))
        if known is not None and time.monotonic() - read_at < _GRANT_SECONDS:
            return known
        found = await self._agencies.GetGrant(catalog_pb2.GetGrantRequest(agency=agency))
        grant = Grant(
            agency=found.agency,
            name=Text(found.name_id, found.name_en),
            jwks=json.loads(found.jwks_json),
            tasks={task.name: frozenset(task.services) for task in found.tasks},
            simulated=found.simulated,
        )
        self._grants[agency] = (time.monotonic(), grant)
        return grant

    async def keys(self, agency: str) -> dict[str, Any]:
        """The agency's public key set, for lookups."""
        return dict((await self.grant(agency)).jwks)


def _fee_line(line: catalog_pb2.FeeLine) -> FeeLine:
    return FeeLine(
        line.code,
        Text(line.label_id, line.label_en),
        line.rupiah,
        line.legal_reference,
        line.kind,
        Text(line.rule_id, line.rule_en) if line.rule_id else None,
        line.legal_reference_confirmed,
    )
