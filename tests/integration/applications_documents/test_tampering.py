"""One flipped byte anywhere in an issued file, and it is not genuine; most are seen by the signature alone."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from mpp_applications.domain.documents import IssuedDocument, IssuedFacts
from mpp_applications.use_cases.verification import Verification
from mpp_runtime.errors import Text

from tests.integration.applications_documents.office import Desk, nurse

POSITIONS = 100


class Issued:
    """A record of one document."""

    def __init__(self, document: IssuedDocument) -> None:
        self.facts = IssuedFacts(document, Text("SIP", "SIP"), "MPP", document.application)

    async def by_code(self, code: str) -> IssuedFacts | None:
        return self.facts if code == self.facts.document.verification_code else None

    async def by_sha256(self, sha256: str) -> IssuedFacts | None:
        return self.facts if sha256 == self.facts.document.sha256 else None


class InProcess:
    """The judgement of strangers' files without a process for each: two hundred starts would take minutes."""

    def __init__(self, desk: Desk) -> None:
        self.prepare, self.complete = desk.signatures.prepare, desk.signatures.complete
        self.judge = self.judge_stranger = desk.signatures.judge


async def test_one_flipped_byte_anywhere_is_not_genuine(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")  # pyHanko writes a traceback for each
    document = await desk.issue(nurse())
    signed = await desk.read(document)
    verification = Verification(Issued(document), InProcess(desk), lambda: datetime.now(UTC))
    assert (await verification.by_file(signed)).genuine
    seed = random.Random(20261124)
    first, last = _signature_value(signed)
    seen: Counter[str] = Counter()
    inside = 0
    for position in seed.sample(range(len(signed)), POSITIONS):
        broken = bytearray(signed)
        broken[position] ^= 1 << seed.randrange(8)
        verdict = await verification.by_file(bytes(broken))
        assert not verdict.genuine, position
        assert verdict.failed[0] == "unknown-document", position
        if position < first or (position >= last and position < _end_of_signed_part(signed)):
            # What the signature covers, it must see without any record of ours.
            inside += 1
            assert len(verdict.failed) > 1, position
        seen.update(verdict.failed[1:])
    assert inside > POSITIONS / 4
    assert seen["integrity"] > 0


@pytest.mark.parametrize("cut", [1, 100, 5_000, 40_000])
async def test_a_cut_or_lengthened_file_is_not_genuine(desk: Desk, cut: int) -> None:
    document = await desk.issue(nurse())
    signed = await desk.read(document)
    verification = Verification(Issued(document), InProcess(desk), lambda: datetime.now(UTC))
    for broken in (signed[:-cut], signed[cut:], signed + b"\n" * cut):
        assert not (await verification.by_file(broken)).genuine


async def test_a_document_of_another_application_under_its_own_digest_is_still_judged(desk: Desk) -> None:
    """A record that names a file nobody signed (an insider's row) does not make it genuine."""
    request = nurse()
    prepared = await desk.documents.prepare(request)
    unsigned = await desk.files.read(prepared.state["unsigned_key"])
    document = await desk.issue(request)
    forged = replace(document, sha256=sha256(unsigned).hexdigest())
    verdict = await Verification(Issued(forged), InProcess(desk), lambda: datetime.now(UTC)).by_file(unsigned)
    assert verdict.found is not None
    assert not verdict.genuine


def _signature_value(signed: bytes) -> tuple[int, int]:
    """The part of the file its signature leaves out: the signature itself."""
    begin = signed.index(b"/Contents <") + len(b"/Contents ")
    return begin, signed.index(b">", begin) + 1


def _end_of_signed_part(signed: bytes) -> int:
    """Where the revision the signature covers ends; validation data follows."""
    return signed.rindex(b"%%EOF", 0, signed.rindex(b"%%EOF")) + 5
