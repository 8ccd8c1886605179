"""Is this document genuine? By its code, or by the file itself."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Literal

from mpp_runtime.errors import NotFound, Text

from mpp_applications.domain.documents import (
    IssuedFacts,
    SignatureCheck,
    SignatureReport,
    Validity,
    read_verification_code,
    validity,
)
from mpp_applications.use_cases.document_ports import IssuedDocuments, Signatures

# Of the three zones the country has, the one whose day ends last: no document runs out before its own day is over.
LAST_ZONE = timezone(timedelta(hours=7))

FailedCheck = SignatureCheck | Literal["unknown-document"]


@dataclass(frozen=True)
class Found:
    """An issued document and whether it is in force today."""

    facts: IssuedFacts
    validity: Validity


@dataclass(frozen=True)
class Verdict:
    """About a file. Genuine only when nothing failed; `found` says whether a genuine one is also still in force."""

    sha256: str
    failed: tuple[FailedCheck, ...]
    found: Found | None

    @property
    def genuine(self) -> bool:
        return not self.failed and self.found is not None


class Verification:
    def __init__(self, documents: IssuedDocuments, signatures: Signatures, now: Callable[[], datetime]) -> None:
        self._documents = documents
        self._signatures = signatures
        self._now = now

    async def by_code(self, text: str) -> Found:
        """NotFound("document-unknown") for a code that was never given out, or is none."""
        code = read_verification_code(text)
        facts = await self._documents.by_code(code) if code else None
        if facts is None:
            raise NotFound(
                "document-unknown",
                Text("Tidak ada dokumen dengan kode ini.", "There is no document with this code."),
            )
        return self._found(facts)

    async def by_file(self, pdf: bytes) -> Verdict:
        """Both must hold: we issued exactly these bytes, and their signature is good by our trust roots.

        TryLater when too many files of strangers are being read.
        """
        digest = hashlib.sha256(pdf).hexdigest()
        facts = await self._documents.by_sha256(digest)
        report: SignatureReport
        if facts is None:
            report = await self._signatures.judge_stranger(pdf, self._now())
            return Verdict(digest, ("unknown-document", *report.failed), None)
        report = await self._signatures.judge(pdf, self._now())
        return Verdict(digest, report.failed, self._found(facts))

    def _found(self, facts: IssuedFacts) -> Found:
        today: date = self._now().astimezone(LAST_ZONE).date()
        return Found(facts, validity(facts.document, today))
