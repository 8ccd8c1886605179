"""Everything around applications, in memory: catalogue, identity, agencies, bus, files, documents."""

import hashlib
import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from joserfc import jwe
from joserfc.jwk import OKPKey
from mpp_applications.clients.sealing import PlatformSeals
from mpp_applications.domain.actors import Desk
from mpp_applications.domain.documents import (
    DocumentFacts,
    DocumentRequest,
    IssuedDocument,
    PreparedDocument,
    Signer,
    StoredFile,
)
from mpp_applications.domain.working_days import WorkingCalendar
from mpp_applications.main import Outside
from mpp_applications.use_cases.agency_ports import SealedTask
from mpp_applications.use_cases.ports import FeeLine, Fees, Grant, LookupResult, OfficerFacts
from mpp_runtime.errors import Invalid, NotFound, Text, TryLater

from tests.unit.applications.samples import CALENDAR, HEAD, MONDAY, REGION, SITI, offering_content

AWAY = Text("Sedang tidak ada", "Away")


def key_sets() -> tuple[dict[str, Any], dict[str, Any]]:
    """(private, public) of somebody: one key for encryption, one for signatures."""
    keys = [
        OKPKey.generate_key("X25519", {"use": "enc"}, private=True, auto_kid=True),
        OKPKey.generate_key("Ed25519", {"use": "sig"}, private=True, auto_kid=True),
    ]
    private = {"keys": [{**key.as_dict(private=True), "use": key.get("use")} for key in keys]}
    public = {"keys": [{**key.as_dict(private=False), "use": key.get("use")} for key in keys]}
    return private, public


@dataclass
class FakeAgency:
    """An agency's side: opens tasks, signs results, checks receipts."""

    code: str
    platform_public: dict[str, Any]
    private: dict[str, Any] = field(default_factory=dict)
    public: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.private, self.public = key_sets()
        self.seals = PlatformSeals(self.private)

    def open(self, body: bytes) -> Mapping[str, Any]:
        found: dict[str, Any] = json.loads(self.seals.unseal(body))
        return found

    def result(self, task: UUID | str, outcome: str = "accepted", **more: Any) -> dict[str, Any]:
        return {
            "result": str(uuid4()), "task": str(task), "agency": self.code, "outcome": outcome, "data": {},
            "reasons": [], "until": None, "at": MONDAY.isoformat(), "simulated": True, **more,
        }  # fmt: skip

    def sealed(self, content: Mapping[str, Any]) -> bytes:
        signed = self.seals.receipt(content)  # any JWS by the agency's signing key
        return seal_bytes(signed, self.platform_public)

    def read_receipt(self, receipt: bytes) -> Mapping[str, Any]:
        return self.seals.verify(receipt, self.platform_public)


def seal_bytes(data: bytes, jwks: Mapping[str, Any]) -> bytes:
    key = OKPKey.import_key(next(key for key in jwks["keys"] if key["use"] == "enc"))
    header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}
    return jwe.encrypt_compact(header, data, key, algorithms=["ECDH-ES+A256KW", "A256GCM"]).encode()


class FakeCatalog:
    def __init__(self) -> None:
        self.contents = dict([offering_content()])
        self.offered = {(REGION, "sip-perawat"): next(iter(self.contents))}
        self.grants: dict[str, Grant] = {}
        self.away = False
        self.asked: list[str] = []
        self.fees: Fees | None = Fees(
            (FeeLine("a", Text("Biaya", "Fee"), 5000, "Perda", "retribusi", None, False),), 5000
        )

    def _there(self, what: str) -> None:
        self.asked.append(what)
        if self.away:
            raise TryLater("unavailable", AWAY)

    async def pin(self, mall: str, service: str) -> tuple[str, bytes]:
        self._there("pin")
        digest = self.offered.get((mall, service))
        if digest is None:
            raise NotFound("offering-unknown", AWAY)
        return digest, self.contents[digest]

    async def by_digest(self, digest: str) -> bytes:
        self._there("by_digest")
        return self.contents[digest]

    async def quote(self, digest: str, answers: Mapping[str, Any]) -> Fees:
        self._there("quote")
        if self.fees is None:
            raise Invalid("answers-do-not-fit", AWAY)
        return self.fees

    async def calendar(self, mall: str) -> WorkingCalendar:
        self._there("calendar")
        return CALENDAR

    async def grant(self, agency: str) -> Grant:
        self._there("grant")
        if agency not in self.grants:
            raise NotFound("agency-unknown", AWAY)
        return self.grants[agency]


@dataclass(frozen=True)
class Reading:
    person: str
    fields: tuple[str, ...]
    purpose: str
    reader: str


class FakeIdentity:
    """`readings` is the access log."""

    def __init__(self) -> None:
        self.readings: list[Reading] = []
        self.mandates: set[tuple[str, str, str]] = set()
        self.away = False
        self.people = {
            SITI: {
                "name": "Siti Rahmawati", "nik": "3314104708929001", "birth_date": "1992-08-07",
                "birth_place": "Sragen", "sex": "FEMALE", "address": "Sragen", "nik_verified": True,
            }
        }  # fmt: skip
        self.officers_at = {Desk("head", "dpmptsp", REGION): [OfficerFacts(HEAD.id, "Hendra Gunawan", "Kepala")]}

    async def particulars(
        self, person: str, fields: Sequence[str], *, purpose: str, application: UUID, reader: str
    ) -> Mapping[str, Any]:
        if self.away:
            raise TryLater("unavailable", AWAY)
        self.readings.append(Reading(person, tuple(fields), purpose, reader))
        found = self.people.get(person, {})
        return {name: found.get(name, "") for name in fields}

    async def officers(self, desk: Desk) -> Sequence[OfficerFacts]:
        return self.officers_at.get(desk, [])

    async def may_act(self, actor: str, subject: str, act: str, service: str) -> bool:
        return (actor, subject, act) in self.mandates


