"""identity: how to reach a person."""

from uuid import UUID

from mpp.identity.v1.identity_pb2 import GetContactRequest
from mpp.identity.v1.identity_pb2_grpc import PeopleStub
from mpp_runtime.grpc_client import ServiceChannel

from mpp_notifications.domain.facts import Contact

PURPOSE = "message"


class PeopleContacts:
    """People.GetContact."""

    def __init__(self, channel: ServiceChannel) -> None:
        self._stub = PeopleStub(channel.channel)

    async def get(self, person: UUID) -> Contact:
        """Raises NotFound if there is no such account, TryLater if identity is away."""
        found = await self._stub.GetContact(GetContactRequest(person=str(person), purpose=PURPOSE))
        return Contact(email=found.email, name=found.name, language=found.language)
