"""From an approved application to a signed file: once, by the right signer, or not at all."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from mpp_applications.document_files.validation import load_trust_roots, validate
from mpp_applications.domain.documents import read_verification_code
from mpp_connector_esign.profiles import Subject
from mpp_connector_esign.signing import SigningRefused
from mpp_runtime.errors import Conflict, Invalid, NotFound, TryLater
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore

from tests.integration.applications_documents.office import HEAD, JAKARTA, Desk, Office, nurse
from tests.integration.applications_documents.pdfa import violations

Answer = dict[str, Any]
SUBJECT = Subject(HEAD.id, HEAD.name, HEAD.title, HEAD.agency, HEAD.region)


async def test_a_document_is_issued_with_everything_its_record_needs(desk: Desk) -> None:
    request = nurse()
    document = await desk.issue(request)
    signed = await desk.read(document)
    assert document.number == f"503/0007/SIPP/33.14/{request.decided_at.year}"
    assert document.sha256 == sha256(signed).hexdigest()
    assert document.valid_from == request.decided_at.date()
    assert document.valid_until is not None
    assert document.valid_until.year == request.decided_at.year + 5
    assert (document.holder, document.signer, document.simulated) == ("S*** R***", HEAD, True)
    assert read_verification_code(document.verification_code) == document.verification_code
    assert abs(document.issued_at - datetime.now(UTC)) < timedelta(minutes=1)
    report = await desk.signatures.judge(signed, datetime.now(UTC))
    assert report.good, report
    assert report.signer == "Hendra Gunawan (SIMULASI)"


async def test_a_registration_with_an_end_date_limits_the_permit(desk: Desk) -> None:
    request = nurse()
    answers = dict(request.answers) | {"licence": {"number": "STR-1", "lifetime": False, "valid_until": "2027-06-30"}}
    document = await desk.issue(replace(request, answers=answers))
    assert str(document.valid_until) == "2027-06-30"


async def test_the_signed_file_is_still_pdf_a_and_holds_what_b_lt_needs(desk: Desk) -> None:
    signed = await desk.read(await desk.issue(nurse()))
    assert violations(signed) == []
    reader = PdfFileReader(BytesIO(signed))
    (signature,) = reader.embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    names = {attribute["type"].native for attribute in signature.signer_info["signed_attrs"]}
    assert names == {"content_type", "message_digest", "signing_certificate_v2"}  # no signing time: PAdES forbids it
    unsigned = [attribute["type"].native for attribute in signature.signer_info["unsigned_attrs"]]
    assert unsigned == ["signature_time_stamp_token"]
    store = DocumentSecurityStore.read_dss(reader)
    assert len(store.certs) == 4  # signer, time stamper, issuing, root
    assert len(store.crls) == 2  # issuing, root


async def test_prepared_twice_is_prepared_once(desk: Desk) -> None:
    request = nurse()
    first = await desk.documents.prepare(request)
    assert await desk.documents.prepare(request) == first
    assert await Desk(desk.folder.parent, desk.office).documents.prepare(request) == first  # after a crash
    assert json.loads(json.dumps(first.state)) == first.state


async def test_completed_twice_is_one_file_with_the_same_facts(desk: Desk) -> None:
    request = nurse()
    prepared = await desk.documents.prepare(request)
    answer = await desk.office.sign(request.task, prepared)
    first = await desk.complete(request, prepared, answer)
    assert await desk.complete(request, prepared, answer) == first
    # A repeat may bring another time stamp of the same signature: the file that is there stays.
    again = dict(answer, timestamp_token=await _stamped_again(desk.office, answer))
    assert await desk.complete(request, prepared, again) == first
    assert len([key async for key, _ in desk.files.list("documents/")]) == 1


async def _stamped_again(office: Office, answer: Answer) -> str:
    token = await office.signing._stamper.stamp(base64.b64decode(answer["signature"]))
    return base64.b64encode(token).decode()


async def test_a_task_is_signed_once(desk: Desk) -> None:
    request, other = nurse(), nurse()
    prepared, another = await desk.documents.prepare(request), await desk.documents.prepare(other)
    answer = await desk.office.sign(request.task, prepared)
    assert await desk.office.sign(request.task, prepared) == answer
    with pytest.raises(SigningRefused) as refused:
        await desk.office.sign(request.task, another)
    assert refused.value.code == "task-signed-for-another-document"


async def test_the_office_away_is_for_later_and_leaves_nothing(desk: Desk) -> None:
    desk.office.away = True
    request = nurse()
    with pytest.raises(TryLater) as refused:
        await desk.documents.prepare(request)
    assert refused.value.code == "signer-away"
    assert [key async for key, _ in desk.files.list("")] == []
    desk.office.away = False
    assert (await desk.issue(request)).number


def changed(name: str, value: object) -> Callable[[Answer, Answer], Answer]:
    return lambda own, other: dict(own, **{name: value})


def swapped(name: str) -> Callable[[Answer, Answer], Answer]:
    return lambda own, other: dict(own, **{name: other[name]})


def flipped(name: str, at: int) -> Callable[[Answer, Answer], Answer]:
    def change(own: Answer, other: Answer) -> Answer:
        data = bytearray(base64.b64decode(own[name]))
        data[at] ^= 1
        return dict(own, **{name: base64.b64encode(data).decode()})

    return change


WRONG: dict[str, Callable[[Answer, Answer], Answer]] = {
    "signature of another document": swapped("signature"),
    "certificate of another signer": swapped("certificates"),
    "time stamp of another signature": swapped("timestamp_token"),
    "one bit of the signature": flipped("signature", 100),
    "one bit of the time stamp": flipped("timestamp_token", -100),
    "no CRL": changed("crls", []),
    "no CRL of the root": lambda own, other: dict(own, crls=own["crls"][:1]),
    "empty signature": changed("signature", ""),
    "no base64": changed("signature", "not base64!"),
    "no signature": changed("signature", None),
    "no certificate": changed("certificates", []),
    "a broken certificate": changed("certificates", ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]),
    "a broken time stamp": changed("timestamp_token", base64.b64encode(b"no token").decode()),
    "a broken CRL": changed("crls", [base64.b64encode(b"no list").decode()]),
    "nothing": lambda own, other: {},
}


async def test_a_wrong_answer_is_refused_and_the_right_one_still_taken(desk: Desk) -> None:
    request = nurse()
    other_request = nurse(signer=replace(HEAD, id="another", name="Orang Lain"))
    prepared, other = await desk.documents.prepare(request), await desk.documents.prepare(other_request)
    answer = await desk.office.sign(request.task, prepared)
    other_answer = await desk.office.sign(other_request.task, other)
    seen = []
    for name, change in WRONG.items():
        try:
            await desk.complete(request, prepared, change(answer, other_answer))
        except Invalid as refused:
            seen.append((name, refused.code))
    assert seen == [(name, "signature-invalid") for name in WRONG]
    assert [key async for key, _ in desk.files.list("documents/")] == []
    assert (await desk.complete(request, prepared, answer)).number == prepared.number


async def test_an_authority_we_do_not_trust_is_refused(desk: Desk, tmp_path: Path) -> None:
    strangers = Office(tmp_path / "strangers")
    request = nurse()
    forged = Desk(tmp_path / "forged", strangers)
    prepared = await forged.documents.prepare(request)
    answer = await strangers.sign(request.task, prepared)
    assert (await forged.complete(request, prepared, answer)).number  # by its own root it is good
    for name in (prepared.state["unsigned_key"],):
        await desk.files.create(name, await forged.files.read(name))
    with pytest.raises(Invalid) as refused:
        await desk.complete(request, prepared, answer)
    assert refused.value.extra["checks"] == ["signer", "time-stamp"]


async def test_a_certificate_revoked_before_the_signature_is_refused(tmp_path: Path) -> None:
    office = Office(tmp_path / "authority")
    desk = Desk(tmp_path, office)
    request = nurse()
    prepared = await desk.documents.prepare(request)
    leaf = office.authority.signer(SUBJECT).certificate
    answer = await office.sign(request.task, prepared)
    office.authority.revoke(leaf.serial_number, datetime.now(UTC) - timedelta(hours=1))
    crls = [base64.b64encode(crl).decode() for crl in office.authority.crls()]
    with pytest.raises(Invalid) as refused:
        await desk.complete(request, prepared, dict(answer, crls=crls))
    assert refused.value.extra["checks"] == ["signer"]
    # From now on the position has another certificate, and what is signed with it is good.
    assert (await desk.issue(nurse())).number
    assert office.authority.signer(SUBJECT).certificate.serial_number != leaf.serial_number


@pytest.mark.parametrize("moved", [timedelta(days=-2), timedelta(days=2)])
async def test_a_time_stamp_of_another_day_is_refused(desk: Desk, moved: timedelta) -> None:
    request = nurse()
    prepared = await desk.documents.prepare(request)
    answer = await desk.office.sign(request.task, prepared)
    token = await desk.office.signing._stamper.stamp(base64.b64decode(answer["signature"]), datetime.now(UTC) + moved)
    with pytest.raises(Invalid) as refused:
        await desk.complete(request, prepared, dict(answer, timestamp_token=base64.b64encode(token).decode()))
    assert "time-stamp" in refused.value.extra["checks"] or "signer" in refused.value.extra["checks"]


async def test_a_time_stamp_older_than_the_decision_is_refused(desk: Desk) -> None:
    """Everything else about this signature is good; it was only made before there was anything to sign."""
    request = nurse(decided_at=datetime.now(JAKARTA) + timedelta(days=1))
    prepared = await desk.documents.prepare(request)
    answer = await desk.office.sign(request.task, prepared)
    with pytest.raises(Invalid) as refused:
        await desk.complete(request, prepared, answer, at=datetime.now(UTC) + timedelta(days=1))
    assert refused.value.extra["checks"] == ["time-stamp"]


async def test_a_file_changed_before_its_signature_is_noticed(desk: Desk) -> None:
    request = nurse()
    prepared = await desk.documents.prepare(request)
    answer = await desk.office.sign(request.task, prepared)
    path = desk.folder / prepared.state["unsigned_key"]
    path.write_bytes(path.read_bytes().replace(b"503/0007", b"503/0008"))
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(Conflict) as refused:
        await desk.complete(request, prepared, answer)
    assert refused.value.code == "document-changed"


async def test_a_missing_file_and_an_unknown_output(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.documents.open("documents/none.pdf")
    with pytest.raises(Conflict) as refused:
        await desk.documents.prepare(nurse(output="nothing"))
    assert refused.value.code == "output-unknown"


async def test_trust_roots_must_be_certificates(desk: Desk) -> None:
    key = desk.office.authority.root_file.parent / "keys" / "root.pem"
    for text in (b"", key.read_bytes()):
        with pytest.raises(ValueError, match=r"PEM|certificates"):
            load_trust_roots(text)
    roots = load_trust_roots(desk.office.authority.root_file.read_bytes())
    assert (await validate(b"", roots, datetime.now(UTC))).failed == ("readable",)
