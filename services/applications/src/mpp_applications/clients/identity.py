"""Identity over gRPC."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from mpp.identity.v1 import identity_pb2, identity_pb2_grpc
from mpp_runtime.grpc_client import ServiceChannel

from mpp_applications.domain.actors import Desk
from mpp_applications.use_cases.ports import OfficerFacts


class IdentityClient:
    def __init__(self, channel: ServiceChannel) -> None:
        self._people = identity_pb2_grpc.PeopleStub(channel.channel)
        self._officers = identity_pb2_grpc.OfficersStub(channel.channel)
        self._mandates = identity_pb2_grpc.MandatesStub(channel.channel)

    async def particulars(
        self, person: str, fields: Sequence[str], *, purpose: str, application: UUID, reader: str
    ) -> Mapping[str, Any]:
        request = identity_pb2.GetParticularsRequest(
            person=person, fields=fields, purpose=purpose, application=str(application), reader=reader
        )
        found = await self._people.GetParticulars(request)
        return {field: getattr(found, field) for field in fields}

    async def officers(self, desk: Desk) -> Sequence[OfficerFacts]:
        wanted = identity_pb2.Desk(role=desk.role, agency=desk.agency, region=desk.region)
        found = await self._officers.ListForDesk(identity_pb2.ListForDeskRequest(desk=wanted))
        return [OfficerFacts(officer.id, officer.name, officer.title) for officer in found.officers]

    async def may_act(self, actor: str, subject: str, act: str, service: str) -> bool:
        request = identity_pb2.CheckMandateRequest(actor=actor, subject=subject, act=act, service=service)
        answer = await self._mandates.Check(request)
        return bool(answer.allowed)
