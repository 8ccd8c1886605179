"""applications: what a message is about."""

from uuid import UUID

from mpp.applications.v1.applications_pb2 import ForMessageRequest, MessageFacts
from mpp.applications.v1.applications_pb2 import Text as ProtoText
from mpp.applications.v1.applications_pb2_grpc import FactsStub
from mpp_runtime.errors import Text
from mpp_runtime.grpc_client import ServiceChannel

from mpp_notifications.domain.facts import Correction, Facts, MessageText


class ApplicationFacts:
    """Facts.ForMessage."""

    def __init__(self, channel: ServiceChannel) -> None:
        self._stub = FactsStub(channel.channel)

    async def for_message(self, application: UUID, version: int) -> Facts:
        """Raises NotFound if there is no such version, TryLater if applications is away."""
        return to_facts(await self._stub.ForMessage(ForMessageRequest(application=str(application), version=version)))


def to_facts(wire: MessageFacts) -> Facts:
    """Raises ValueError if the recipient is no id."""
    return Facts(
        recipient=UUID(wire.recipient),
        number=wire.number,
        service_name=_text(wire.service_name),
        mall_name=wire.mall_name,
        state_label=_text(wire.state_label),
        desk_label=_text(wire.desk_label),
        promised_date=wire.promised_date,
        reason=wire.reason,
        corrections=tuple(Correction(label=_text(item.label), note=item.note) for item in wire.corrections),
        links={link.kind: link.url for link in wire.links},
        texts={text.language: MessageText(subject=text.subject, body=text.body) for text in wire.texts},
    )


def _text(wire: ProtoText) -> Text:
    return Text(id=wire.id, en=wire.en)
