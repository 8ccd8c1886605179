"""The portal over HTTP, its public API answered by a stand-in that keeps the shapes of the real one."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import OctKey
from mpp_notifications.rest_api import inbox
from mpp_notifications.storage.package_data import load_wording
from mpp_portal.clients.public_api import PublicApi
from mpp_portal.main import build
from mpp_portal.settings import PortalSettings

ROOT = Path(__file__).resolve().parents[3]
T = "2026-11-24T08:10:00Z"
SESSION_KEYS = json.dumps({"keys": [OctKey.generate_key(256, {"kid": "test"}).as_dict(private=True)]})

STANDING: dict[str, Any] = {
    "id": "0199a1b2-0000-7000-8000-000000000001", "number": "33.14/2026/000123", "version": 4,
    "mall": {"code": "33.14", "name": "MPP Kabupaten Sragen"},
    "service": {"code": "sip-perawat", "name": {"id": "SIP Perawat", "en": "Nurse's practice permit"}},
    "status": "ACTION_REQUIRED", "status_label": {"id": "Perlu tindakan Anda", "en": "Needs you"},
    "state": "correction", "state_label": {"id": "Menunggu perbaikan", "en": "Waiting for corrections"},
    "clock_owner": "APPLICANT", "created_at": T, "submitted_at": T, "promised_date": "2026-12-01",
    "due_at": "2026-11-26T09:00:00Z", "overdue": True,
    "waiting_for": {
        "kind": "agency", "agency": "sdmk", "name": {"id": "Registri", "en": "Registry"}, "since": T, "due_at": None,
        "away": True, "away_since": T, "claimed": False,
    },
}  # fmt: skip
LINES = [
    {
        "version": version, "at": T, "event": event, "title": {"id": title, "en": title},
        "who": {"id": "Petugas perizinan", "en": "Licensing office"}, "officer": None, "status": "IN_REVIEW",
        "state": None, "state_label": {"id": "x", "en": "x"}, "clock_owner": "AGENCY", "due_at": None,
        "promised_date": None, "reason": reason, "comment": "", "items": items,
    }
    for version, event, title, reason, items in (
        (1, "ApplicationSubmitted", "Diajukan", "", []),
        (2, "CorrectionRequested", "Dikembalikan", "Foto <b>buram</b>",
         [{"target": "/x", "label": {"id": "Alamat", "en": "Address"}, "note": {"id": "Lengkapi.", "en": "Finish."}}]),
    )
]  # fmt: skip
DOCUMENT: dict[str, Any] = {
    "status": "valid", "title": {"id": "Surat Izin Praktik", "en": "Practice permit"},
    "service_name": {"id": "SIP Perawat", "en": "Nurse's practice permit"}, "number": "503/0007/SIPP/33.14/2026",
    "holder": "S*** R***", "issued_by": "MPP Kabupaten Sragen", "issued_at": T, "valid_from": "2026-11-24",
    "valid_until": "2031-11-24", "revoked_at": None, "revocation_reason": "",
    "signer": {"name": "Hendra Gunawan", "title": "Kepala DPMPTSP", "agency": "dpmptsp"},
    "verification_code": "ABCD-EFGH-JKLM", "sha256": "ab" * 32, "simulated": True,
    "note": {"id": "Simulasi.", "en": "Simulation."},
}  # fmt: skip
# A mall that offers nothing yet: pages of public services are seen on a real mall, in tests/browser.
MALL = {"code": "33.14", "name": "MPP Kabupaten Sragen", "region": {"code": "33.14", "name": "Kabupaten Sragen"},
        "time_zone": "Asia/Jakarta", "working_weekdays": [1, 2, 3, 4, 5]}  # fmt: skip
CATALOG: dict[str, Any] = {
    "/api/catalog/v1/malls": {"items": [MALL]},
    "/api/catalog/v1/regions": {"items": [{"code": "33", "name": "Jawa Tengah", "parent": None, "level": "province"}]},
    "/api/catalog/v1/agencies": {"items": []},
    "/api/catalog/v1/offerings": {
        "items": [],
        "next_cursor": None,
        "corrected": {},
        "partial": False,
        "life_event": None,
    },
    "/api/catalog/v1/suggestions": {"items": [], "corrected": {}},
}
PROBLEM = {"type": "urn:x", "title": "x", "status": 404, "detail": "API says no.", "instance": "/", "code": "x"}


class StandIn:
    """The public API. `down` answers nothing, `status` overrides every answer; what was asked is kept."""

    def __init__(self) -> None:
        self.down = False
        self.status: int | None = None
        self.document = dict(DOCUMENT)
        self.asked: list[httpx.Request] = []
        app = FastAPI(title="Notifications", description="Tells people.")
        app.include_router(inbox.router(None, None, load_wording().email_notes))  # type: ignore[arg-type]
        self.openapi = app.openapi()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.down:
            raise httpx.ConnectError("refused")
        if self.status is not None:
            return httpx.Response(self.status, json={**PROBLEM, "status": self.status})
        path = request.url.path
        if path in CATALOG:
            return httpx.Response(200, json=CATALOG[path])
        if path.endswith("/openapi.json"):
            return httpx.Response(200, json=self.openapi)
        if path.startswith("/api/applications/v1/track/"):
            good = request.url.params.get("secret") == "RAHASIA" and path.endswith("000123")
            return httpx.Response(200, json={"application": STANDING, "lines": LINES}) if good else self._no()
        if path == "/api/applications/v1/verifications":
            good = b"%PDF-good" in request.content
            failed = [] if good else [{"code": "integrity", "text": {"id": "Isi berubah.", "en": "Content changed."}}]
            told = {"genuine": good, "sha256": "ab" * 32, "failed": failed, "document": self.document if good else None}
            return httpx.Response(200, json=told)
        if path.startswith("/api/applications/v1/verifications/"):
            return httpx.Response(200, json=self.document) if path.endswith("ABCD-EFGH-JKLM") else self._no()
        return self._no()

    @staticmethod
    def _no() -> httpx.Response:
        return httpx.Response(404, content=json.dumps(PROBLEM), headers={"content-type": "application/problem+json"})


def portal(stand_in: StandIn, **more: Any) -> FastAPI:
    settings = PortalSettings(
        **{
            "environment": "demo",
            "rest_port": 1,
            "public_url": "http://localhost:8080",
            "protos_dir": ROOT / "protos",
            "asyncapi_file": ROOT / "docs" / "asyncapi.yaml",
            "client_secret": "portal-secret",
            "session_key": SESSION_KEYS,
            **more,
        }
    )
    return build(settings, PublicApi("http://edge.test", httpx.MockTransport(stand_in)))


@pytest.fixture
def api() -> StandIn:
    return StandIn()


@pytest.fixture
async def web(api: StandIn) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of a demonstration mall, without redirects followed."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(portal(api)), base_url="http://localhost:8080"
    ) as client:
        yield client


@pytest.fixture
async def production(api: StandIn) -> AsyncIterator[httpx.AsyncClient]:
    app = portal(api, environment="production", public_url="https://mpp.example.id")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://mpp.example.id") as client:
        yield client
