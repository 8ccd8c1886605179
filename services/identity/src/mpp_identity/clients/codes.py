"""One-time codes, through notifications."""

from uuid import UUID

from mpp.notifications.v1 import notifications_pb2, notifications_pb2_grpc
from mpp_runtime.grpc_client import ServiceChannel

from mpp_identity.domain.challenges import LIFE, Purpose
from mpp_identity.domain.contacts import Contact


class NotificationCodes:
    """Implements ports.Codes by `Codes.Send`."""

    def __init__(self, channel: ServiceChannel) -> None:
        self._stub = notifications_pb2_grpc.CodesStub(channel.channel)

    async def send(self, contact: Contact, purpose: Purpose, code: str, language: str, request_id: UUID) -> None:
        await self._stub.Send(
            notifications_pb2.SendCodeRequest(
                contact=contact.value,
                purpose=purpose,
                code=code,
                language=language,
                valid_minutes=int(LIFE.total_seconds()) // 60,
                request_id=str(request_id),
            ),
            # Longer than the usual 2 s: behind it a mail server answers.
            timeout=6.0,
        )
