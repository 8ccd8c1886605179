"""What other services ask the catalogue."""

import json
from typing import Any

from mpp.catalog.v1 import catalog_pb2 as pb
from mpp.catalog.v1 import catalog_pb2_grpc as rpc

from mpp_catalog.domain.reference import Agency
from mpp_catalog.use_cases.browse import Browse
from mpp_catalog.use_cases.offerings import CurrentOfferings
from mpp_catalog.use_cases.ports import StoredOffering


def services(offerings: CurrentOfferings, browse: Browse) -> list[tuple[Any, Any, Any]]:
    """Servicers for the runtime's GrpcServer."""
    named = pb.DESCRIPTOR.services_by_name
    return [
        (rpc.add_OfferingsServicer_to_server, _Offerings(offerings), named["Offerings"]),
        (rpc.add_FeesServicer_to_server, _Fees(offerings), named["Fees"]),
        (rpc.add_CalendarsServicer_to_server, _Calendars(browse), named["Calendars"]),
        (rpc.add_AgenciesServicer_to_server, _Agencies(browse), named["Agencies"]),
    ]


class _Offerings(rpc.OfferingsServicer):
    def __init__(self, offerings: CurrentOfferings) -> None:
        self._offerings = offerings

    async def Pin(self, request: pb.PinRequest, context: Any) -> pb.Offering:
        return _offering(await self._offerings.in_force(request.mall, request.service))

    async def GetByDigest(self, request: pb.GetByDigestRequest, context: Any) -> pb.Offering:
        return _offering(await self._offerings.by_digest(request.digest))


class _Fees(rpc.FeesServicer):
    def __init__(self, offerings: CurrentOfferings) -> None:
        self._offerings = offerings

    async def Quote(self, request: pb.QuoteRequest, context: Any) -> pb.QuoteResponse:
        lines = await self._offerings.quote(request.digest, request.answers_json)
        return pb.QuoteResponse(
            lines=[
                pb.FeeLine(
                    code=line.code,
                    label_id=line.label.id,
                    label_en=line.label.en,
                    rupiah=line.rupiah,
                    legal_reference=line.legal_reference,
                    kind=line.kind,
                    rule_id=line.rule.id if line.rule else "",
                    rule_en=line.rule.en if line.rule else "",
                    legal_reference_confirmed=line.confirmed,
                )
                for line in lines
            ],
            total_rupiah=sum(line.rupiah for line in lines),
        )


class _Calendars(rpc.CalendarsServicer):
    def __init__(self, browse: Browse) -> None:
        self._browse = browse

    async def Get(self, request: pb.GetCalendarRequest, context: Any) -> pb.Calendar:
        version, calendar = await self._browse.calendar(request.mall, request.version)
        return pb.Calendar(
            version=version,
            time_zone=calendar.time_zone,
            working_weekdays=calendar.working_weekdays,
            holidays=[pb.Holiday(date=h.day.isoformat(), name=h.name.id) for h in calendar.holidays],
            first_year=calendar.first_year,
            last_year=calendar.last_year,
        )


class _Agencies(rpc.AgenciesServicer):
    def __init__(self, browse: Browse) -> None:
        self._browse = browse

    async def GetGrant(self, request: pb.GetGrantRequest, context: Any) -> pb.Grant:
        return _grant(await self._browse.agency(request.agency))


def _offering(stored: StoredOffering) -> pb.Offering:
    return pb.Offering(digest=stored.digest, body=stored.body)


def _grant(agency: Agency) -> pb.Grant:
    return pb.Grant(
        agency=agency.code,
        name_id=agency.name.id,
        name_en=agency.name.en,
        jwks_json=json.dumps(agency.jwks).encode() if agency.jwks else b"",
        lookups=[pb.LookupGrant(name=name) for name in agency.lookups],
        tasks=[pb.TaskGrant(name=task.name, services=task.services) for task in agency.tasks],
        simulated=agency.simulated,
    )
