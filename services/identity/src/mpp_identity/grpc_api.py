"""People, Officers, Mandates: wire to use case and back."""

from typing import Any

from mpp.identity.v1 import identity_pb2, identity_pb2_grpc
from mpp_runtime.grpc_server import caller_service

from mpp_identity.use_cases.particulars import Particulars


class PeopleServicer(identity_pb2_grpc.PeopleServicer):
    def __init__(self, particulars: Particulars) -> None:
        self._particulars = particulars

    async def GetParticulars(
        self, request: identity_pb2.GetParticularsRequest, context: Any
    ) -> identity_pb2.Particulars:
        values = await self._particulars.read(
            request.person,
            tuple(request.fields),
            purpose=request.purpose,
            application=request.application,
            reader=request.reader or f"service:{caller_service(context)}",
        )
        return identity_pb2.Particulars(**values)  # type: ignore[arg-type]

    async def GetContact(self, request: identity_pb2.GetContactRequest, context: Any) -> identity_pb2.Contact:
        account = await self._particulars.contact(
            request.person, purpose=request.purpose, reader=f"service:{caller_service(context)}"
        )
        return identity_pb2.Contact(
            email=account.email.value if account.email else "",
            phone=account.phone.value if account.phone else "",
            language=account.language,
            name=account.name,
        )


class OfficersServicer(identity_pb2_grpc.OfficersServicer):
    def __init__(self, particulars: Particulars) -> None:
        self._particulars = particulars

    async def ListForDesk(
        self, request: identity_pb2.ListForDeskRequest, context: Any
    ) -> identity_pb2.ListForDeskResponse:
        desk = request.desk
        found = await self._particulars.officers_of_desk(desk.role, desk.agency, desk.region)
        return identity_pb2.ListForDeskResponse(
            officers=[
                identity_pb2.Officer(
                    id=str(account.id), name=account.name, title=account.officer.title if account.officer else ""
                )
                for account in found
            ]
        )


class MandatesServicer(identity_pb2_grpc.MandatesServicer):
    def __init__(self, particulars: Particulars) -> None:
        self._particulars = particulars

    async def Check(self, request: identity_pb2.CheckMandateRequest, context: Any) -> identity_pb2.CheckMandateResponse:
        decision = await self._particulars.may_act(request.actor, request.subject, request.act, request.service)
        return identity_pb2.CheckMandateResponse(allowed=decision.allowed, mandate=decision.mandate)
