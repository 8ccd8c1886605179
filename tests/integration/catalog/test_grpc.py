"""What other services ask the catalogue, and what the catalogue asks notifications."""

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from mpp.catalog.v1 import catalog_pb2 as pb
from mpp.catalog.v1 import catalog_pb2_grpc as rpc
from mpp.notifications.v1 import notifications_pb2, notifications_pb2_grpc
from mpp_catalog.clients import NotificationTemplates
from mpp_catalog.domain.canonical import digest
from mpp_catalog.main import Parts, build, publish
from mpp_ledger.bus import Bus
from mpp_ledger.database import Database
from mpp_runtime.errors import Invalid, NotAllowed, NotFound, TryLater
from mpp_runtime.grpc_client import ServiceChannel
from mpp_runtime.grpc_server import GrpcServer
from mpp_runtime.tokens import ServiceTokens, TokenVerifier

from tests.integration.catalog.conftest import DEFINITIONS, Templates, make_settings, neighbours
from tests.unit.runtime.issuer import ISSUER, Issuer


class Tokens(ServiceTokens):
    """Service tokens of the test's own issuer."""

    def __init__(self, issuer: Issuer, subject: str) -> None:
        super().__init__("", subject, "")
        self._issuer = issuer
        self._subject = subject

    async def get(self) -> str:
        return self._issuer.token(self._subject)


class Stubs:
    """The four services of the catalogue behind one channel."""

    def __init__(self, channel: Any) -> None:
        self.offerings: Any = rpc.OfferingsStub(channel)
        self.fees: Any = rpc.FeesStub(channel)
        self.calendars: Any = rpc.CalendarsStub(channel)
        self.agencies: Any = rpc.AgenciesStub(channel)


@pytest.fixture
async def target(parts: Parts) -> AsyncIterator[str]:
    await parts.grpc.start()
    yield f"127.0.0.1:{parts.grpc.port}"
    await parts.grpc.stop(0)


@pytest.fixture
async def applications(target: str, issuer: Issuer) -> AsyncIterator[Stubs]:
    channel = ServiceChannel(target, Tokens(issuer, "applications"))
    stubs = Stubs(channel.channel)
    # The first question opens connections: beside a benchmark that takes longer than the two seconds callers wait.
    await stubs.offerings.Pin(pb.PinRequest(mall="33.14", service="sip-perawat"), timeout=30)
    yield stubs
    await channel.close()


async def test_a_draft_is_pinned_to_an_offering_and_finds_it_again(applications: Stubs) -> None:
    pinned = await applications.offerings.Pin(pb.PinRequest(mall="33.14", service="sip-perawat"))
    assert digest(pinned.body) == pinned.digest
    assert json.loads(pinned.body)["definition"]["code"] == "sip-perawat"
    again = await applications.offerings.GetByDigest(pb.GetByDigestRequest(digest=pinned.digest))
    assert again == pinned


@pytest.mark.parametrize(("mall", "service"), [("33.14", "tidak-ada"), ("99.99", "sip-perawat"), ("", "")])
async def test_what_is_not_offered_is_not_found(applications: Stubs, mall: str, service: str) -> None:
    with pytest.raises(NotFound, match="not-offered"):
        await applications.offerings.Pin(pb.PinRequest(mall=mall, service=service))


async def test_an_unknown_digest_is_not_found(applications: Stubs) -> None:
    with pytest.raises(NotFound, match="unknown-digest"):
        await applications.offerings.GetByDigest(pb.GetByDigestRequest(digest="0" * 64))


async def test_the_fee_of_a_free_public_service(applications: Stubs) -> None:
    for service in ("sip-perawat", "akta-kelahiran"):
        pinned = await applications.offerings.Pin(pb.PinRequest(mall="33.14", service=service))
        quote = await applications.fees.Quote(pb.QuoteRequest(digest=pinned.digest, answers_json=b"{}"))
        assert (list(quote.lines), quote.total_rupiah) == ([], 0)


@pytest.mark.parametrize("answers", [b"", b"[]", b"{", b"\xff", b"null"])
async def test_answers_that_are_none_are_refused(applications: Stubs, answers: bytes) -> None:
    pinned = await applications.offerings.Pin(pb.PinRequest(mall="33.14", service="sip-perawat"))
    with pytest.raises(Invalid, match="answers-not-an-object"):
        await applications.fees.Quote(pb.QuoteRequest(digest=pinned.digest, answers_json=answers))


