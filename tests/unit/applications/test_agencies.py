"""Asking agencies and their results: offered until answered, carried out once, refused with a reason."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from mpp_applications.domain.actors import applicant
from mpp_applications.domain.status import ClockOwner
from mpp_applications.main import UseCases
from mpp_runtime.errors import TryLater

from tests.unit.applications.acting import Actors
from tests.unit.applications.fakes import FakeAgency, FakeChannel, World, seal_bytes
from tests.unit.applications.memory import MemoryQueue, MemoryStore
from tests.unit.applications.samples import HEAD, SITI


async def test_the_agency_gets_the_granted_fields_encrypted_and_the_reading_is_logged(
    actors: Actors, cases: UseCases, channel: FakeChannel, world: World
) -> None:
    id = await actors.checking()
    await cases.asking.offer_due()
    [offered] = channel.published
    assert (offered.agency, offered.name, offered.attempt) == ("sdmk", "check", 1)
    assert b"3314104708929001" not in offered.body
    content = world.sdmk.open(offered.body)
    assert content["input"] == {
        "nik": "3314104708929001",
        "name": "Siti Rahmawati",
        "answers": {"licence": {"number": "STR-PRW-0331-2201"}, "sub_type": "new"},
    }
    assert (content["application"], content["service"], content["mall"]) == (str(id), "sip-perawat", "33.14")
    [reading] = [line for line in world.identity.readings if line.purpose == "agency-task:sdmk.check"]
    assert (reading.person, reading.reader) == (SITI, "service:applications")


async def test_a_task_that_was_taken_is_offered_again_after_10_s_30_s_2_min_10_min(
    actors: Actors, cases: UseCases, channel: FakeChannel, world: World
) -> None:
    await actors.checking()
    await cases.asking.offer_due()
    for seconds in (10, 30, 120, 600, 600):
        channel.taken.add(len(channel.published))
        before = len(channel.published)
        world.clock.forward(seconds - 1)
        assert await cases.asking.offer_due() == 0
        world.clock.forward(1)
        await cases.asking.offer_due()
        assert len(channel.published) == before + 1
    assert [task.attempt for task in channel.published] == [1, 2, 3, 4, 5, 6]


async def test_a_task_that_still_lies_there_is_not_doubled_while_the_agency_is_connected(
    actors: Actors, cases: UseCases, channel: FakeChannel, world: World
) -> None:
    await actors.checking()
    await cases.asking.offer_due()
    for _ in range(5):
        world.clock.forward(700)
        await cases.asking.offer_due()
    assert len(channel.published) == 1
    # After a day the payload is no good any more and is sealed anew.
    world.clock.forward(24 * 3600)
    await cases.asking.offer_due()
    assert len(channel.published) == 2


async def test_an_agency_away_is_named_and_the_application_moves_by_itself_when_it_is_back(
    actors: Actors, cases: UseCases, channel: FakeChannel, world: World
) -> None:
    id = await actors.checking()
    channel.connected.clear()
    await cases.asking.offer_due()
    world.clock.forward(10)
    await cases.asking.offer_due()
    waiting = (await cases.reading.timeline(applicant(SITI), id)).waiting
    assert waiting is not None
    assert (waiting.agency, waiting.away_since) == ("sdmk", world.clock())
    assert (await actors.state(id)).clock_owner is ClockOwner.OUTAGE
    channel.connected.add("sdmk")
    world.clock.forward(15)
    await cases.asking.offer_due()
    followed = await cases.reading.timeline(applicant(SITI), id)
    assert followed.waiting is not None
    assert followed.waiting.away_since is None
    assert [line.event for line in followed.lines][-2:] == ["AgencyAway", "AgencyBack"]
    assert len(channel.published) == 1, "the task waits in the stream; nothing is doubled"
    assert (await actors.answer_check(id))["status"] == "recorded"
    assert (await actors.state(id)).state == "recommendation"


async def test_offers_that_are_taken_and_never_answered_mean_away(
    actors: Actors, cases: UseCases, channel: FakeChannel, world: World
) -> None:
    id = await actors.checking()
    for seconds in (0, 10, 30, 120, 600):
        world.clock.forward(seconds)
        await cases.asking.offer_due()
        channel.taken.add(len(channel.published))
    assert (await actors.state(id)).agency_task.away_since is not None


@pytest.mark.parametrize("part", ["catalog", "identity", "bus"])
async def test_what_is_away_postpones_the_offer_and_loses_nothing(
    part: str, actors: Actors, cases: UseCases, channel: FakeChannel, world: World
) -> None:
    await actors.checking()
    away = {"catalog": (world.catalog, "away"), "identity": (world.identity, "away"), "bus": (channel, "down")}[part]
    setattr(*away, True)
    await cases.asking.offer_due()
    assert channel.published == []
    setattr(*away, False)
    world.clock.forward(10)
    await cases.asking.offer_due()
    assert len(channel.published) == 1


async def test_a_task_without_a_grant_is_parked_for_the_operator(
    actors: Actors, cases: UseCases, queue: MemoryQueue, channel: FakeChannel, world: World
) -> None:
    id = await actors.checking()
    del world.catalog.grants["sdmk"]
    await cases.asking.offer_due()
    task = (await actors.state(id)).agency_task.id
    assert queue.parked_because == {task: "agency-unknown"}
    world.clock.forward(10_000)
    assert await cases.asking.offer_due() == 0
    assert channel.published == []


async def test_a_fault_with_one_task_leaves_the_others_offered(
    actors: Actors, cases: UseCases, channel: FakeChannel, world: World
) -> None:
    await actors.checking()
    world.catalog.grants["sdmk"] = None  # type: ignore[assignment]
    assert await cases.asking.offer_due() == 1
    assert channel.published == []
    world.clock.forward(599)
    assert await cases.asking.offer_due() == 0, "not tried again and again"


async def test_the_document_is_prepared_once_signed_and_issued_in_one_step(
    actors: Actors, cases: UseCases, store: MemoryStore, channel: FakeChannel, world: World
) -> None:
    id = await actors.signing()
    world.documents.away = True
    await cases.asking.offer_due()
    assert (await actors.state(id)).agency_task.away_since is not None
    world.documents.away = False
    world.clock.forward(15)
    await cases.asking.offer_due()
    channel.taken.add(len(channel.published))
    world.clock.forward(30)
    await cases.asking.offer_due()
    [request] = world.documents.requests
    assert request.signer.name == "Hendra Gunawan"
    assert (request.signer.id, request.sequence, request.decided_at.year) == (HEAD.id, 1, 2026)
    assert set(request.particulars) == {"name", "birth_place", "birth_date"}
    task = (await actors.state(id)).agency_task.id
    sent = world.esign.open(channel.published[-1].body)
    assert sent["input"] == {"signed_attributes": "QUJD"}

    bad = world.esign.result(task, data={"signature": "bad"})
    receipt = world.esign.read_receipt(await cases.results.receive("esign", world.esign.sealed(bad)))
    assert (receipt["status"], receipt["reason"]) == ("refused", "signature-invalid")
    assert (await actors.state(id)).state == "signing"

    good = world.esign.result(task, data={"signature": "good"})
    for expected in ("recorded", "repeated"):
        receipt = world.esign.read_receipt(await cases.results.receive("esign", world.esign.sealed(good)))
        assert receipt["status"] == expected
    assert (await actors.state(id)).status == "ISSUED"
    [document] = await store.documents(id)
    last = (await store.history(id))[-1]
    assert (last.event, document.task) == ("DocumentIssued", task)


async def test_a_result_counts_once(actors: Actors, cases: UseCases, store: MemoryStore, world: World) -> None:
    id = await actors.checking()
    task = (await actors.state(id)).agency_task.id
    content = world.sdmk.result(task)
    statuses = []
    for _ in range(3):
        receipt = world.sdmk.read_receipt(await cases.results.receive("sdmk", world.sdmk.sealed(content)))
        statuses.append(receipt["status"])
        assert receipt["result"] == content["result"]
    assert statuses == ["recorded", "repeated", "repeated"]
    events = [line.event for line in await store.history(id)]
    assert events.count("AgencyTaskAnswered") == 1
    other = await receipt_of(cases, world.sdmk, world.sdmk.result(task))
    assert (other["status"], other["reason"]) == ("refused", "task-closed-in-review")


async def receipt_of(cases: UseCases, agency: FakeAgency, content: Any, said_by: str | None = None) -> Any:
    return agency.read_receipt(await cases.results.receive(said_by or agency.code, agency.sealed(content)))


async def test_an_answer_after_the_withdrawal_is_recorded_as_refused_with_its_reason(
    actors: Actors, cases: UseCases, store: MemoryStore, world: World
) -> None:
    id = await actors.checking()
    task = (await actors.state(id)).agency_task.id
    await cases.handing_in.withdraw(SITI, id, None, actors.reply(SITI))
    content = world.sdmk.result(task)
    for _ in range(2):
        receipt = await receipt_of(cases, world.sdmk, content)
        assert (receipt["status"], receipt["reason"]) == ("refused", "task-closed-withdrawn")
    assert store.tables.results[UUID(content["result"])].reason == "task-closed-withdrawn"
    assert (await actors.state(id)).status == "WITHDRAWN"


async def test_what_is_not_the_agencys_own_signed_word_is_refused_and_moves_nothing(
    actors: Actors, cases: UseCases, store: MemoryStore, world: World
) -> None:
    id = await actors.checking()
    task = (await actors.state(id)).agency_task.id
    version = (await actors.state(id)).version
    public = world.sdmk.platform_public

    async def reason(agency: str, data: bytes) -> tuple[str, str]:
        receipt = world.sdmk.read_receipt(await cases.results.receive(agency, data))
        return str(receipt["status"]), str(receipt["reason"])

    good = world.sdmk.result(task)
    forger = FakeAgency("sdmk", public)
    assert await reason("sdmk", forger.sealed(good)) == ("refused", "signature-invalid")
    # esign's true signature on a task of sdmk, on its own subject and on sdmk's.
    assert await reason("esign", world.esign.sealed({**good, "agency": "esign"})) == ("refused", "agency-mismatch")
    assert await reason("sdmk", world.esign.sealed(good)) == ("refused", "signature-invalid")
    assert await reason("esign", world.sdmk.sealed(good)) == ("refused", "signature-invalid")
    assert await reason("nobody", world.sdmk.sealed(good)) == ("refused", "agency-unknown")
    assert await reason("sdmk", b"no jwe") == ("refused", "unreadable")
    assert await reason("sdmk", seal_bytes(b"no jws", public)) == ("refused", "unreadable")
    assert await reason("sdmk", seal_bytes(b"a.b.c", public)) == ("refused", "unreadable")
    for change, expected in (
        ({"task": str(uuid4())}, "task-unknown"),
        ({"task": "x"}, "content-invalid"),
        ({"outcome": "perhaps"}, "outcome-unknown"),
        ({"data": []}, "content-invalid"),
        ({"reasons": [1]}, "content-invalid"),
        ({"reasons": [{"text": {"id": "\x00"}}]}, "content-invalid"),
        ({"until": "tomorrow"}, "content-invalid"),
        ({"agency": "esign"}, "agency-mismatch"),
    ):
        assert await reason("sdmk", world.sdmk.sealed({**good, **change})) == ("refused", expected)
    grant = world.catalog.grants["sdmk"]
    world.catalog.grants["sdmk"] = type(grant)(
        grant.agency, grant.name, grant.jwks, {"check": frozenset({"other"})}, True
    )
    assert await reason("sdmk", world.sdmk.sealed(good)) == ("refused", "grant-missing")
    assert (await actors.state(id)).version == version
    assert [line.event for line in await store.history(id)][-1] == "AgencyTaskAsked"


async def test_without_the_catalogue_no_receipt_is_given(actors: Actors, cases: UseCases, world: World) -> None:
    id = await actors.checking()
    task = (await actors.state(id)).agency_task.id
    world.catalog.away = True
    with pytest.raises(TryLater):
        await cases.results.receive("sdmk", world.sdmk.sealed(world.sdmk.result(task)))


async def test_later_waits_until_the_time_the_agency_named(
    actors: Actors, cases: UseCases, channel: FakeChannel, world: World
) -> None:
    id = await actors.checking()
    await cases.asking.offer_due()
    channel.taken.add(1)
    until = world.clock().replace(hour=9)
    assert (await actors.answer_check(id, outcome="later", until=until.isoformat()))["status"] == "recorded"
    world.clock.forward(3 * 3600)
    assert await cases.asking.offer_due() == 0
    world.clock.forward(3 * 3600)
    await cases.asking.offer_due()
    assert len(channel.published) == 2


async def test_a_rejection_returns_the_application_with_the_agencys_reasons(
    actors: Actors, cases: UseCases, world: World
) -> None:
    id = await actors.checking()
    reasons = [{"code": "revoked", "target": "/licence/number", "text": {"id": "STR dicabut", "en": "Revoked"}}]
    await actors.answer_check(id, outcome="rejected", reasons=reasons)
    state = await actors.state(id)
    assert (state.status, state.items[0].target, state.items[0].note.en) == (
        "ACTION_REQUIRED", "/licence/number", "Revoked",
    )  # fmt: skip
