"""A signing agency without a wire: the connector's own authority, asked directly. A nurse's approved application."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import yaml
from mpp_applications.document_files.pades import PadesSignatures
from mpp_applications.document_files.store import FileStore
from mpp_applications.document_files.typst_rendering import TypstRenderer
from mpp_applications.document_files.workers import WorkerProcesses
from mpp_applications.domain.documents import DocumentRequest, IssuedDocument, PreparedDocument, Signer
from mpp_applications.use_cases.document_ports import SignerCertificates
from mpp_applications.use_cases.documents import Documents
from mpp_connector_esign.authority import Authority
from mpp_connector_esign.signed_tasks import SignedTasks
from mpp_connector_esign.signing import Signing
from mpp_runtime.errors import Text, TryLater

DEFINITIONS = Path(__file__).parents[3] / "definitions"
JAKARTA = timezone(timedelta(hours=7))
HEAD = Signer(
    "019a0000-0000-7000-8000-000000000001", "Hendra Gunawan", "Kepala DPMPTSP Kabupaten Sragen", "dpmptsp", "33.14"
)


class Office:
    """Implements `document_ports.Certificates` and signs."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder)
        self.signing = Signing(self.authority, SignedTasks(folder / "signed-tasks.sqlite"))
        self.away = False
        self.asked = 0

    async def of(self, signer: Signer) -> SignerCertificates:
        self.asked += 1
        if self.away:
            raise TryLater("signer-away", Text("Tidak menjawab", "Does not answer"))
        return SignerCertificates(tuple(self.signing.certificates(asdict(signer))), simulated=True)

    async def sign(self, task: UUID, prepared: PreparedDocument, now: datetime | None = None) -> dict[str, Any]:
        return await self.signing.sign(str(task), dict(prepared.input), now)


class Desk:
    """Documents on a folder of their own, with an office to sign them."""

    def __init__(self, folder: Path, office: Office) -> None:
        self.folder, self.office = folder / "files", office
        self.files = FileStore.at(self.folder.as_uri())
        self.rendering, self.strangers = WorkerProcesses(), WorkerProcesses()
        self.signatures = PadesSignatures.trusting(office.authority.root_file, self.strangers)
        self.documents = Documents(
            self.files, TypstRenderer(self.rendering), self.signatures, office, "http://localhost:8080/"
        )

    async def issue(self, request: DocumentRequest, at: datetime | None = None) -> IssuedDocument:
        prepared = await self.documents.prepare(request)
        return await self.complete(request, prepared, await self.office.sign(request.task, prepared, at), at)

    async def complete(
        self, request: DocumentRequest, prepared: PreparedDocument, answer: dict[str, Any], at: datetime | None = None
    ) -> IssuedDocument:
        now = at or datetime.now(UTC)
        return await self.documents.complete(request.task, request.application, request.output, prepared, answer, now)

    async def read(self, document: IssuedDocument) -> bytes:
        return b"".join([piece async for piece in await self.documents.open(document.storage_key)])


def template(name: str) -> str:
    """A shipped template with the shared letter in it, as the catalogue publishes it."""
    folder = DEFINITIONS / "templates"
    source = (folder / f"{name}.typ").read_text("utf-8")
    return source.replace('#import "letter.typ": *\n', (folder / "letter.typ").read_text("utf-8"))


def definition(code: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEFINITIONS / "public_services" / f"{code}.yaml").read_text("utf-8"))
    return found


def nurse(**changes: Any) -> DocumentRequest:
    """An approved application for a nurse's permit; decided now."""
    request = DocumentRequest(
        task=uuid4(),
        application=uuid4(),
        application_number="33.14/SIP/2026/000123",
        output="permit",
        offering={
            "mall": {
                "code": "33.14",
                "name": "Mal Pelayanan Publik Kabupaten Sragen",
                "region": {"code": "33.14", "name": "Kabupaten Sragen"},
                "time_zone": "Asia/Jakarta",
            },
            "service": "sip-perawat",
            "definition": definition("sip-perawat"),
            "agencies": {
                "dpmptsp": {"name": {"id": "Dinas Perizinan Contoh", "en": "Licensing office"}, "simulated": False}
            },
            "templates": {"sip-perawat": {"source": template("sip-perawat")}},
        },
        digest="0" * 64,
        answers={
            "sub_type": "new",
            "licence": {"number": "STR-PRW-0331-2201", "lifetime": True, "credits_sufficient": True},
            "practice": {
                "kind": "facility",
                "ordinal": 1,
                "name": "RSUD Contoh Sragen",
                "address": "Jalan Contoh Nomor 5, Kelurahan Sragen Kulon, Kecamatan Sragen, Kabupaten Sragen",
                "district": "33.14.10",
            },
            "declaration": True,
        },
        particulars={"name": "Siti Rahmawati", "birth_place": "Sragen", "birth_date": "1992-08-07"},
        signer=HEAD,
        sequence=7,
        decided_at=datetime.now(JAKARTA).replace(microsecond=0),
    )
    return replace(request, **changes)
