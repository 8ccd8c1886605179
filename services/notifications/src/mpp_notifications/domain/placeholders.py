"""What a template may name: the same words in Indonesian and English templates."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from mpp_runtime.errors import Text

from mpp_notifications.domain.facts import Contact, Correction, Facts
from mpp_notifications.domain.languages import Language, written_date

ALWAYS = frozenset(
    {"number", "service_name", "mall_name", "state_label", "desk_label", "tracking_url", "application_url", "name"}
)
"""Offered for every event."""

_MORE: dict[str, frozenset[str]] = {
    "mpp.applications.v1.ApplicationSubmitted": frozenset({"promised_date"}),
    "mpp.applications.v1.CorrectionRequested": frozenset({"promised_date", "reason", "corrections"}),
    "mpp.applications.v1.ApplicationApproved": frozenset({"promised_date"}),
    "mpp.applications.v1.ApplicationRejected": frozenset({"reason"}),
    "mpp.applications.v1.ApplicationWithdrawn": frozenset(),
    "mpp.applications.v1.DocumentIssued": frozenset({"document_url"}),
}

PERSONAL = frozenset({"name", "reason", "corrections"})
"""Personal data, or free text that may hold some: never in a subject line."""


def offered(event: str) -> frozenset[str] | None:
    """The placeholders of an event's templates; None for an event that makes no message."""
    more = _MORE.get(event)
    return None if more is None else ALWAYS | more


def values(event: str, facts: Facts, contact: Contact, language: Language) -> dict[str, Any]:
    """What the placeholders of this event stand for.

    Raises:
        KeyError: the event makes no message.
    """
    names = ALWAYS | _MORE[event]
    everything: Mapping[str, Any] = {
        "number": facts.number,
        "service_name": _in(facts.service_name, language),
        "mall_name": facts.mall_name,
        "state_label": _in(facts.state_label, language),
        "desk_label": _in(facts.desk_label, language),
        "tracking_url": facts.links.get("tracking", ""),
        "application_url": facts.links.get("application", ""),
        "document_url": facts.links.get("document", ""),
        "promised_date": written_date(facts.promised_date, language),
        "reason": facts.reason,
        "corrections": [{"label": _in(item.label, language), "note": item.note} for item in facts.corrections],
        "name": contact.name,
    }
    return {name: everything[name] for name in names}


def sample(event: str, language: Language) -> dict[str, Any]:
    """Made-up values, to try a template with.

    Raises:
        KeyError: the event makes no message.
    """
    return values(
        event, _SAMPLE, Contact(email="siti@warga.example.id", name="Siti Rahmawati", language="id"), language
    )


def _in(text: Text, language: Language) -> str:
    return text.en if language == "en" else text.id


_SAMPLE = Facts(
    recipient=UUID(int=0),
    number="3314-2026-000123",
    service_name=Text(id="Surat Izin Praktik (SIP) Perawat", en="Nurse's practice permit (SIP)"),
    mall_name="MPP Kabupaten Sragen",
    state_label=Text(id="Pemeriksaan kelengkapan", en="Completeness check"),
    desk_label=Text(id="Petugas perizinan DPMPTSP", en="Licensing office"),
    promised_date="2026-12-07",
    reason="Alamat praktik berbeda dengan surat keterangan.",
    corrections=(Correction(label=Text(id="Alamat lengkap", en="Full address"), note="Tulis tanpa singkatan."),),
    links={
        "tracking": "http://localhost:8080/track?number=3314-2026-000123",
        "application": "http://localhost:8080/applications/0",
        "document": "http://localhost:8080/verify/SAMPLE",
    },
    texts={},
)
