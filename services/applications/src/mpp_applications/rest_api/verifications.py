"""Is this document genuine? For anybody: no account, no names, the same answer for every reader."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from mpp_runtime.errors import Invalid, Text, TooLarge, UnsupportedMedia
from mpp_runtime.rest import MIB, allow, body_limit
from mpp_runtime.tokens import Caller
from pydantic import BaseModel, Field

from mpp_applications.domain.documents import grouped
from mpp_applications.rest_api import PREFIX
from mpp_applications.rest_api.allowance import Allowance, client_of
from mpp_applications.rest_api.multipart import FileForm
from mpp_applications.use_cases.verification import FailedCheck, Found, Verdict, Verification

Anyone = Annotated[Caller, allow("anonymous")]
MAX_BYTES = 10 * MIB
FORM_BYTES = MIB  # what a form puts around the file

SIMULATED = Text(
    "Simulasi: dokumen, pejabat, dan tanda tangan ini tiruan dan tidak memiliki kekuatan hukum.",
    "Simulation: document, officer and signature are made up and have no legal force.",
)
CHECKS: dict[FailedCheck, Text] = {
    "unknown-document": Text(
        "Berkas ini, byte demi byte, bukan dokumen yang pernah kami terbitkan.",
        "This file is not, byte for byte, a document that we issued.",
    ),
    "readable": Text("Berkas ini tidak dapat dibaca sebagai PDF.", "This file cannot be read as a PDF."),
    "signed": Text(
        "PDF ini tidak memuat tanda tangan elektronik seperti pada dokumen kami.",
        "This PDF holds no electronic signature of the kind our documents have.",
    ),
    "integrity": Text(
        "Isi berkas berubah setelah ditandatangani.", "The content of the file was changed after it was signed."
    ),
    "signer": Text(
        "Penanda tangan tidak dikenal atau sertifikatnya tidak berlaku saat menandatangani.",
        "The signer is not known to us, or the certificate was not valid when it was signed.",
    ),
    "time-stamp": Text("Cap waktu tanda tangan tidak sah.", "The time stamp of the signature is not good."),
    "long-term": Text(
        "Bukti masa berlaku sertifikat tidak ada di dalam berkas.",
        "The file does not hold the proof that its certificates were valid.",
    ),
}
_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/pdf": {"schema": {"type": "string", "format": "binary"}},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        },
    },
}


class TextOut(BaseModel):
    id: str
    en: str


class SignerOut(BaseModel):
    name: str
    title: str
    agency: str = Field(description="Agency code")


class DocumentOut(BaseModel):
    """What anybody may know of an issued document."""

    status: Literal["valid", "expired", "revoked"]
    title: TextOut
    service_name: TextOut
    number: str
    holder: str = Field(description="First letters only")
    issued_by: str = Field(description="Mall that issued it")
    issued_at: datetime = Field(description="Time stamp of the signature")
    valid_from: date
    valid_until: date | None
    revoked_at: datetime | None
    revocation_reason: str
    signer: SignerOut
    verification_code: str
    sha256: str = Field(description="Of the file, lower-case hexadecimal")
    simulated: bool
    note: TextOut | None = Field(description="Says so when it is a simulation")


class FailedCheckOut(BaseModel):
    code: str
    text: TextOut


class VerdictOut(BaseModel):
    """About a file. `document` is there when we issued exactly this file."""

    genuine: bool
    sha256: str
    failed: list[FailedCheckOut]
    document: DocumentOut | None


def router(verification: Verification) -> APIRouter:
    routes = APIRouter(prefix=PREFIX, tags=["verification"])
    codes, uploads = Allowance(per_minute=120, burst=60), Allowance(per_minute=12, burst=10)

    @routes.get("/verifications/{code}", summary="The document behind a code or QR")
    async def by_code(code: str, request: Request, _caller: Anyone) -> DocumentOut:
        codes.take(client_of(request))
        return _document(await verification.by_code(code))

    @routes.post(
        "/verifications",
        summary="Is this PDF genuine? At most 10 MiB",
        openapi_extra={"requestBody": _BODY},
    )
    @body_limit(MAX_BYTES + FORM_BYTES)
    async def by_file(request: Request, _caller: Anyone) -> VerdictOut:
        uploads.take(client_of(request))
        return _verdict(await verification.by_file(await _whole(await _file(request))))

    return routes


async def _file(request: Request) -> AsyncIterator[bytes]:
    content_type = request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/pdf":
        return request.stream()
    if kind != "multipart/form-data":
        raise UnsupportedMedia(
            "pdf-needed",
            Text("Kirim PDF sebagai application/pdf atau formulir.", "Send the PDF as application/pdf or in a form."),
        )
    form = FileForm(content_type, request.stream())
    await form.open()
    return form.chunks()


async def _whole(chunks: AsyncIterator[bytes]) -> bytes:
    content = bytearray()
    async for chunk in chunks:
        content += chunk
        if len(content) > MAX_BYTES:
            raise TooLarge("file-too-large", Text("Berkas lebih dari 10 MiB.", "The file is larger than 10 MiB."))
    if not content:
        raise Invalid("file-empty", Text("Berkas kosong.", "The file is empty."))
    return bytes(content)


def _document(found: Found) -> DocumentOut:
    document = found.facts.document
    return DocumentOut(
        status=found.validity,
        title=_text(document.title),
        service_name=_text(found.facts.service_name),
        number=document.number,
        holder=document.holder,
        issued_by=found.facts.mall_name,
        issued_at=document.issued_at,
        valid_from=document.valid_from,
        valid_until=document.valid_until,
        revoked_at=document.revoked_at,
        revocation_reason=document.revocation_reason,
        signer=SignerOut(name=document.signer.name, title=document.signer.title, agency=document.signer.agency),
        verification_code=grouped(document.verification_code),
        sha256=document.sha256,
        simulated=document.simulated,
        note=_text(SIMULATED) if document.simulated else None,
    )


def _verdict(verdict: Verdict) -> VerdictOut:
    return VerdictOut(
        genuine=verdict.genuine,
        sha256=verdict.sha256,
        failed=[FailedCheckOut(code=code, text=_text(CHECKS[code])) for code in verdict.failed],
        document=_document(verdict.found) if verdict.found else None,
    )


def _text(text: Text) -> TextOut:
    return TextOut(id=text.id, en=text.en)
