"""A file is genuine when we issued exactly it and its signature is good: both, and nothing less."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from mpp_applications.domain.documents import IssuedFacts, SignatureReport
from mpp_applications.use_cases.document_ports import Unsigned
from mpp_applications.use_cases.verification import Verification
from mpp_runtime.errors import NotFound, Text

from tests.unit.applications_documents.test_documents import issued

FILE = b"%PDF-1.7 issued"
CODE = "0123456789ABCDEFGHJKMNPQRS"


class Documents:
    def __init__(self, **changes: object) -> None:
        document = issued(sha256=sha256(FILE).hexdigest(), verification_code=CODE, **changes)
        self.facts = IssuedFacts(document, Text("SIP", "SIP"), "MPP", document.application)

    async def by_code(self, code: str) -> IssuedFacts | None:
        return self.facts if code == CODE else None

    async def by_sha256(self, digest: str) -> IssuedFacts | None:
        return self.facts if digest == self.facts.document.sha256 else None


class Signatures:
    """Gives one report; remembers whether it was asked for a file of ours or of a stranger."""

    def __init__(self, report: SignatureReport) -> None:
        self.report = report
        self.asked: list[str] = []

    async def judge(self, pdf: bytes, now: datetime) -> SignatureReport:
        self.asked.append("ours")
        return self.report

    async def judge_stranger(self, pdf: bytes, now: datetime) -> SignatureReport:
        self.asked.append("stranger")
        return self.report

    async def prepare(
        self, pdf: bytes, certificates: Sequence[str], *, reason: str, location: str, at: datetime
    ) -> Unsigned:
        raise NotImplementedError

    async def complete(self, unsigned: Unsigned, answer: Mapping[str, Any]) -> bytes:
        raise NotImplementedError


def verification(report: SignatureReport, now: datetime | None = None, **changes: object) -> Verification:
    return Verification(Documents(**changes), Signatures(report), lambda: now or datetime(2026, 11, 25, tzinfo=UTC))


GOOD = SignatureReport(())


async def test_our_file_with_a_good_signature_is_genuine() -> None:
    verdict = await verification(GOOD).by_file(FILE)
    assert verdict.genuine
    assert verdict.failed == ()
    assert verdict.found is not None
    assert verdict.found.validity == "valid"


async def test_a_well_signed_file_that_we_did_not_issue_is_not_genuine() -> None:
    verdict = await verification(GOOD).by_file(FILE + b" ")
    assert not verdict.genuine
    assert verdict.failed == ("unknown-document",)
    assert verdict.found is None


async def test_our_file_whose_signature_is_not_good_is_not_genuine() -> None:
    verdict = await verification(SignatureReport(("signer",))).by_file(FILE)
    assert not verdict.genuine
    assert verdict.failed == ("signer",)


async def test_a_stranger_s_file_names_every_failed_check_and_is_read_apart() -> None:
    signatures = Signatures(SignatureReport(("integrity",)))
    verdict = await Verification(Documents(), signatures, lambda: datetime.now(UTC)).by_file(b"GIF89a")
    assert verdict.failed == ("unknown-document", "integrity")
    assert signatures.asked == ["stranger"]


async def test_a_revoked_document_is_genuine_and_says_that_it_is_revoked() -> None:
    verdict = await verification(GOOD, revoked_at=datetime(2027, 1, 1, tzinfo=UTC)).by_file(FILE)
    assert verdict.genuine
    assert verdict.found is not None
    assert verdict.found.validity == "revoked"


@pytest.mark.parametrize(
    "text", [CODE, CODE.lower(), "0123-4567-89AB-CDEF-GHJK-MNPQ-RS", "oi23 4567 89abcdefghjkmnpqrs"]
)
async def test_a_code_finds_its_document_however_it_is_written(text: str) -> None:
    assert (await verification(GOOD).by_code(text)).facts.document.verification_code == CODE


@pytest.mark.parametrize("text", ["X" * 26, "", "'; drop table", CODE + "0"])
async def test_another_code_is_not_found(text: str) -> None:
    with pytest.raises(NotFound) as refused:
        await verification(GOOD).by_code(text)
    assert refused.value.code == "document-unknown"


async def test_a_document_runs_out_when_its_day_is_over_in_the_westernmost_zone() -> None:
    still = datetime(2031, 11, 24, 16, 59, tzinfo=UTC)  # 23:59 in Jakarta, already the 25th in Jayapura
    over = datetime(2031, 11, 24, 17, 0, tzinfo=UTC)
    assert (await verification(GOOD, still).by_code(CODE)).validity == "valid"
    assert (await verification(GOOD, over).by_code(CODE)).validity == "expired"
