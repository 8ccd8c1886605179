"""Forty files before lunch: counts, the next file, a file by its number, where a decision leads."""

import asyncio
from uuid import UUID

import pytest
from mpp_applications.domain.actors import Actor, applicant
from mpp_applications.main import UseCases
from mpp_applications.use_cases.desk_work import Decision
from mpp_applications.use_cases.ports import InboxFilter, Once
from mpp_runtime.errors import Invalid, NotFound

from tests.unit.applications.acting import Actors, shown
from tests.unit.applications.fakes import World
from tests.unit.applications.samples import BUDI, HEAD, RECOMMENDER, SITI, STRANGE_VERIFIER, VERIFIER


async def next_of(actors: Actors, cases: UseCases, officer: Actor, key: str = "") -> UUID:
    once = Once(key, b"next") if key else None
    answer = await cases.desk_work.claim_next(officer, InboxFilter(), actors.reply(officer.id, once))
    return UUID(shown(answer)["id"])


async def test_the_inbox_is_counted_by_desk_and_step(actors: Actors, cases: UseCases, world: World) -> None:
    ids = [await actors.submitted() for _ in range(3)]
    await cases.desk_work.claim(VERIFIER, await actors.task_of(VERIFIER, ids[0]), actors.reply(VERIFIER.id))

    async def counted(officer: Actor) -> list[tuple[str, int, int, int, int, int]]:
        found = await cases.desk_work.counts(officer)
        return [(each.state, each.open, each.free, each.mine, each.late, each.soon) for each in found]

    assert await counted(VERIFIER) == [("completeness", 3, 2, 1, 0, 0)]
    assert await counted(Actor("officer", "colleague", VERIFIER.desks)) == [("completeness", 3, 2, 0, 0, 0)]
    assert await counted(STRANGE_VERIFIER) == []
    world.clock.forward(24 * 3600)
    assert await counted(VERIFIER) == [("completeness", 3, 2, 1, 0, 3)]
    world.clock.forward(24 * 3600)
    assert await counted(VERIFIER) == [("completeness", 3, 2, 1, 3, 0)]


async def test_the_next_file_is_the_free_one_due_first(actors: Actors, cases: UseCases, world: World) -> None:
    first = await actors.submitted()
    world.clock.forward(24 * 3600)
    second = await actors.submitted()
    assert [await next_of(actors, cases, VERIFIER), await next_of(actors, cases, VERIFIER)] == [first, second]
    with pytest.raises(NotFound, match="no-free-task"):
        await next_of(actors, cases, VERIFIER)
    with pytest.raises(NotFound, match="no-free-task"):
        await next_of(actors, cases, RECOMMENDER)


async def test_the_same_key_takes_one_file_only(actors: Actors, cases: UseCases) -> None:
    ids = {await actors.submitted() for _ in range(2)}
    again = [await next_of(actors, cases, VERIFIER, "key") for _ in range(3)]
    assert len(set(again)) == 1
    assert await next_of(actors, cases, VERIFIER, "other key") in ids - set(again)
    assert await next_of(actors, cases, VERIFIER, "key") == again[0], "also when nothing is left to take"


async def test_officers_who_ask_at_once_get_different_files(actors: Actors, cases: UseCases) -> None:
    ids = {await actors.submitted() for _ in range(3)}
    officers = [Actor("officer", f"officer-{number}", VERIFIER.desks) for number in range(5)]
    outcomes = await asyncio.gather(*(next_of(actors, cases, officer) for officer in officers), return_exceptions=True)
    assert {outcome for outcome in outcomes if isinstance(outcome, UUID)} == ids
    assert sum(isinstance(outcome, NotFound) for outcome in outcomes) == 2


async def test_the_own_application_is_passed_over(actors: Actors, cases: UseCases) -> None:
    await actors.submitted()
    with pytest.raises(NotFound, match="no-free-task"):
        await next_of(actors, cases, Actor("officer", SITI, VERIFIER.desks))


async def test_a_file_is_found_by_its_number_where_it_is_or_was(actors: Actors, cases: UseCases) -> None:
    id = await actors.submitted()
    number = (await actors.state(id)).number

    async def found(actor: Actor, written: str) -> list[UUID]:
        return [each.id for each in await cases.reading.numbered(actor, written)]

    assert await found(VERIFIER, number) == [id]
    assert await found(VERIFIER, f" {number.lower()[:6]} {number.lower()[6:]} ") == [id]
    assert await found(applicant(SITI), number) == [id]
    for nobody in (STRANGE_VERIFIER, RECOMMENDER, applicant(BUDI)):
        assert await found(nobody, number) == []
    for nothing in ("", "%", number[:-1], "x" * 64):
        assert await found(VERIFIER, nothing) == []
    await actors.decide(VERIFIER, id, "accept")
    assert await found(VERIFIER, number) == [id], "a desk may look back at what it had"


