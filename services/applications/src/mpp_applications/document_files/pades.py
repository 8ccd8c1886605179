"""Signatures for documents; implements `document_ports.Signatures`."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from mpp_runtime.errors import Invalid, Text
from mpp_telemetry.log import get_logger
from mpp_telemetry.metrics import Gauge

from mpp_applications.document_files import signatures
from mpp_applications.document_files.validation import load_trust_roots, validate
from mpp_applications.document_files.workers import JobFailed, WorkerProcesses
from mpp_applications.domain.documents import SignatureReport
from mpp_applications.use_cases.document_ports import Unsigned

log = get_logger(__name__)

_NOT_AFTER = Gauge("mpp.certificate.not_after", "s", "Unix time at which a certificate ends.")
Result = TypeVar("Result")

NO_SIGNATURE = Text("Jawaban penanda tangan tidak dapat dibaca.", "The signer's answer cannot be read.")


class PadesSignatures:
    """`roots`: PEM of the certificates that documents are trusted by."""

    def __init__(self, roots: bytes, workers: WorkerProcesses) -> None:
        self._roots = load_trust_roots(roots)
        self._roots_text = roots.decode()
        self._workers = workers
        names = enumerate(self._roots, 1)
        ends = [(root.not_valid_after.timestamp(), {"certificate": f"trust-root-{n}"}) for n, root in names]
        _NOT_AFTER.report(self, ends)

    @classmethod
    def trusting(cls, roots_file: Path, workers: WorkerProcesses) -> "PadesSignatures":
        return cls(roots_file.read_bytes(), workers)

    async def prepare(
        self, pdf: bytes, certificates: Sequence[str], *, reason: str, location: str, at: datetime
    ) -> Unsigned:
        made = await _off_loop(signatures.prepare(pdf, certificates, reason=reason, location=location, at=at))
        place = {
            "document_digest": made.document_digest.hex(),
            "reserved_start": made.reserved_start,
            "reserved_end": made.reserved_end,
        }
        return Unsigned(made.pdf, made.signed_attributes, place)

    async def complete(self, unsigned: Unsigned, answer: Mapping[str, Any]) -> bytes:
        document = signatures.UnsignedDocument(
            pdf=unsigned.pdf,
            signed_attributes=unsigned.signed_attributes,
            document_digest=bytes.fromhex(unsigned.place["document_digest"]),
            reserved_start=unsigned.place["reserved_start"],
            reserved_end=unsigned.place["reserved_end"],
        )
        try:
            return await _off_loop(signatures.complete(document, signatures.read_answer(answer)))
        except signatures.AnswerUnreadable as error:
            raise Invalid("signature-invalid", NO_SIGNATURE, reason="answer-unreadable") from error

    async def judge(self, pdf: bytes, now: datetime) -> SignatureReport:
        return await _off_loop(validate(pdf, self._roots, now))

    async def judge_stranger(self, pdf: bytes, now: datetime) -> SignatureReport:
        try:
            answer, _ = await self._workers.run("verify", {"roots": self._roots_text, "now": now.isoformat()}, pdf)
        except JobFailed as error:
            log.warning("pdf-killed-its-reader", reason=str(error), bytes=len(pdf))
            return SignatureReport(("readable",), detail=str(error))
        signed_at = datetime.fromisoformat(answer["signed_at"]) if answer["signed_at"] else None
        return SignatureReport(tuple(answer["failed"]), signed_at, answer["signer"], answer["detail"])


async def _off_loop(work: Coroutine[Any, Any, Result]) -> Result:
    """pyHanko's coroutines compute and never wait: on the service's loop they would hold everybody up."""
    return await asyncio.to_thread(asyncio.run, work)
