"""What the use cases expect of their store: the same test body for the one in memory and for PostgreSQL."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from mpp_applications.domain.application import Application, Moment
from mpp_applications.domain.documents import IssuedDocument, PreparedDocument, Signer, StoredFile
from mpp_applications.domain.lookups import Lookup
from mpp_applications.domain.status import Status
from mpp_applications.domain.validation import check
from mpp_applications.storage.queue import StoredAgencyQueue
from mpp_applications.storage.store import StoredApplications
from mpp_applications.use_cases.ports import Answer, InboxFilter, Once, Paper, RecordedResult
from mpp_runtime.errors import Invalid, NotFound, Text
from mpp_runtime.ids import new_id

from tests.unit.applications.memory import MemoryQueue, MemoryStore
from tests.unit.applications.samples import (
    ANSWERS,
    BUDI,
    CALENDAR,
    MONDAY,
    PAPERS,
    RECOMMENDER,
    SITI,
    STRANGE_VERIFIER,
    VERIFIER,
    offering,
    offering_content,
)

OFFERING = offering()
_, CONTENT = offering_content()
CREATED = Answer(201, b"{}", {"ETag": '"1"'})
AT = Moment(MONDAY, CALENDAR, new_id)


@pytest.fixture(params=["memory", "postgres"])
def parts(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Any]]:
    if request.param == "memory":
        store = MemoryStore()
        yield store, MemoryQueue(store)
    else:
        database = request.getfixturevalue("database")
        yield StoredApplications(database), StoredAgencyQueue(database)


@pytest.fixture
def store(parts: tuple[Any, Any]) -> Any:
    return parts[0]


@pytest.fixture
def queue(parts: tuple[Any, Any]) -> Any:
    return parts[1]


def draft(owner: str = SITI) -> Application:
    made = Application.draft(new_id(), owner, OFFERING, ANSWERS, MONDAY)
    for paper in PAPERS:
        made.change_papers(paper, made.given | {paper}, MONDAY)
    return made


def submitted(number: str) -> Application:
    made = draft()
    made.submit(check(OFFERING, ANSWERS, made.given, date(2026, 11, 23)), AT, number, "SECRET")
    return made


async def add(store: Any, application: Application, proxy: str | None = None) -> UUID:
    once = Once(f"key-{application.id}", b"f")
    await store.create(application, proxy or application.owner, once, CREATED)
    return application.id


async def change(store: Any, id: UUID, apply: Any) -> Application:
    async with store.unit(str(id)) as unit:
        application: Application = await unit.load(id, OFFERING)
        apply(application)
        await unit.save(application)
    return application


async def test_what_was_stored_is_read_back_unchanged(store: Any) -> None:
    made = submitted("33.14-SIP-2026-000001")
    id = await add(store, made, proxy=BUDI)
    assert made.events == [], "stored facts are not stored twice"
    read = await store.read(id, OFFERING)
    assert {**vars(read), "answers": dict(read.answers)} == {**vars(made), "answers": dict(made.answers)}
    head = await store.head(id)
    assert (head.owner, head.proxy, head.digest, head.number) == (SITI, BUDI, OFFERING.digest, made.number)
    assert await store.head_by_number("33.14-SIP-2026-000001") == head
    for missing in (await store.head(uuid4()), await store.head_by_number("x"), await store.offering("x")):
        assert missing is None
    with pytest.raises(NotFound):
        await store.read(uuid4(), OFFERING)


async def test_history_has_each_version_once_in_order(store: Any) -> None:
    id = await add(store, submitted("N1"))
    changed = await change(store, id, lambda application: application.claim(VERIFIER, MONDAY))
    lines = await store.history(id)
    assert [line.entry.version for line in lines] == list(range(1, changed.version + 1))
    assert (lines[-1].event, lines[-1].entry.actor) == ("TaskClaimed", VERIFIER.id)
    assert next(line for line in lines if line.event == "ApplicationSubmitted").entry.answers == ANSWERS
    assert await store.history_line(id, 3) == lines[2]
    assert await store.history_line(id, 99) is None


async def test_a_failed_unit_leaves_nothing(store: Any) -> None:
    id = await add(store, submitted("N1"))
    before = await store.read(id, OFFERING)

    async def fail_after_saving() -> None:
        async with store.unit(str(id)) as unit:
            application = await unit.load(id, OFFERING)
            application.claim(VERIFIER, MONDAY)
            await unit.save(application)
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        await fail_after_saving()
    assert await store.read(id, OFFERING) == before
    assert len(await store.history(id)) == before.version


async def test_facts_need_the_key_of_their_application(store: Any) -> None:
    id = await add(store, submitted("N1"))
    async with store.unit("another") as unit:
        application = await unit.load(id, OFFERING)
        application.claim(VERIFIER, MONDAY)
        with pytest.raises(ValueError, match="lock"):
            await unit.save(application)


async def test_an_offering_is_kept_and_kept_again(store: Any) -> None:
    await store.keep_offering(OFFERING.digest, CONTENT)
    await store.keep_offering(OFFERING.digest, CONTENT)
    assert await store.offering(OFFERING.digest) == CONTENT


async def test_an_application_is_created_once_for_a_request(store: Any) -> None:
    once, others = Once("key", b"f"), Answer(201, b'{"other": true}', {})
    first, again = submitted("N1"), submitted("N2")
    assert await store.create(first, SITI, once, CREATED) == CREATED
    assert await store.create(again, SITI, once, others) == CREATED, "the first answer, not this one"
    assert await store.head(again.id) is None
    assert await store.history(again.id) == []
    assert await store.answered(SITI, once) == CREATED
    with pytest.raises(Invalid, match="idempotency-key-reused"):
        await store.create(submitted("N3"), SITI, Once("key", b"other"), others)
    assert await store.create(submitted("N4"), BUDI, once, others) == others, "somebody else's key is another key"


async def test_one_of_many_at_once_is_created(store: Any) -> None:
    once, made = Once("key", b"f"), [submitted(f"N{number}") for number in range(6)]
    answers = [Answer(201, str(each.id).encode(), {}) for each in made]
    told = await asyncio.gather(
        *(store.create(each, SITI, once, answer) for each, answer in zip(made, answers, strict=True))
    )
    stored = [each.id for each in made if await store.head(each.id)]
    assert len(stored) == 1
    assert {answer.body for answer in told} == {str(stored[0]).encode()}


async def test_a_request_happens_once(store: Any) -> None:
    once, answer = Once("key", b"f"), Answer(201, b"{}", {"ETag": '"1"'})
    async with store.unit("once") as unit:
        assert await unit.repeated(SITI, once) is None
        await unit.remember(SITI, once, answer)
    async with store.unit("once") as unit:
        assert await unit.repeated(SITI, once) == answer
    assert await store.answered(SITI, once) == answer
    assert await store.answered(BUDI, once) is None
    with pytest.raises(Invalid, match="idempotency-key-reused"):
        await store.answered(SITI, Once("key", b"other"))
    with pytest.raises(Invalid, match="idempotency-key-reused"):
        async with store.unit("once") as unit:
            await unit.repeated(SITI, Once("key", b"other"))


async def test_mine_is_the_owners_and_the_proxys_newest_first(store: Any) -> None:
    ids = [await add(store, draft()), await add(store, draft(BUDI)), await add(store, draft(BUDI), proxy=SITI)]
    assert [head.id for head in await store.mine(SITI, 10, None)] == [ids[2], ids[0]]
    assert [head.id for head in await store.mine(SITI, 10, ids[2])] == [ids[0]]
    assert [head.id for head in await store.mine(SITI, 1, None)] == [ids[2]]
    sent = await add(store, submitted("N1"))
    assert [head.id for head in await store.mine(SITI, 10, None, [Status.IN_REVIEW, Status.ISSUED])] == [sent]
    assert [head.id for head in await store.mine(SITI, 1, None, [Status.DRAFT])] == [ids[2]]


async def test_what_was_handed_in_last_is_known(store: Any) -> None:
    id = await add(store, draft())
    assert await store.handed_in(id) is None
    id = await add(store, submitted("N1"))
    await change(store, id, lambda application: application.claim(VERIFIER, MONDAY))
    assert await store.handed_in(id) == ANSWERS
    async with store.unit(str(id)) as unit:
        assert await unit.handed_in(id) == ANSWERS


async def test_many_are_read_at_once_in_the_order_asked_for(store: Any) -> None:
    ids = [await add(store, draft()), await add(store, submitted("N1")), await add(store, submitted("N2"))]
    await change(store, ids[2], lambda application: application.claim(VERIFIER, MONDAY))
    await change(store, ids[2], lambda application: application.act(VERIFIER, "accept", AT))
    asked = {ids[2]: OFFERING, uuid4(): OFFERING, ids[0]: OFFERING, ids[1]: OFFERING}
    found = await store.read_all(asked)
    assert [application.id for application in found] == [ids[2], ids[0], ids[1]]
    assert found == [await store.read(application.id, OFFERING) for application in found]
    assert await store.read_all({}) == []


async def test_the_inbox_shows_open_tasks_of_the_desks_only(store: Any) -> None:
    first, second = await add(store, submitted("N1")), await add(store, submitted("N2"))

    async def inbox(actor: Any = VERIFIER, after: UUID | None = None, limit: int = 10, **only: Any) -> list[Any]:
        return list(await store.inbox(actor.id, actor.desks, InboxFilter(**only), limit, after))

    lines = await inbox()
    assert {line.application for line in lines} == {first, second}
    assert (lines[0].number[0], lines[0].state_label.en, lines[0].desk) == (
        "N", "Completeness check", next(iter(VERIFIER.desks)),
    )  # fmt: skip
    assert await inbox(after=lines[0].task) == lines[1:]
    assert await inbox(limit=1) == lines[:1]
    assert await inbox(STRANGE_VERIFIER) == await inbox(RECOMMENDER) == []
    assert await store.inbox("x", frozenset(), InboxFilter(), 10, None) == []
    await change(store, first, lambda application: application.claim(VERIFIER, MONDAY))
    assert [line.application for line in await inbox(claimed="mine")] == [first]
    assert [line.application for line in await inbox(claimed="free")] == [second]
    assert await inbox(service="other") == await inbox(state="other") == await inbox(due_before=MONDAY) == []
    assert len(await inbox(due_before=MONDAY + timedelta(days=9))) == 2
    assert await inbox(due_from=MONDAY + timedelta(days=9)) == []
    [desk] = VERIFIER.desks
    assert len(await inbox(desk=desk)) == 2
    assert await inbox(desk=next(iter(RECOMMENDER.desks))) == [], "a filter never widens the scope"
    days = [MONDAY + timedelta(days=count) for count in range(10)]
    [count] = await store.count_inbox(VERIFIER.id, VERIFIER.desks, days[0], days[9])
    assert (count.desk, count.state, count.state_label.en) == (desk, "completeness", "Completeness check")
    assert (count.open, count.free, count.mine, count.late, count.soon) == (2, 1, 1, 0, 2)
    [count] = await store.count_inbox("another", VERIFIER.desks, days[8], days[9])
    assert (count.open, count.free, count.mine, count.late, count.soon) == (2, 1, 0, 2, 0)
    assert await store.count_inbox(VERIFIER.id, RECOMMENDER.desks, days[0], days[9]) == []
    assert await store.count_inbox(VERIFIER.id, frozenset(), days[0], days[9]) == []
    task = next(line.task for line in lines if line.application == first)
    assert await store.task_application(task, VERIFIER.desks) == first
    assert await store.task_application(task, STRANGE_VERIFIER.desks) is None
    await change(store, first, lambda application: application.act(VERIFIER, "accept", AT))
    assert [line.application for line in await inbox()] == [second]
    assert await store.seen_by(first, VERIFIER.desks), "a desk may look back at what it had"
    assert not await store.seen_by(first, RECOMMENDER.desks)
    assert not await store.seen_by(first, frozenset())
    head = await store.find_numbered("N1", VERIFIER.desks)
    assert head is not None
    assert head.id == first
    for number, desks in (("N1", RECOMMENDER.desks), ("N1", frozenset()), ("N3", VERIFIER.desks)):
        assert await store.find_numbered(number, desks) is None


async def test_what_registers_answered_is_kept_without_a_fact_of_its_own(store: Any) -> None:
    id = await add(store, draft())
    lookup = Lookup("registration", "sdmk", "found", {"/licence/number": "STR-1"}, {"agency": "sdmk"}, MONDAY, MONDAY)
    before = (await store.read(id, OFFERING)).version
    await change(store, id, lambda application: application.keep_lookups([lookup]))
    found = await store.read(id, OFFERING)
    assert (found.lookups, found.version) == ((lookup,), before)


async def test_papers_come_and_go(store: Any) -> None:
    id = await add(store, draft())
    paper = Paper(id, "photo", StoredFile(uuid4(), "a.png", "image/png", 3, "ab", f"attachments/{id}/1"), MONDAY)
    async with store.unit(str(id)) as unit:
        await unit.add_paper(paper)
        assert await unit.papers(id) == [paper]
    assert await store.papers(id) == [paper]
    assert await store.paper(id, paper.file.id) == paper
    assert await store.paper(uuid4(), paper.file.id) is None
    async with store.unit(str(id)) as unit:
        assert await unit.remove_paper(uuid4(), paper.file.id, MONDAY) is None
        assert await unit.remove_paper(id, paper.file.id, MONDAY) == paper
        assert await unit.remove_paper(id, paper.file.id, MONDAY) is None
    assert await store.papers(id) == []


async def test_documents_and_results_are_kept(store: Any) -> None:
    id = await add(store, draft())
    signer = Signer("o", "Hendra", "Kepala", "dpmptsp", "33.14")
    document = IssuedDocument(
        id=uuid4(), task=uuid4(), application=id, output="permit", title=Text("Izin", "Permit"), number="503/1",
        holder="S***", sha256="ab" * 32, storage_key="k", verification_code="CODE", media_type="application/pdf",
        valid_from=date(2026, 11, 23), valid_until=None, issued_at=MONDAY, signer=signer, simulated=True,
    )  # fmt: skip
    result = RecordedResult(uuid4(), document.task, "esign", "recorded", "", MONDAY)
    async with store.unit(str(id)) as unit:
        await unit.add_document(document)
        await unit.record_result(result)
    async with store.unit(str(id)) as unit:
        assert await unit.result(result.id) == result
        assert await unit.result(uuid4()) is None
    assert await store.documents(id) == [document]
    assert await store.document(id, document.id) == document
    assert await store.document(uuid4(), document.id) is None


async def test_the_calendar_seen_last_is_kept(store: Any) -> None:
    assert await store.calendar("33.14") is None
    await store.keep_calendar("33.14", CALENDAR, MONDAY)
    await store.keep_calendar("33.14", CALENDAR, MONDAY)
    assert await store.calendar("33.14") == CALENDAR


async def test_numbers_never_repeat(store: Any) -> None:
    taken = [await store.take_number("33.14", "SIP", 2026) for _ in range(5)]
    assert taken == sorted(set(taken))
    assert await store.take_number("33.14", "SIP", 2027) == 1


async def test_an_agency_task_is_leased_offered_postponed_parked_and_closed(store: Any, queue: Any) -> None:
    id = await add(store, submitted("N1"))
    await change(store, id, lambda application: application.claim(VERIFIER, MONDAY))
    await change(store, id, lambda application: application.act(VERIFIER, "accept", AT))

    async def due(seconds: float) -> list[Any]:
        at = MONDAY + timedelta(seconds=seconds)
        return list(await queue.lease(at, at + timedelta(seconds=60), 10))

    [task] = await due(0)
    assert (task.agency, task.name, task.kind, task.attempt, task.closed) == ("sdmk", "check", "check", 0, False)
    assert await due(30) == [], "leased"
    assert [again.id for again in await due(61)] == [task.id], "the lease ran out"
    await queue.offered(task.id, 7, MONDAY, MONDAY + timedelta(seconds=100))
    assert await due(99) == []
    [again] = await due(100)
    assert (again.attempt, again.sequence, again.offered_at) == (1, 7, MONDAY)
    assert await queue.document_sequence(task.id, "33.14", "sip-perawat", 2026) == 1
    assert await queue.document_sequence(task.id, "33.14", "sip-perawat", 2026) == 1
    prepared = PreparedDocument("503/1", {"a": "b"}, {"c": None})
    assert await queue.keep_prepared(task.id, prepared) == prepared
    assert await queue.keep_prepared(task.id, PreparedDocument("other", {}, {})) == prepared
    assert (await queue.find(task.id)).prepared == prepared
    await change(store, id, lambda application: application.agency_went_away(task.id, AT))
    assert (await queue.find(task.id)).away_since == MONDAY
    assert (await store.read(id, OFFERING)).agency_task.away_since == MONDAY
    await queue.parked(task.id, "why")
    assert await due(10_000) == []
    await queue.postponed(task.id, MONDAY)
    assert len(await due(10_000)) == 1
    await change(store, id, lambda application: application.withdraw(AT))
    assert (await queue.find(task.id)).closed
    assert await due(90_000) == []
    assert await queue.find(uuid4()) is None
