"""Calls to other services."""

from mpp.identity.v1.identity_pb2 import Desk, ListForDeskRequest
from mpp.identity.v1.identity_pb2_grpc import OfficersStub
from mpp.notifications.v1.notifications_pb2 import CheckTemplateRequest
from mpp.notifications.v1.notifications_pb2_grpc import TemplatesStub
from mpp_runtime.grpc_client import ServiceChannel

from mpp_catalog.domain.drafts import Officer

# The definition names events of applications by their short name.
_EVENTS = "mpp.applications.v1"


class NotificationTemplates:
    """Notifications, which owns message templates."""

    def __init__(self, channel: ServiceChannel) -> None:
        self._stub = TemplatesStub(channel.channel)

    async def check(self, event: str, language: str, subject: str, body: str) -> list[str]:
        """What is wrong with the template, in English. Raises TryLater when notifications does not answer."""
        answer = await self._stub.Check(
            CheckTemplateRequest(event_type=f"{_EVENTS}.{event}", language=language, subject=subject, body=body)
        )
        return [f"{problem.where}: {problem.message} ({problem.code})" for problem in answer.problems]


class IdentityOfficers:
    """Identity, which knows who officers are."""

    def __init__(self, channel: ServiceChannel) -> None:
        self._stub = OfficersStub(channel.channel)

    async def national_operators(self) -> list[Officer]:
        """Operators of no agency and no region. Raises TryLater when identity does not answer."""
        answer = await self._stub.ListForDesk(ListForDeskRequest(desk=Desk(role="operator")))
        return [Officer(officer.id, officer.name, officer.title) for officer in answer.officers]