async def test_fees_of_a_definition_that_has_some(
    database: Database, nats_server: str, issuer: Issuer, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(DEFINITIONS, tmp_path / "definitions"))
    path = copy / "public_services" / "surat-keterangan-usaha.yaml"
    start = path.read_text().index("fees:\n")
    end = path.read_text().index("outputs:\n")
    fees = """fees:
  - code: letter
    kind: pnbp
    label: { id: Surat, en: Letter }
    amount: 30000
    legal_reference: { title: PP 76/2020, confirmed: true, source: S31 }
  - code: age
    kind: retribusi
    label: { id: Lama usaha, en: Age of the business }
    when: answers.business.premises == "rented"
    formula: (2026 - answers.business.since) * 1000
    rule: { id: Rp1.000 setiap tahun, en: "Rp1,000 a year of running" }
    legal_reference: { title: Perda contoh, confirmed: false, source: S31 }

"""
    path.write_text(path.read_text()[:start] + fees + path.read_text()[end:])
    await publish(database, copy, None, Templates())
    bus = await Bus.connect(make_settings(nats_server), "catalog")
    built = build(make_settings(nats_server), database, bus, TokenVerifier(issuer.jwks, ISSUER), neighbours())
    await built.grpc.start()
    channel = ServiceChannel(f"127.0.0.1:{built.grpc.port}", Tokens(issuer, "applications"))
    try:
        ask = Stubs(channel.channel)
        pinned = await ask.offerings.Pin(pb.PinRequest(mall="33.14", service="surat-keterangan-usaha"))
        answers = {"business": {"premises": "rented", "since": 2019}}
        quote = await ask.fees.Quote(pb.QuoteRequest(digest=pinned.digest, answers_json=json.dumps(answers).encode()))
        assert [(line.code, line.rupiah) for line in quote.lines] == [("letter", 30000), ("age", 7000)]
        assert quote.total_rupiah == 37000
        assert quote.lines[0].legal_reference == "PP 76/2020"
        of_age = quote.lines[1]
        assert (of_age.kind, of_age.rule_en, of_age.legal_reference_confirmed) == (
            "retribusi", "Rp1,000 a year of running", False,
        )  # fmt: skip
        with pytest.raises(Invalid, match="fee-not-computable") as refusal:
            await ask.fees.Quote(pb.QuoteRequest(digest=pinned.digest, answers_json=b"{}"))
        assert refusal.value.errors[0].field == "/fees/1/when"
    finally:
        await channel.close()
        await built.grpc.stop(0)
        await bus.close()


async def test_a_calendar_keeps_its_version(applications: Stubs) -> None:
    current = await applications.calendars.Get(pb.GetCalendarRequest(mall="33.14"))
    assert (current.first_year, current.last_year, current.time_zone) == (2026, 2027, "Asia/Jakarta")
    assert list(current.working_weekdays) == [1, 2, 3, 4, 5]
    assert "2026-12-24" in {day.date for day in current.holidays}
    by_version = await applications.calendars.Get(pb.GetCalendarRequest(mall="33.14", version=current.version))
    assert by_version == current
    for request in (pb.GetCalendarRequest(mall="99.99"), pb.GetCalendarRequest(mall="33.14", version="x")):
        with pytest.raises(NotFound):
            await applications.calendars.Get(request)


async def test_what_an_agency_may_answer(applications: Stubs) -> None:
    grant = await applications.agencies.GetGrant(pb.GetGrantRequest(agency="sdmk"))
    assert [(task.name, list(task.services)) for task in grant.tasks] == [("check", ["sip-perawat"])]
    assert [lookup.name for lookup in grant.lookups] == ["licence"]
    assert grant.simulated
    with pytest.raises(NotFound):
        await applications.agencies.GetGrant(pb.GetGrantRequest(agency="kki"))


async def test_identity_may_ask_for_a_grant_and_for_nothing_else(target: str, issuer: Issuer) -> None:
    channel = ServiceChannel(target, Tokens(issuer, "identity"))
    try:
        ask = Stubs(channel.channel)
        assert (await ask.agencies.GetGrant(pb.GetGrantRequest(agency="dukcapil"))).agency == "dukcapil"
        with pytest.raises(NotAllowed):
            await ask.offerings.Pin(pb.PinRequest(mall="33.14", service="sip-perawat"))
    finally:
        await channel.close()


class JudgedByTest(notifications_pb2_grpc.TemplatesServicer):
    """Notifications: dislikes one placeholder."""

    async def Check(self, request: Any, context: Any) -> notifications_pb2.CheckTemplateResponse:
        problems = []
        if "nik" in request.body:
            problems.append(
                notifications_pb2.TemplateProblem(where="body", code="unknown-placeholder", message=request.event_type)
            )
        return notifications_pb2.CheckTemplateResponse(problems=problems)


async def test_notifications_is_asked_with_our_own_credentials(nats_server: str, issuer: Issuer) -> None:
    service = notifications_pb2.DESCRIPTOR.services_by_name["Templates"]
    server = GrpcServer(
        make_settings(nats_server),
        TokenVerifier(issuer.jwks, ISSUER),
        [(notifications_pb2_grpc.add_TemplatesServicer_to_server, JudgedByTest(), service)],
    )
    await server.start()
    channel = ServiceChannel(f"127.0.0.1:{server.port}", Tokens(issuer, "catalog"))
    templates = NotificationTemplates(channel)
    assert await templates.check("DocumentIssued", "id", "Terbit", "{{ number }}") == []
    assert await templates.check("DocumentIssued", "id", "Terbit", "{{ nik }}") == [
        "body: mpp.applications.v1.DocumentIssued (unknown-placeholder)"
    ]
    await server.stop(0)
    with pytest.raises(TryLater):
        await templates.check("DocumentIssued", "id", "Terbit", "{{ number }}")
    await channel.close()
