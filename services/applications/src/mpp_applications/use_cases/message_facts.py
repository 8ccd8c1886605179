"""What a message about one version of an application needs, from our own database alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from mpp_runtime.errors import NotFound, Text

from mpp_applications.domain.status import LABELS
from mpp_applications.use_cases.offerings import Offerings
from mpp_applications.use_cases.ports import Store


@dataclass(frozen=True)
class CorrectionFacts:
    target: str
    label: Text
    note: str


@dataclass(frozen=True)
class MessageFacts:
    """`links`: kind → absolute URL; `texts`: language → {subject, body} of the definition."""

    recipient: str
    number: str
    service_name: Text
    mall_name: str
    state_label: Text
    desk_label: Text
    promised_date: str
    reason: str
    corrections: Sequence[CorrectionFacts]
    links: Mapping[str, str]
    texts: Mapping[str, Mapping[str, str]]


class MessageFactsReader:
    def __init__(self, store: Store, offerings: Offerings, public_url: str) -> None:
        self._store = store
        self._offerings = offerings
        self._public_url = public_url.rstrip("/")

    async def for_message(self, application: UUID, version: int) -> MessageFacts:
        """Raises NotFound if there is no such version."""
        head = await self._store.head(application)
        line = await self._store.history_line(application, version)
        offering = await self._offerings.local(head.digest) if head else None
        if head is None or line is None or offering is None:
            raise NotFound("version-unknown", Text("Versi tidak ditemukan.", "There is no such version."))
        entry = line.entry
        state = offering.state(entry.state) if entry.state else None
        desk = state.desk.label if state and state.desk else entry.unit
        if state and state.task:
            desk = offering.agency_name(offering.task(state.task).agency)
        links = {"application": f"{self._public_url}/applications/{application}"}
        if head.number:
            links["tracking"] = f"{self._public_url}/track?number={head.number}"
        if line.event == "DocumentIssued":
            links["document"] = f"{self._public_url}/applications/{application}"
        return MessageFacts(
            recipient=head.owner,
            number=head.number or "",
            service_name=offering.name,
            mall_name=offering.mall_name,
            state_label=state.label if state else LABELS[entry.status],
            desk_label=desk or Text("", ""),
            promised_date=entry.promised_date.isoformat() if entry.promised_date else "",
            reason=entry.reason,
            corrections=[
                CorrectionFacts(item.target, offering.target_label(item.target) or Text("", ""), item.note.id)
                for item in entry.items
            ],
            links=links,
            texts=offering.message_texts(line.event),
        )
