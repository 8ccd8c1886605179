"""The nurse's permit as the catalogue would resolve it for one mall, people, a calendar. All synthetic."""

import copy
import hashlib
import json
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from mpp_applications.domain.actors import Actor, Desk
from mpp_applications.domain.definition import Offering
from mpp_applications.domain.working_days import WorkingCalendar

ROOT = Path(__file__).parents[3]
REGION = "33.14"
MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # 10:00 in Sragen
SITI = "01930000-0000-7000-8000-000000000001"
BUDI = "01930000-0000-7000-8000-000000000002"

CALENDAR = WorkingCalendar(
    version="test-1",
    time_zone="Asia/Jakarta",
    weekdays=frozenset({1, 2, 3, 4, 5}),
    holidays=frozenset({date(2026, 12, 25), date(2026, 12, 24)}),
    first_year=2026,
    last_year=2027,
)

ANSWERS: dict[str, Any] = {
    "sub_type": "new",
    "licence": {"number": "STR-PRW-0331-2201", "lifetime": True},
    "practice": {"kind": "facility", "ordinal": 1, "name": "RSUD Contoh", "address": "Jalan Contoh Nomor 1, Sragen"},
    "declaration": True,
}
PAPERS = ("photo", "identity-card", "place-letter")


def definition(service: str = "sip-perawat") -> dict[str, Any]:
    """A fresh copy each time, because tests change it."""
    return copy.deepcopy(_definition(service))


@cache
def _definition(service: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / f"definitions/public_services/{service}.yaml").read_text())
    return found


def offering_content(service: str = "sip-perawat", change: Any = None) -> tuple[str, bytes]:
    """(digest, content); `change` may edit the definition first."""
    resolved = definition(service)
    if change:
        change(resolved)
    body = {
        "mall": {
            "code": REGION,
            "name": "MPP Kabupaten Sragen",
            "region": {"code": REGION, "name": "Kabupaten Sragen"},
            "time_zone": "Asia/Jakarta",
        },
        "service": service,
        "version": resolved["version"],
        "definition": resolved,
        "templates": {},
        "agencies": {
            "sdmk": {"name": {"id": "Registri SDMK", "en": "Health-worker registry"}},
            "esign": {"name": {"id": "Tanda tangan elektronik", "en": "Electronic signatures"}},
        },
    }
    content = json.dumps(body, sort_keys=True, default=str).encode()
    return hashlib.sha256(content).hexdigest(), content


def offering(service: str = "sip-perawat", change: Any = None) -> Offering:
    return Offering.parse(*offering_content(service, change))


def officer(role: str, agency: str, id: str = "", region: str = REGION) -> Actor:
    return Actor("officer", id or f"officer-{role}", frozenset({Desk(role, agency, region)}))


VERIFIER = officer("verifier", "dpmptsp")
SECOND_VERIFIER = officer("verifier", "dpmptsp", "officer-verifier-2")
RECOMMENDER = officer("recommender", "dinkes")
HEAD = officer("head", "dpmptsp")
STRANGE_VERIFIER = officer("verifier", "dpmptsp", "officer-elsewhere", region="33.15")