class FakeLookups:
    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], LookupResult] = {}
        self.asked: list[tuple[str, str, Mapping[str, Any]]] = []

    async def ask(
        self, agency: str, name: str, input: Mapping[str, Any], *, purpose: str, language: str
    ) -> LookupResult:
        self.asked.append((agency, name, input))
        return self.answers.get((agency, name), LookupResult("away", {}, None, None))


class FakeFiles:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def receive(
        self, *, application: UUID, types: Collection[str], max_bytes: int, file_name: str,
        chunks: AsyncIterator[bytes],
    ) -> StoredFile:  # fmt: skip
        content = b"".join([chunk async for chunk in chunks])
        if not content:
            raise Invalid("attachment-empty", AWAY)
        id = uuid4()
        key = f"attachments/{application}/{id}"
        self.kept[key] = content
        return StoredFile(id, file_name, "image/png", len(content), hashlib.sha256(content).hexdigest(), key)

    async def open(self, storage_key: str) -> AsyncIterator[bytes]:
        return _one(self.kept[storage_key])

    async def remove(self, storage_key: str) -> None:
        self.kept.pop(storage_key, None)


async def _one(content: bytes) -> AsyncIterator[bytes]:
    yield content


class FakeDocuments:
    """Signs nothing: what matters here is when it is asked and what it is given."""

    def __init__(self) -> None:
        self.requests: list[DocumentRequest] = []
        self.away = False
        self.broken = False

    async def prepare(self, request: DocumentRequest) -> PreparedDocument:
        if self.away:
            raise TryLater("signer-away", AWAY)
        self.requests.append(request)
        state = {"signer": vars(request.signer)}
        return PreparedDocument(f"503/{request.sequence:04d}", {"signed_attributes": "QUJD"}, state)

    def facts(self, request: DocumentRequest) -> DocumentFacts:
        return DocumentFacts(Text("Izin", "Permit"), "503/____", request.decided_at.date(), None, request.signer)

    async def picture(self, request: DocumentRequest) -> bytes:
        return f"<svg>{json.dumps(dict(request.particulars))}</svg>".encode()

    async def complete(
        self, task: UUID, application: UUID, output: str, prepared: PreparedDocument, data: Mapping[str, Any],
        at: datetime,
    ) -> IssuedDocument:  # fmt: skip
        if self.broken or data.get("signature") != "good":
            raise Invalid("signature-invalid", AWAY)
        signer = Signer(**prepared.state["signer"])
        digest = hashlib.sha256(str(task).encode()).hexdigest()
        return IssuedDocument(
            id=task, task=task, application=application, output=output, title=Text("Izin", "Permit"),
            number=prepared.number, holder="S*** R***", sha256=digest, storage_key=f"documents/{task}.pdf",
            verification_code=task.hex[:26].upper(), media_type="application/pdf", valid_from=at.date(),
            valid_until=None, issued_at=at, signer=signer, simulated=True,
        )  # fmt: skip

    async def open(self, storage_key: str) -> AsyncIterator[bytes]:
        return _one(b"%PDF-")


class FakeChannel:
    """The stream of tasks: `taken` are the sequences a connector has pulled."""

    def __init__(self) -> None:
        self.published: list[SealedTask] = []
        self.taken: set[int] = set()
        self.connected: set[str] = {"sdmk", "esign"}
        self.down = False

    async def publish(self, task: SealedTask) -> int:
        if self.down:
            raise TryLater("bus-away", AWAY)
        self.published.append(task)
        return len(self.published)

    async def waits(self, agency: str, sequence: int) -> bool:
        return sequence not in self.taken

    async def present(self, agency: str) -> bool:
        return agency in self.connected


class FakeClock:
    def __init__(self) -> None:
        self.at = MONDAY

    def __call__(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class World:
    """Everything outside, and two agencies with keys and grants."""

    def __init__(self) -> None:
        self.catalog, self.identity, self.lookups = FakeCatalog(), FakeIdentity(), FakeLookups()
        self.files, self.documents, self.clock = FakeFiles(), FakeDocuments(), FakeClock()
        private, public = key_sets()
        self.seals = PlatformSeals(private)
        self.sdmk, self.esign = FakeAgency("sdmk", public), FakeAgency("esign", public)
        for agency, task in ((self.sdmk, "check"), (self.esign, "sign")):
            self.catalog.grants[agency.code] = Grant(
                agency.code, Text(agency.code, agency.code), agency.public, {task: frozenset({"sip-perawat"})}, True
            )

    def outside(self) -> Outside:
        return Outside(
            catalog=self.catalog, identity=self.identity, lookups=self.lookups, documents=self.documents,
            files=self.files, seals=self.seals, clock=self.clock,
        )  # fmt: skip
