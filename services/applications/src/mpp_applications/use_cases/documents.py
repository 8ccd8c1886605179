"""From an approved application to a signed document."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from mpp_runtime.errors import Conflict, Invalid, Text

from mpp_applications.domain.documents import (
    DocumentFacts,
    DocumentRequest,
    IssuedDocument,
    PreparedDocument,
    SignatureReport,
    Signer,
    date_text,
    document_number,
    grouped,
    masked_name,
    new_verification_code,
)
from mpp_applications.domain.expressions import evaluate
from mpp_applications.use_cases.document_ports import (
    Certificates,
    Files,
    Renderer,
    Signatures,
    Unsigned,
)
from mpp_applications.use_cases.readable import readable

MEDIA_TYPE = "application/pdf"
CLOCK_SKEW = timedelta(minutes=5)
SIMULATED = Text(
    "DOKUMEN SIMULASI: bukan izin yang sah. Data, pejabat, dan tanda tangan elektronik ini tiruan.",
    "SIMULATED DOCUMENT: not a valid permit. Data, officer and electronic signature are made up.",
)
NOT_GOOD = Text("Tanda tangan elektronik tidak sah untuk dokumen ini.", "The signature is not good for this document.")
UNSIGNED = Text("PRATINJAU: belum ditandatangani dan belum berlaku.", "PREVIEW: not signed and not in force.")
REASON = "Persetujuan secara elektronik"


class Documents:
    """Prepares, completes and opens issued documents. Call it outside any transaction: it renders, asks, writes files.

    `public_url` is the origin that verification codes point at.
    """

    def __init__(
        self, files: Files, renderer: Renderer, signatures: Signatures, certificates: Certificates, public_url: str
    ) -> None:
        self._files = files
        self._renderer = renderer
        self._signatures = signatures
        self._certificates = certificates
        self._public_url = public_url.rstrip("/")

    async def prepare(self, request: DocumentRequest) -> PreparedDocument:
        """Render the document and compute what is to be signed. Asked again for the same task, the same comes back.

        TryLater: the signing agency or the file store is away. Any other refusal is for an operator: the template, the
        number pattern, a rule, or an officer without a certificate.
        """
        key = f"tasks/{request.task}/prepared.json"
        if prepared := await self._prepared(key):
            return prepared
        found = await self._certificates.of(request.signer)
        output = _output(request)
        code = new_verification_code()
        number = document_number(
            output["number"],
            sequence=request.sequence,
            mall_code=str(request.offering["mall"]["code"]),
            year=request.decided_at.year,
        )
        valid_from = request.decided_at.date()
        valid_until = _valid_until(output, request.answers, valid_from)
        data = self._data(request, output, number, code, valid_until, simulated=found.simulated)
        template = request.offering["templates"][output["template"]]["source"]
        pdf = await self._renderer.render(template, data, request.decided_at)
        unsigned = await self._signatures.prepare(
            pdf,
            found.certificates,
            reason=REASON,
            location=str(request.offering["mall"]["name"]),
            at=request.decided_at,
        )
        digest = sha256(unsigned.pdf).hexdigest()
        unsigned_key = f"tasks/{request.task}/{digest}.pdf"
        await self._files.create(unsigned_key, unsigned.pdf)
        document = PreparedDocument(
            number=number,
            input={
                "signer": asdict(request.signer),
                "signed_attributes": base64.b64encode(unsigned.signed_attributes).decode(),
                "digest_algorithm": "sha256",
            },
            state={
                "unsigned_key": unsigned_key,
                "unsigned_sha256": digest,
                "place": dict(unsigned.place),
                "verification_code": code,
                "title": output["name"],
                "holder": masked_name(request.particulars.get("name", "")),
                "valid_from": valid_from.isoformat(),
                "valid_until": valid_until.isoformat() if valid_until else None,
                "prepared_for": request.decided_at.isoformat(),
                "simulated": found.simulated,
            },
        )
        # Whoever writes this file first decides; a second preparation under way at the same time takes that one.
        if await self._files.create(key, json.dumps(asdict(document), sort_keys=True).encode()):
            return document
        return await self._prepared(key) or document

    def facts(self, request: DocumentRequest) -> DocumentFacts:
        """What the document will say of itself; its number is taken with the decision, so it has a gap.

        Refusals are for an operator: the number pattern or a rule.
        """
        output = _output(request)
        number = document_number(
            output["number"],
            sequence=None,
            mall_code=str(request.offering["mall"]["code"]),
            year=request.decided_at.year,
        )
        valid_from = request.decided_at.date()
        return DocumentFacts(
            title=Text(output["name"]["id"], output["name"]["en"]),
            number=number,
            valid_from=valid_from,
            valid_until=_valid_until(output, request.answers, valid_from),
            signer=request.signer,
        )

    async def picture(self, request: DocumentRequest) -> bytes:
        """The document as it would look, as an SVG picture that says it is not signed. Nothing is kept."""
        output, facts = _output(request), self.facts(request)
        data = self._data(request, output, facts.number, "", facts.valid_until, simulated=True)
        data["simulated_note"] = UNSIGNED.id
        template = request.offering["templates"][output["template"]]["source"]
        return await self._renderer.picture(template, data, request.decided_at)

    async def complete(
        self,
        task: UUID,
        application: UUID,
        output: str,
        prepared: PreparedDocument,
        data: Mapping[str, Any],
        at: datetime,
    ) -> IssuedDocument:
        """Put the agency's answer into the document, judge the finished file as any verifier would, and keep it.

        Invalid("signature-invalid"): the answer is not a good signature of this document; `checks` says which failed.
        """
        state = prepared.state
        signer = Signer(**prepared.input["signer"])
        key = f"documents/{task}.pdf"
        signed = await self._signed(prepared, data)
        report = await self._signatures.judge(signed, at)
        self._believe(report, state, at)
        if not await self._files.create(key, signed):
            signed = await self._files.read(key)  # completed before, and judged before it was kept
            report = await self._signatures.judge(signed, at)
        if report.signed_at is None:
            raise RuntimeError("a good signature without a time stamp")
        return IssuedDocument(
            id=task,
            task=task,
            application=application,
            output=output,
            title=Text(state["title"]["id"], state["title"]["en"]),
            number=prepared.number,
            holder=state["holder"],
            sha256=sha256(signed).hexdigest(),
            storage_key=key,
            verification_code=state["verification_code"],
            media_type=MEDIA_TYPE,
            valid_from=date.fromisoformat(state["valid_from"]),
            valid_until=date.fromisoformat(state["valid_until"]) if state["valid_until"] else None,
            issued_at=report.signed_at,
            signer=signer,
            simulated=state["simulated"],
        )

    async def open(self, storage_key: str) -> AsyncIterator[bytes]:
        """The file piece by piece. NotFound before the first piece when it is gone."""
        return await self._files.open(storage_key)

    async def _prepared(self, key: str) -> PreparedDocument | None:
        found = await self._files.read_if_there(key)
        return PreparedDocument(**json.loads(found)) if found is not None else None

    async def _signed(self, prepared: PreparedDocument, data: Mapping[str, Any]) -> bytes:
        unsigned = await self._files.read(prepared.state["unsigned_key"])
        if sha256(unsigned).hexdigest() != prepared.state["unsigned_sha256"]:
            raise Conflict(
                "document-changed",
                Text("Berkas yang akan ditandatangani telah berubah.", "The file to be signed has been changed."),
            )
        attributes = base64.b64decode(prepared.input["signed_attributes"])
        return await self._signatures.complete(Unsigned(unsigned, attributes, prepared.state["place"]), data)

    def _believe(self, report: SignatureReport, state: Mapping[str, Any], at: datetime) -> None:
        failed = list(report.failed)
        if report.good and report.signed_at is not None:
            decided = datetime.fromisoformat(state["prepared_for"])
            if not decided - CLOCK_SKEW <= report.signed_at <= at + CLOCK_SKEW:
                failed.append("time-stamp")
        if failed or report.signed_at is None:
            raise Invalid(
                "signature-invalid",
                NOT_GOOD,
                checks=failed,
                reason=report.detail,
            )

    def _data(
        self,
        request: DocumentRequest,
        output: Mapping[str, Any],
        number: str,
        code: str,
        valid_until: date | None,
        *,
        simulated: bool,
    ) -> dict[str, Any]:
        """What a template sees as `json(bytes(sys.inputs.data))`; texts are Indonesian, as the documents are."""
        offering, decided = request.offering, request.decided_at.date()
        address = f"{self._public_url}/verify/{code}".rstrip("/")
        return {
            "number": number,
            "title": output["name"],
            "service": {"code": offering["service"], "name": offering["definition"]["name"]},
            "mall": offering["mall"],
            "application_number": request.application_number,
            "holder": dict(request.particulars),
            "answers": request.answers,
            "lines": readable(offering["definition"]["form"], request.answers),
            "office": offering["agencies"][output["signer_desk"]["agency"]]["name"]["id"],
            "issued_at": decided.isoformat(),
            "issued_at_text": date_text(decided).id,
            "valid_until": valid_until.isoformat() if valid_until else None,
            "valid_until_text": date_text(valid_until).id if valid_until else None,
            "signer": {"name": request.signer.name, "title": request.signer.title},
            "verification_code": grouped(code),
            "verification_url": address,
            "qr_svg": self._renderer.qr_code(address),
            "simulated_note": SIMULATED.id if simulated else None,
        }


def _output(request: DocumentRequest) -> Mapping[str, Any]:
    for output in request.offering["definition"]["outputs"]:
        if output["code"] == request.output:
            found: Mapping[str, Any] = output
            return found
    raise Conflict(
        "output-unknown",
        Text(f"Layanan ini tidak menghasilkan {request.output}.", f"This public service issues no {request.output}."),
    )


def _valid_until(output: Mapping[str, Any], answers: Mapping[str, Any], today: date) -> date | None:
    expression = output.get("valid_until")
    if not expression:
        return None
    value = evaluate(expression, answers=answers, today=today)
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError as error:
        raise Conflict(
            "validity-unknown",
            Text("Masa berlaku tidak dapat dihitung.", "The validity cannot be computed."),
            expression=expression,
        ) from error
