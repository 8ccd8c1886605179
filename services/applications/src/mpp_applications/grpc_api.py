"""What other services may ask of applications."""

from typing import Any
from uuid import UUID

from mpp.applications.v1 import applications_pb2, applications_pb2_grpc
from mpp_runtime.errors import NotFound, Text

from mpp_applications.use_cases.message_facts import MessageFactsReader


def _text(text: Text) -> applications_pb2.Text:
    return applications_pb2.Text(id=text.id, en=text.en)


class FactsServicer(applications_pb2_grpc.FactsServicer):
    """Who may call is in the contract; the runtime holds it."""

    def __init__(self, facts: MessageFactsReader) -> None:
        self._facts = facts

    async def ForMessage(
        self, request: applications_pb2.ForMessageRequest, context: Any
    ) -> applications_pb2.MessageFacts:
        try:
            application = UUID(request.application)
        except ValueError as error:
            raise NotFound("version-unknown", Text("Versi tidak ditemukan.", "There is no such version.")) from error
        found = await self._facts.for_message(application, request.version)
        return applications_pb2.MessageFacts(
            recipient=found.recipient,
            number=found.number,
            service_name=_text(found.service_name),
            mall_name=found.mall_name,
            state_label=_text(found.state_label),
            desk_label=_text(found.desk_label),
            promised_date=found.promised_date,
            reason=found.reason,
            corrections=[
                applications_pb2.Correction(target=each.target, label=_text(each.label), note=each.note)
                for each in found.corrections
            ],
            links=[applications_pb2.Link(kind=kind, url=url) for kind, url in found.links.items()],
            texts=[
                applications_pb2.MessageText(language=language, subject=text["subject"], body=text["body"])
                for language, text in found.texts.items()
            ],
        )
