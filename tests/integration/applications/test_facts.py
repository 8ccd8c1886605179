"""Facts.ForMessage over a real gRPC server: who may call, what comes, and no call to anybody else."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID, uuid4

import pytest
from mpp.applications.v1 import applications_pb2, applications_pb2_grpc
from mpp_applications.grpc_api import FactsServicer
from mpp_applications.main import UseCases
from mpp_runtime.errors import NotAllowed, NotFound
from mpp_runtime.grpc_client import ServiceChannel
from mpp_runtime.grpc_server import GrpcServer
from mpp_runtime.tokens import TokenVerifier

from tests.integration.ledger.parts import make_settings
from tests.unit.applications.acting import Actors
from tests.unit.applications.fakes import World
from tests.unit.applications.samples import SITI, VERIFIER
from tests.unit.runtime.issuer import ISSUER, Issuer

Ask = Callable[..., Awaitable[applications_pb2.MessageFacts]]


class Tokens:
    def __init__(self, token: str) -> None:
        self._token = token

    async def get(self) -> str:
        return self._token


@pytest.fixture
async def ask(cases: UseCases, issuer: Issuer) -> AsyncIterator[Ask]:
    facts = applications_pb2.DESCRIPTOR.services_by_name["Facts"]
    server = GrpcServer(
        make_settings(),
        TokenVerifier(issuer.jwks, ISSUER),
        [(applications_pb2_grpc.add_FactsServicer_to_server, FactsServicer(cases.facts), facts)],
    )
    await server.start()
    channels: list[ServiceChannel] = []

    async def ask(application: str, version: int, caller: str = "notifications") -> applications_pb2.MessageFacts:
        channel = ServiceChannel(f"127.0.0.1:{server.port}", Tokens(issuer.token(caller)))  # type: ignore[arg-type]
        channels.append(channel)
        request = applications_pb2.ForMessageRequest(application=application, version=version)
        answer: applications_pb2.MessageFacts = await applications_pb2_grpc.FactsStub(channel.channel).ForMessage(
            request
        )
        return answer

    yield ask
    for channel in channels:
        await channel.close()
    await server.stop(0)


async def test_notifications_gets_the_facts_without_another_call(ask: Ask, actors: Actors, world: World) -> None:
    id: UUID = await actors.submitted()
    await actors.decide(VERIFIER, id, "reject", reason="Tidak memenuhi syarat")
    world.catalog.away = world.identity.away = True
    asked = len(world.catalog.asked)
    facts = await ask(str(id), (await actors.state(id)).version)
    assert (facts.recipient, facts.reason) == (SITI, "Tidak memenuhi syarat")
    assert (facts.service_name.en, facts.state_label.id) == ("Nurse's practice permit (SIP)", "Ditolak")
    assert {link.kind for link in facts.links} == {"application", "tracking"}
    assert len(world.catalog.asked) == asked


async def test_others_and_unknown_versions_are_refused(ask: Ask, actors: Actors) -> None:
    id = await actors.submitted()
    with pytest.raises(NotAllowed):
        await ask(str(id), 1, caller="catalog")
    for application, version in ((str(id), 99), (str(uuid4()), 1), ("not-an-id", 1), ("", 0), (str(id), -1)):
        with pytest.raises(NotFound):
            await ask(application, version)