async def test_a_decision_says_where_it_leads(actors: Actors, cases: UseCases) -> None:
    id = await actors.submitted()
    await cases.desk_work.claim(VERIFIER, await actors.task_of(VERIFIER, id), actors.reply(VERIFIER.id))
    actions = {each.code: each for each in (await cases.reading.file(VERIFIER, id)).actions}
    assert (actions["accept"].final, actions["accept"].signs) == (False, None)
    assert actions["accept"].moves_to is not None
    assert actions["accept"].moves_to.en == "Check by the health-worker registry"
    assert actions["reject"].final
    assert not actions["return"].final
    assert actions["release"].moves_to is None
    await actors.decide(VERIFIER, id, "accept")
    await cases.asking.offer_due()
    await actors.answer_check(id)
    await actors.decide(RECOMMENDER, id, "recommend")
    await cases.desk_work.claim(HEAD, await actors.task_of(HEAD, id), actors.reply(HEAD.id))
    signing = {each.code: each.signs for each in (await cases.reading.file(HEAD, id)).actions}
    assert signing == {"sign": "permit", "reject": None, "release": None}


async def test_what_a_decision_lacks_is_named_at_its_field(actors: Actors, cases: UseCases) -> None:
    id = await actors.submitted()
    await cases.desk_work.claim(VERIFIER, await actors.task_of(VERIFIER, id), actors.reply(VERIFIER.id))
    for action, field in (("reject", "/reason"), ("return", "/items")):
        with pytest.raises(Invalid) as refused:
            await cases.desk_work.act(VERIFIER, id, Decision(action), None, actors.reply(VERIFIER.id))
        assert [error.field for error in refused.value.errors] == [field]


async def test_an_officer_sees_the_checks_of_the_papers(actors: Actors, cases: UseCases) -> None:
    id = await actors.submitted()
    checked = (await cases.reading.file(VERIFIER, id)).checked
    assert checked is not None
    assert {each.requirement.code: each.state for each in checked.requirements} == {
        "photo": "given", "identity-card": "given", "place-letter": "given", "place-statement": "not-needed",
    }  # fmt: skip


async def test_what_a_decision_would_make_is_shown_before_it(actors: Actors, cases: UseCases, world: World) -> None:
    id = await actors.submitted()
    world.identity.readings.clear()
    facts = await cases.previews.facts(VERIFIER, id, "permit")
    assert (facts.signer.name, world.identity.readings) == ("…", []), "a verifier does not sign; nothing is read"
    assert b"Siti Rahmawati" in await cases.previews.picture(VERIFIER, id, "permit")
    [read] = world.identity.readings
    assert (read.purpose, read.reader) == ("review:preview", f"officer:{VERIFIER.id}")
    assert world.documents.requests == [], "nothing was made"
    with pytest.raises(NotFound, match="output-unknown"):
        await cases.previews.facts(VERIFIER, id, "passport")
    for stranger in (HEAD, STRANGE_VERIFIER):
        with pytest.raises(NotFound, match="application-unknown"):
            await cases.previews.picture(stranger, id, "permit")
    await actors.decide(VERIFIER, id, "accept")
    await cases.asking.offer_due()
    await actors.answer_check(id)
    await actors.decide(RECOMMENDER, id, "recommend")
    assert (await cases.previews.facts(HEAD, id, "permit")).signer.name == "Hendra Gunawan"


async def test_a_task_is_looked_at_without_reading_the_person(actors: Actors, cases: UseCases, world: World) -> None:
    id = await actors.submitted()
    task = await actors.task_of(VERIFIER, id)
    await cases.desk_work.claim(VERIFIER, task, actors.reply(VERIFIER.id))
    world.identity.readings.clear()
    seen = await cases.desk_work.task(VERIFIER, task)
    assert [each.code for each in seen.actions] == ["accept", "return", "reject", "release"]
    assert (seen.particulars, world.identity.readings) == (None, [])
    with pytest.raises(NotFound, match="task-unknown"):
        await cases.desk_work.task(STRANGE_VERIFIER, task)
    await cases.desk_work.act(VERIFIER, id, Decision("accept"), None, actors.reply(VERIFIER.id))
    after = await cases.desk_work.task(VERIFIER, task)
    assert (after.application.state, after.actions) == ("registry-check", ()), "a closed task says what became of it"
