"""The smallest complete definition: every part is there, and what only its author can say is left empty.

Each empty place is a problem of the draft, so that the list of problems is the list of what to write.
"""

from datetime import date
from typing import Any


def skeleton(code: str, version: str, effective_from: date) -> dict[str, Any]:
    """A definition whose papers are checked at one desk, granted or rejected, and that costs nothing."""
    return {
        "code": code,
        "version": version,
        "name": _text(),
        "description": _text(),
        "owner": {"level": "regional", "agency": ""},
        "category": "",
        "keywords": {"id": [], "en": []},
        "effective_from": effective_from.isoformat(),
        "effective_to": None,
        "standard": {
            "procedure": [_text()],
            "duration": {"working_days": 5, "confirmed": False},
            "fee": {"id": "Gratis", "en": "Free of charge", "confirmed": False},
            "product": _text(),
            "complaints": _text(),
            "legal_basis": [{"title": "", "confirmed": False}],
            "facilities": _text(),
            "competence": _text(),
            "supervision": _text(),
            "staffing": _text(),
            "guarantee": _text(),
            "safety": _text(),
            "evaluation": _text(),
        },
        "requirements": [],
        "form": {
            "schema": {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "additionalProperties": False,
                "required": ["declaration"],
                "properties": {"declaration": {"const": True}},
            },
            "layout": [
                {
                    "title": {"id": "Pernyataan", "en": "Declaration"},
                    "fields": [
                        {
                            "path": "/declaration",
                            "label": {
                                "id": "Saya menyatakan data ini benar",
                                "en": "I declare that these data are true",
                            },
                        }
                    ],
                }
            ],
            "rules": [],
        },
        "prefill": [],
        "tasks": [],
        "workflow": _workflow(),
        "fees": [
            {
                "code": "service",
                "kind": "free",
                "label": {"id": "Pelayanan", "en": "Service"},
                "legal_reference": {"title": "", "confirmed": False},
            }
        ],
        "outputs": [],
        "messages": {},
        "education": [],
    }


def _workflow() -> dict[str, Any]:
    return {
        "start": "check",
        "states": [
            {
                "code": "check",
                "label": {"id": "Pemeriksaan berkas", "en": "Check of the papers"},
                "status": "IN_REVIEW",
                "clock": "AGENCY",
                "desk": {"role": "verifier", "agency": "", "label": _text()},
                "working_days": 5,
                "actions": [
                    _action("grant", "Kabulkan", "Grant", "handed-over", "StepEntered"),
                    _action("return", "Kembalikan", "Return", "correction", "CorrectionRequested", "items"),
                    _action("reject", "Tolak", "Reject", "rejected", "ApplicationRejected", "reason"),
                ],
            },
            {
                "code": "correction",
                "label": {"id": "Menunggu perbaikan pemohon", "en": "Waiting for your corrections"},
                "status": "ACTION_REQUIRED",
                "clock": "APPLICANT",
                "applicant": True,
                "actions": [_action("resubmit", "Ajukan kembali", "Submit again", "check", "CorrectionsSubmitted")],
            },
            _end("handed-over", "Selesai", "Done", "HANDED_OVER"),
            _end("rejected", "Ditolak", "Rejected", "REJECTED"),
            _end("withdrawn", "Ditarik pemohon", "Withdrawn", "WITHDRAWN"),
        ],
        "withdraw": {"to": "withdrawn", "event": "ApplicationWithdrawn", "from": ["check", "correction"]},
    }


def _text() -> dict[str, str]:
    return {"id": "", "en": ""}


def _end(code: str, id: str, en: str, status: str) -> dict[str, Any]:
    return {"code": code, "label": {"id": id, "en": en}, "status": status, "clock": "NONE"}


def _action(code: str, id: str, en: str, to: str, event: str, *needs: str) -> dict[str, Any]:
    action: dict[str, Any] = {"code": code, "label": {"id": id, "en": en}, "to": to, "event": event}
    return {**action, "needs": list(needs)} if needs else action
