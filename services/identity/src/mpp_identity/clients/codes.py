"""One-time codes, through notifications."""

from uuid import UUID

from mpp.notifications.v1 import notifications_pb2, notifications_pb2_grpc
from mpp_runtime.errors import Text, TryLater
from mpp_runtime.grpc_client import ServiceChannel

from mpp_identity.domain.challenges import LIFE, Purpose
from mpp_identity.domain.contacts import Contact


class NotificationCodes:
    """Implements ports.Codes by `Codes.Send`."""

    def __init__(self, channel: ServiceChannel) -> None:
        self._stub = notifications_pb2_grpc.CodesStub(channel.channel)

    async def send(self, contact: Contact, purpose: Purpose, code: str, language: str, request_id: UUID) -> None:
        request = notifications_pb2.SendCodeRequest(
            contact=contact.value,
            purpose=purpose,
            code=code,
            language=language,
            valid_minutes=int(LIFE.total_seconds()) // 60,
            request_id=str(request_id),
        )
        try:
            # Longer than the usual 2 s: behind it a mail server answers.
            await self._stub.Send(request, timeout=6.0)
        except TryLater as refusal:
            raise TryLater(
                "code-not-sent",
                Text(
                    "Kode belum dapat dikirim. Coba lagi sebentar.",
                    "The code cannot be sent now. Try again in a moment.",
                ),
                retry_after=15,
            ) from refusal
