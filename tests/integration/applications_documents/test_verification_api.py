"""The public question "is this document genuine?": by code and by file, for anybody, whatever they send."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from mpp_applications.document_files.validation import validate
from mpp_applications.domain.documents import IssuedDocument, grouped
from mpp_applications.rest_api import verifications
from mpp_applications.use_cases.verification import Verification
from mpp_runtime.rest import create_app
from mpp_runtime.settings import Settings
from pydantic import SecretStr

from tests.integration.applications_documents.bad_files import BAD, GOOD, bomb, pdf
from tests.integration.applications_documents.office import Desk, nurse
from tests.integration.applications_documents.test_tampering import Issued

BASE = "/api/applications/v1/verifications"


@pytest.fixture
async def document(desk: Desk) -> IssuedDocument:
    return await desk.issue(nurse())


@pytest.fixture
async def client(desk: Desk, document: IssuedDocument) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(
        environment="demo", nats_url="nats://127.0.0.1:1", rest_port=1, public_url="http://localhost:8080",
        jwks_url="http://127.0.0.1:1", token_url="http://127.0.0.1:1", client_id="x", client_secret=SecretStr("x"),
    )  # fmt: skip
    app = create_app(settings, service="applications", title="x", description="x", verifier=None)
    verification = Verification(Issued(document), desk.signatures, lambda: datetime.now(UTC))
    app.include_router(verifications.router(verification))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as made:
        yield made


async def test_a_code_shows_the_document_and_no_name(client: httpx.AsyncClient, document: IssuedDocument) -> None:
    answer = await client.get(f"{BASE}/{grouped(document.verification_code).lower()}")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["number"], body["holder"]) == ("valid", document.number, "S*** R***")
    assert body["sha256"] == document.sha256
    assert body["signer"] == {"name": "Hendra Gunawan", "title": "Kepala DPMPTSP Kabupaten Sragen", "agency": "dpmptsp"}
    assert body["simulated"] is True
    assert "Simulasi" in body["note"]["id"]
    assert "Simulation" in body["note"]["en"]
    assert "Siti" not in answer.text
    assert str(document.application) not in answer.text


@pytest.mark.parametrize("code", ["0" * 26, "x", "%00", "..%2f..", "é" * 26, "A" * 4000])
async def test_an_unknown_code_is_404_in_the_reader_s_language(client: httpx.AsyncClient, code: str) -> None:
    answer = await client.get(f"{BASE}/{code}", headers={"accept-language": "en"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] in ("document-unknown", "not-found")


async def test_the_issued_file_is_genuine_sent_either_way(
    client: httpx.AsyncClient, desk: Desk, document: IssuedDocument
) -> None:
    signed = await desk.read(document)
    plain = await client.post(BASE, content=signed, headers={"content-type": "application/pdf"})
    form = await client.post(BASE, files={"file": ("izin.pdf", signed, "application/pdf")})
    for answer in (plain, form):
        assert answer.status_code == 200
        body = answer.json()
        assert body["genuine"] is True
        assert body["failed"] == []
        assert body["document"]["number"] == document.number


async def test_a_changed_file_says_in_both_languages_what_failed(
    client: httpx.AsyncClient, desk: Desk, document: IssuedDocument
) -> None:
    signed = await desk.read(document)
    at = signed.index(b"/MediaBox") + 12
    changed = signed[:at] + b"1" + signed[at + 1 :]
    body = (await client.post(BASE, content=changed, headers={"content-type": "application/pdf"})).json()
    assert body["genuine"] is False
    assert [each["code"] for each in body["failed"]] == ["unknown-document", "integrity"]
    assert all(each["text"]["id"] and each["text"]["en"] for each in body["failed"])
    assert body["document"] is None


async def test_the_file_before_its_signature_is_not_genuine(client: httpx.AsyncClient, desk: Desk) -> None:
    request = nurse()
    prepared = await desk.documents.prepare(request)
    unsigned = await desk.files.read(prepared.state["unsigned_key"])
    body = (await client.post(BASE, content=unsigned, headers={"content-type": "application/pdf"})).json()
    assert body["genuine"] is False


HOSTILE = {name: make for name, (make, code, _) in BAD.items() if name != "empty"} | {
    "ordinary pdf": GOOD["pdf"][0],
    "random bytes": lambda: bytes(range(256)) * 100,
    "900 objects of nothing": lambda: pdf(more=dict.fromkeys(range(4, 900), b"null")),
}


@pytest.mark.parametrize("name", ["random bytes", "ordinary pdf", "pdf nested a hundred thousand deep", "archive"])
async def test_garbage_is_not_genuine_and_never_an_error(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.post(BASE, content=HOSTILE[name](), headers={"content-type": "application/pdf"})
    assert answer.status_code == 200
    body = answer.json()
    assert body["genuine"] is False
    assert body["failed"][0]["code"] == "unknown-document"
    assert body["failed"][1]["code"] in ("readable", "signed")


async def test_no_hostile_file_is_anything_but_not_signed_or_not_readable(desk: Desk) -> None:
    now = datetime.now(UTC)
    files = [make() for name, make in HOSTILE.items() if "pdf" in name][::2]  # a process each: half of them will do
    reports = await asyncio.gather(*(desk.signatures.judge_stranger(file, now) for file in files))
    assert len(reports) > 10
    assert {report.failed for report in reports} == {("readable",), ("signed",)}


async def test_the_child_judges_as_we_do(desk: Desk, document: IssuedDocument) -> None:
    """What a library imports or opens late fails behind the limits, and would pass for a broken file."""
    signed, now = await desk.read(document), datetime.now(UTC)
    for data in (signed, signed.replace(b"/MediaBox", b"/MediaBax"), pdf(), b"", bomb(20)):
        ours = await validate(data, desk.signatures._roots, now)
        theirs = await desk.signatures.judge_stranger(data, now)
        assert (theirs.failed, theirs.signed_at, theirs.signer) == (ours.failed, ours.signed_at, ours.signer)
    assert (await desk.signatures.judge_stranger(signed, now)).good


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"", {"content-type": "application/pdf"}, 422, "file-empty"),
        (b"x" * (10 * 1024 * 1024 + 1), {"content-type": "application/pdf"}, 413, "file-too-large"),
        (b"x" * (12 * 1024 * 1024), {"content-type": "application/pdf"}, 413, "too-large"),
        (b"{}", {"content-type": "application/json"}, 415, "pdf-needed"),
        (b"x", {}, 415, "pdf-needed"),
        (b"x", {"content-type": "multipart/form-data"}, 415, "multipart-needed"),
        (b"no form", {"content-type": "multipart/form-data; boundary=x"}, 400, "malformed-form"),
        (b"--x--\r\n", {"content-type": "multipart/form-data; boundary=x"}, 422, "file-missing"),
        (b"x", {"content-type": "application/pdf", "authorization": "Bearer nonsense"}, 401, "invalid-token"),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_what_is_no_file_is_refused_with_a_problem(
    client: httpx.AsyncClient, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await client.post(BASE, content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_haste_is_told_to_wait(client: httpx.AsyncClient) -> None:
    answers = [await client.post(BASE, content=b"", headers={"content-type": "application/pdf"}) for _ in range(11)]
    assert [each.status_code for each in answers] == [422] * 10 + [429]
    assert int(answers[10].headers["retry-after"]) >= 1
    assert (await client.get(f"{BASE}/{'0' * 26}")).status_code == 404  # reading is another allowance
    pdf = {"content-type": "application/pdf"}
    other = await client.post(BASE, content=b"", headers=pdf | {"x-forwarded-for": "203.0.113.9"})
    assert other.status_code == 422, "somebody else behind the same proxy need not wait"


async def test_the_contract_names_both_ways_to_send_a_file(client: httpx.AsyncClient) -> None:
    contract = (await client.get("/api/applications/openapi.json")).json()
    body = contract["paths"][BASE]["post"]["requestBody"]["content"]
    assert set(body) == {"application/pdf", "multipart/form-data"}
