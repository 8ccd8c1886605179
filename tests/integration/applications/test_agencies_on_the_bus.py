"""Agencies over a real NATS: a small responder stands for a connector; it goes away and comes back."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import nats
import nats.errors
import nats.js.errors
import pytest
from mpp_applications.consumers import OfferLoop, ResultSubscription
from mpp_applications.main import SOURCE, STREAM, UseCases
from mpp_ledger.bus import Bus
from mpp_ledger.database import Database
from mpp_ledger.relay import Relay
from mpp_telemetry import span
from mpp_testing.plugin import Start
from nats.aio.client import Client
from nats.aio.msg import Msg

from tests.integration.ledger.parts import eventually, read_stream
from tests.unit.applications.acting import Actors
from tests.unit.applications.fakes import FakeAgency, World
from tests.unit.applications.samples import HEAD, RECOMMENDER, SITI


class Responder:
    """A connector in thirty lines: answers pings, pulls tasks, sends results until the receipt."""

    def __init__(self, client: Client, agency: FakeAgency, data: dict[str, Any]) -> None:
        self._client = client
        self._agency = agency
        self._data = data
        self.seen: list[Msg] = []
        self.receipts: list[dict[str, Any]] = []

    async def run(self, stop: asyncio.Event) -> None:
        code = self._agency.code

        async def pong(message: Msg) -> None:
            await message.respond(b"{}")

        pings = await self._client.subscribe(f"srv.{code}.PING", cb=pong)
        pull = await self._client.jetstream().pull_subscribe_bind(code, "TASKS")
        while not stop.is_set():
            try:
                [message] = await pull.fetch(1, timeout=0.3)
            except nats.errors.TimeoutError:
                continue
            except nats.js.errors.APIError:
                # No stream, no consumer yet: it waits quietly until there is something to do.
                await asyncio.sleep(0.1)
                continue
            self.seen.append(message)
            content = self._agency.open(message.data)
            result = self._agency.sealed(self._agency.result(content["task"], data=self._data))
            trace = {"traceparent": (message.headers or {})["traceparent"]}
            receipt = await self._client.request(f"agency.{code}.result", result, timeout=5, headers=trace)
            self.receipts.append(dict(self._agency.read_receipt(receipt.data)))
            await message.ack()
        await pings.unsubscribe()


@pytest.fixture
async def agencies_nats(nats_url: str) -> AsyncIterator[Client]:
    client = await nats.connect(nats_url)
    yield client
    await client.close()


@pytest.fixture
def actors(cases_on_bus: UseCases, world: World) -> Actors:
    return Actors(cases_on_bus, world)


@pytest.fixture
def loops(cases_on_bus: UseCases, bus: Bus, database: Database) -> tuple[OfferLoop, ResultSubscription]:
    offers = OfferLoop(cases_on_bus.asking)
    database.after_commit.append(offers.wake)
    return offers, ResultSubscription(bus, cases_on_bus.results)


def reaches(actors: Actors, id: Any, status: str) -> Callable[[], Awaitable[bool]]:
    async def there() -> bool:
        return bool((await actors.state(id)).status == status)

    return there


async def test_an_application_goes_through_both_agencies_to_its_document(
    actors: Actors,
    bus: Bus,
    database: Database,
    agencies_nats: Client,
    world: World,
    loops: tuple[OfferLoop, ResultSubscription],
    start: Start,
) -> None:
    sdmk = Responder(agencies_nats, world.sdmk, {})
    esign = Responder(agencies_nats, world.esign, {"signature": "good"})
    start(*loops, sdmk, esign, Relay(database, bus, STREAM, SOURCE))
    with span("the request of somebody"):
        id = await actors.checking()

    async def recommended() -> bool:
        return bool((await actors.state(id)).state == "recommendation")

    await eventually(recommended)
    await actors.decide(RECOMMENDER, id, "recommend")
    await actors.decide(HEAD, id, "sign")
    await eventually(reaches(actors, id, "ISSUED"))
    assert [receipt["status"] for receipt in (*sdmk.receipts, *esign.receipts)] == ["recorded", "recorded"]
    [asked] = sdmk.seen
    headers = asked.headers or {}
    assert headers["Nats-Msg-Id"].endswith(":1")
    assert asked.subject == "agency.sdmk.task.check"

    version = (await actors.state(id)).version

    async def relayed() -> bool:
        try:
            return bool(len(await read_stream(bus)) == version)
        except nats.js.errors.NotFoundError:
            return False

    await eventually(relayed)
    messages = await read_stream(bus)
    assert [int((message.headers or {})["ce-version"]) for message in messages] == list(range(1, version + 1))
    # One trace: the decision that asked, the task on the bus, the fact of the agency's answer.
    traces = {headers["traceparent"].split("-")[1]}
    for message in messages:
        if "AgencyTaskA" in message.subject and json.loads(message.data)["agency"] == "sdmk":
            traces.add((message.headers or {})["traceparent"].split("-")[1])
    assert len(traces) == 1


async def test_an_agency_goes_away_is_named_and_the_application_moves_when_it_is_back(
    actors: Actors,
    bus: Bus,
    agencies_nats: Client,
    world: World,
    loops: tuple[OfferLoop, ResultSubscription],
    start: Start,
) -> None:
    start(*loops)
    id = await actors.checking()

    async def offered() -> bool:
        try:
            return bool((await bus.js.stream_info("TASKS")).state.messages == 1)
        except nats.js.errors.NotFoundError:
            return False

    await eventually(offered)
    # The clock of the test is moved, not waited for: ten seconds later nobody has taken the task.
    world.clock.forward(11)

    async def named() -> bool:
        task = (await actors.state(id)).agency_task
        return task is not None and task.away_since is not None

    await eventually(named)
    state = await actors.state(id)
    assert (state.clock_owner, state.agency_task.agency) == ("OUTAGE", "sdmk")
    sdmk = Responder(agencies_nats, world.sdmk, {})
    start(sdmk)

    async def moved() -> bool:
        return bool((await actors.state(id)).state == "recommendation")

    await eventually(moved)
    assert len(sdmk.seen) == 1, "the one that waited in the stream"


async def test_a_bus_that_lost_its_stream_gets_the_task_again(
    actors: Actors, cases_on_bus: UseCases, bus: Bus, agencies_nats: Client, world: World, start: Start
) -> None:
    await actors.checking()
    await cases_on_bus.asking.offer_due()
    assert (await bus.js.stream_info("TASKS")).state.messages == 1
    await bus.js.delete_stream("TASKS")

    async def pong(message: Msg) -> None:
        await message.respond(b"{}")

    await agencies_nats.subscribe("srv.sdmk.PING", cb=pong)
    await agencies_nats.flush()
    await agencies_nats.flush()
    for seconds in (10, 30, 120):
        world.clock.forward(seconds)
        await cases_on_bus.asking.offer_due()
    assert (await bus.js.stream_info("TASKS")).state.messages >= 1


async def test_an_acknowledged_task_leaves_nothing_on_the_bus(
    actors: Actors,
    bus: Bus,
    agencies_nats: Client,
    world: World,
    loops: tuple[OfferLoop, ResultSubscription],
    start: Start,
) -> None:
    start(*loops, Responder(agencies_nats, world.sdmk, {}))
    id = await actors.checking()

    async def empty() -> bool:
        state = await actors.state(id)
        return bool(state.state == "recommendation") and (await bus.js.stream_info("TASKS")).state.messages == 0

    await eventually(empty)


async def test_a_forged_result_on_the_bus_gets_a_refusal_and_moves_nothing(
    actors: Actors,
    agencies_nats: Client,
    world: World,
    loops: tuple[OfferLoop, ResultSubscription],
    start: Start,
) -> None:
    start(*loops)
    id = await actors.checking()
    task = (await actors.state(id)).agency_task.id
    forger = FakeAgency("sdmk", world.sdmk.platform_public)

    async def answered() -> bool:
        try:
            await agencies_nats.request("agency.sdmk.result", b"x", timeout=0.5)
        except (nats.errors.NoRespondersError, nats.errors.TimeoutError):
            return False
        return True

    await eventually(answered)
    for data in (forger.sealed(forger.result(task)), world.esign.sealed(world.esign.result(task)), b"", b"\x00" * 9000):
        reply = await agencies_nats.request("agency.sdmk.result", data, timeout=5)
        assert world.sdmk.read_receipt(reply.data)["status"] == "refused"
    late = world.sdmk.result(task)
    await actors.cases.handing_in.withdraw(SITI, id, None, actors.reply(SITI))
    reply = await agencies_nats.request("agency.sdmk.result", world.sdmk.sealed(late), timeout=5)
    receipt = world.sdmk.read_receipt(reply.data)
    assert (receipt["status"], receipt["reason"]) == ("refused", "task-closed-withdrawn")
