"""gRPC with real credentials and deadlines, and the population agency over a real bus."""

import json
from collections.abc import AsyncIterator
from typing import Any

import grpc
import nats
import pytest
from joserfc import jwe, jws
from joserfc.jwk import KeySet, OKPKey
from mpp.identity.v1 import identity_pb2, identity_pb2_grpc
from mpp_identity.clients.population import PopulationAgency
from mpp_identity.domain.nik import Nik
from mpp_identity.main import OwnServiceTokens
from mpp_identity.use_cases.administration import demonstration_id
from mpp_identity.use_cases.oidc.mint import Mint
from mpp_lookups import AgencyLookups
from mpp_runtime.errors import NotAllowed, NotFound, Text, TryLater
from mpp_runtime.grpc_client import ServiceChannel

from tests.integration.identity.conftest import ISSUER, Mall

SITI, RINA = str(demonstration_id("siti")), str(demonstration_id("rina"))


class TokensOf(OwnServiceTokens):
    """Service tokens of any service, as /oidc/token would give them."""

    def __init__(self, mall: Mall, service: str) -> None:
        super().__init__(Mint(mall.world, mall.keys, ISSUER))
        self.service = service

    async def get(self) -> str:
        return self._mint.service_token(self.service)


@pytest.fixture
async def target(mall: Mall) -> AsyncIterator[str]:
    await mall.identity.grpc.start()
    yield f"127.0.0.1:{mall.identity.grpc.port}"
    await mall.identity.grpc.stop(0)


@pytest.fixture
async def applications(mall: Mall, target: str) -> AsyncIterator[grpc.aio.Channel]:
    channel = ServiceChannel(target, TokensOf(mall, "applications"))
    yield channel.channel
    await channel.close()


@pytest.fixture
async def notifications(mall: Mall, target: str) -> AsyncIterator[grpc.aio.Channel]:
    channel = ServiceChannel(target, TokensOf(mall, "notifications"))
    yield channel.channel
    await channel.close()


async def test_particulars_with_their_line_in_the_log(mall: Mall, applications: grpc.aio.Channel) -> None:
    people = identity_pb2_grpc.PeopleStub(applications)
    answer = await people.GetParticulars(
        identity_pb2.GetParticularsRequest(
            person=SITI, fields=["name", "birth_place"], purpose="document:sip-perawat", application="app-1"
        )
    )
    assert (answer.name, answer.birth_place, answer.nik) == ("Siti Rahmawati", "Sragen", "")
    async with mall.world.store.read() as work:
        [entry] = await work.access_log.of_person(demonstration_id("siti"), 10, None)
    assert (entry.reader, entry.purpose, entry.fields) == (
        "service:applications", "document:sip-perawat", ("name", "birth_place"),
    )  # fmt: skip
    with pytest.raises(NotFound):
        await people.GetParticulars(identity_pb2.GetParticularsRequest(person=RINA, fields=["name"], purpose="x"))


async def test_contacts_of_people_and_officers(notifications: grpc.aio.Channel) -> None:
    people = identity_pb2_grpc.PeopleStub(notifications)
    siti = await people.GetContact(identity_pb2.GetContactRequest(person=SITI, purpose="message:X"))
    assert (siti.email, siti.phone, siti.language) == ("siti@warga.example.id", "+6281200009001", "id")
    rina = await people.GetContact(identity_pb2.GetContactRequest(person=RINA, purpose="message:X"))
    assert (rina.email, rina.phone) == ("rina@petugas.example.id", "")


async def test_desks_and_mandates(applications: grpc.aio.Channel) -> None:
    desk = identity_pb2.Desk(role="head", agency="dpmptsp", region="33.14")
    found = await identity_pb2_grpc.OfficersStub(applications).ListForDesk(identity_pb2.ListForDeskRequest(desk=desk))
    assert [(officer.name, officer.id) for officer in found.officers] == [
        ("Hendra Gunawan", str(demonstration_id("hendra")))
    ]
    mandates = identity_pb2_grpc.MandatesStub(applications)
    own = await mandates.Check(identity_pb2.CheckMandateRequest(actor=SITI, subject=SITI, act="apply"))
    other = await mandates.Check(identity_pb2.CheckMandateRequest(actor=SITI, subject=RINA, act="apply"))
    assert (own.allowed, other.allowed) == (True, False)


async def test_each_caller_has_its_own_calls(
    applications: grpc.aio.Channel, notifications: grpc.aio.Channel, mall: Mall, target: str
) -> None:
    with pytest.raises(NotAllowed):
        await identity_pb2_grpc.PeopleStub(applications).GetContact(identity_pb2.GetContactRequest(person=SITI))
    with pytest.raises(NotAllowed):
        await identity_pb2_grpc.MandatesStub(notifications).Check(identity_pb2.CheckMandateRequest(actor=SITI))
    async with grpc.aio.insecure_channel(target) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await identity_pb2_grpc.PeopleStub(channel).GetContact(
                identity_pb2.GetContactRequest(person=SITI), timeout=2
            )
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


ENC = OKPKey.generate_key("X25519", {"use": "enc", "kid": "enc"})
SIG = OKPKey.generate_key("Ed25519", {"use": "sig", "kid": "sig"})


async def agency_keys(_agency: str) -> dict[str, Any]:
    return dict(KeySet([ENC, SIG]).as_dict(private=False))


class Dukcapil:
    """A responder that speaks the protocol: decrypts, signs, encrypts."""

    outcome, data = "found", {"match": True, "mismatches": [], "birth_place": "Sragen"}

    def __init__(self) -> None:
        self.inputs: list[dict[str, Any]] = []

    async def answer(self, message: Any) -> None:
        question = json.loads(jwe.decrypt_compact(message.data, ENC).plaintext or b"")
        self.inputs.append(question["input"])
        content = {
            "id": question["id"],
            "outcome": self.outcome,
            "data": self.data,
            "source": {"agency": "dukcapil", "simulated": True, "text": {"id": "x", "en": "x"}},
            "as_of": "2026-11-24T08:00:00+07:00",
        }
        signed = jws.serialize_compact({"alg": "EdDSA", "kid": "sig"}, json.dumps(content), SIG, algorithms=["EdDSA"])
        header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}
        reply_key = OKPKey.import_key(question["reply_key"])
        await message.respond(jwe.encrypt_compact(header, signed, reply_key).encode())


async def test_the_population_agency_over_the_bus(nats_server: str) -> None:
    responder = Dukcapil()
    agency_side, core_side = await nats.connect(nats_server), await nats.connect(nats_server)
    population = PopulationAgency(AgencyLookups(core_side, agency_keys))

    async def ask() -> str:
        return (await population.verify(Nik("3314104708929001"), "Siti Rahmawati", "1992-08-07", "id")).outcome

    assert await ask() == "away"  # nobody listens
    subscription = await agency_side.subscribe("agency.dukcapil.lookup.verify", queue="dukcapil", cb=responder.answer)
    await agency_side.flush()
    await agency_side.flush()
    answer = await population.verify(Nik("3314104708929001"), "Siti Rahmawati", "1992-08-07", "id")
    assert (answer.outcome, answer.birth_place) == ("verified", "Sragen")
    assert responder.inputs[-1] == {"nik": "3314104708929001", "name": "Siti Rahmawati", "birth_date": "1992-08-07"}
    responder.data = {"match": False, "mismatches": ["name"]}
    assert await ask() == "mismatch"
    responder.data = {"match": "perhaps"}
    assert await ask() == "away"
    for outcome, meaning in (("not_found", "not_found"), ("refused", "not_found"), ("error", "away")):
        responder.outcome = outcome
        assert await ask() == meaning
    await subscription.unsubscribe()
    await agency_side.close()
    await core_side.close()


async def test_without_the_catalogue_the_agency_counts_as_away(nats_server: str) -> None:
    async def no_keys(_agency: str) -> dict[str, Any]:
        raise TryLater("unavailable", Text("x", "x"))

    bus = await nats.connect(nats_server)
    answer = await PopulationAgency(AgencyLookups(bus, no_keys)).verify(
        Nik("3314104708929001"), "x", "1992-08-07", "id"
    )
    assert answer.outcome == "away"
    await bus.close()
