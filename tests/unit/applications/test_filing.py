"""Drafts, prefill, papers, access, tracking, messages: through the use cases, with everything outside in memory."""

import asyncio
import json
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from mpp_applications.domain.actors import Actor, applicant
from mpp_applications.domain.events import CorrectionItem
from mpp_applications.main import UseCases
from mpp_applications.use_cases import offerings
from mpp_applications.use_cases.desk_work import Decision
from mpp_applications.use_cases.drafting import NewApplication, Prefilled
from mpp_applications.use_cases.ports import Answer, InboxFilter, LookupResult, Once
from mpp_applications.use_cases.views import View
from mpp_runtime.errors import Conflict, Invalid, NotAllowed, NotFound, Stale, Text, TryLater

from tests.unit.applications.acting import Actors, shown
from tests.unit.applications.fakes import World
from tests.unit.applications.memory import MemoryStore
from tests.unit.applications.samples import (
    ANSWERS,
    BUDI,
    PAPERS,
    RECOMMENDER,
    REGION,
    SECOND_VERIFIER,
    SITI,
    STRANGE_VERIFIER,
    VERIFIER,
    offering_content,
)

NEW = NewApplication(REGION, "sip-perawat", ANSWERS)
ITEM = CorrectionItem("/practice/name", Text("Tulis lengkap", "Tulis lengkap"))


async def test_fifty_requests_with_one_key_make_one_application_and_get_one_answer(
    actors: Actors, cases: UseCases, store: MemoryStore
) -> None:
    once = Once("key", b"fingerprint")
    answers = await asyncio.gather(*(cases.drafting.create(SITI, NEW, actors.reply(SITI, once)) for _ in range(50)))
    assert len(store.tables.applications) == 1
    assert len({answer.body for answer in answers}) == 1
    with pytest.raises(Invalid, match="idempotency-key-reused"):
        await cases.drafting.create(SITI, NEW, actors.reply(SITI, Once("key", b"other")))


async def test_a_draft_says_what_is_missing_and_what_it_costs(actors: Actors) -> None:
    draft = await actors.draft({"sub_type": "renewal"})
    missing = {error["field"]: error["code"] for error in draft["missing"]}
    assert missing["/answers/licence"] == "required"
    assert missing["/attachments/photo"] == "attachment-missing"
    assert (draft["status"], draft["number"], draft["fees"]["state"]) == ("DRAFT", None, "free")
    states = {each["code"]: each["state"] for each in draft["requirements"]}
    assert states == {
        "photo": "missing", "identity-card": "missing", "place-letter": "unknown", "place-statement": "unknown",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("situation", "state"), [("quoted", "quoted"), ("does-not-fit", "not-yet"), ("away", "unavailable")]
)
async def test_a_fee_never_keeps_a_draft_from_being_read(
    situation: str, state: str, actors: Actors, cases: UseCases, world: World
) -> None:
    def with_fee(definition: dict[str, object]) -> None:
        definition["fees"] = [{"code": "a"}]

    digest, content = offering_content(change=with_fee)
    world.catalog.contents[digest] = content
    world.catalog.offered[REGION, "sip-perawat"] = digest
    draft = await actors.draft()
    if situation == "does-not-fit":
        world.catalog.fees = None
    world.catalog.away = situation == "away"
    view = await cases.reading.file(applicant(SITI), UUID(draft["id"]))
    assert view.fees is not None
    assert view.fees.state == state


async def test_the_offering_is_pinned_and_needs_no_catalogue_afterwards(
    actors: Actors, cases: UseCases, world: World
) -> None:
    await actors.submitted()
    id = UUID((await actors.draft())["id"])
    world.catalog.away = True
    for paper in PAPERS:
        await actors.attach(id, paper)
    answer = shown(await cases.handing_in.submit(SITI, id, None, actors.reply(SITI)))
    assert (answer["status"], answer["number"]) == ("IN_REVIEW", "33.14-SIP-2026-000002")
    assert answer["promised_date"] == "2026-11-30"
    assert len(answer["tracking_secret"]) == 19


async def test_an_unknown_offering_and_incomplete_answers_with_submit_leave_nothing(
    actors: Actors, cases: UseCases, store: MemoryStore
) -> None:
    with pytest.raises(NotFound, match="offering-unknown"):
        await cases.drafting.create(SITI, NewApplication(REGION, "no-such", {}), actors.reply(SITI, Once("a", b"")))
    with pytest.raises(Invalid, match="application-incomplete"):
        await actors.draft(submit=True)
    assert not store.tables.applications


async def test_what_is_applied_for_elsewhere_is_refused_with_the_way_there(
    actors: Actors, cases: UseCases, store: MemoryStore, world: World
) -> None:
    digest = world.catalog.offered[REGION, "sip-perawat"]
    mode = {"kind": "hand-off", "link": "https://example.id/apply", "note": {"id": "a", "en": "b"}}
    body = json.loads(world.catalog.contents[digest]) | {"terms": {"mode": mode}}
    world.catalog.contents["elsewhere"] = json.dumps(body).encode()
    world.catalog.offered[REGION, "sip-perawat"] = "elsewhere"
    with pytest.raises(Conflict, match="applied-for-elsewhere") as refused:
        await actors.draft()
    assert refused.value.extra["link"] == "https://example.id/apply"
    assert not store.tables.applications


async def test_changes_merge_and_an_older_version_is_refused(actors: Actors, cases: UseCases) -> None:
    draft = await actors.draft()
    id = UUID(draft["id"])
    patch = {"practice": {"name": "Klinik Contoh"}, "declaration": None}
    answer = shown(await cases.drafting.change_answers(SITI, id, patch, draft["version"], actors.reply(SITI)))
    assert answer["answers"]["practice"] == {**ANSWERS["practice"], "name": "Klinik Contoh"}
    assert "declaration" not in answer["answers"]
    with pytest.raises(Stale):
        await cases.drafting.change_answers(SITI, id, patch, draft["version"], actors.reply(SITI))


@pytest.mark.parametrize("value", ["\x00", "\ud800", float("inf"), 2**60, {"a": [["\x00"]]}])
async def test_what_cannot_be_stored_is_refused_where_it_stands(value: object, actors: Actors) -> None:
    with pytest.raises(Invalid, match="answers-unstorable") as refused:
        await actors.draft({"practice": {"name": value}})
    assert refused.value.errors[0].field.startswith("/answers/practice/name")


async def test_prefill_fills_what_is_empty_and_says_from_where(actors: Actors, cases: UseCases, world: World) -> None:
    answers = {**ANSWERS, "licence": {"number": "TYPED-BY-HAND"}}
    id = UUID((await actors.draft(answers))["id"])
    data = {"number": "STR-1", "lifetime": False, "valid_until": "2027-06-30", "credits_sufficient": True}
    source = {"agency": "sdmk", "simulated": True, "text": {"id": "simulasi", "en": "simulated"}}
    world.lookups.answers["sdmk", "licence"] = LookupResult("found", data, source, world.clock())
    results: list[tuple[View, Sequence[Prefilled]]] = []

    def respond(view: View, found: Sequence[Prefilled]) -> Answer:
        results.append((view, found))
        return Answer(200, b"", {})

    await cases.drafting.prefill(SITI, id, "id", respond)
    [(view, [told])] = results
    assert told.outcome == "found"
    assert told.kept == ("/licence/number",)
    assert set(told.filled) == {"/licence/lifetime", "/licence/valid_until", "/licence/credits_sufficient"}
    assert told.source == source
    assert view.application.answers["licence"]["number"] == "TYPED-BY-HAND"
    assert view.application.answers["licence"]["valid_until"] == "2027-06-30"
    assert world.lookups.asked == [("sdmk", "licence", {"nik": "3314104708929001"})]
    [kept] = (await actors.state(id)).lookups
    assert (kept.source, kept.as_of, kept.asked_at) == (source, world.clock(), world.clock())
    assert kept.values["/licence/number"] == "STR-1", "what the register holds, beside what was typed"


async def test_what_a_register_said_stays_while_it_is_silent(actors: Actors, cases: UseCases, world: World) -> None:
    id = UUID((await actors.draft())["id"])

    async def asked(result: LookupResult) -> tuple[str, dict[str, object]]:
        world.lookups.answers["sdmk", "licence"] = result
        await cases.drafting.prefill(SITI, id, "id", lambda view, found: Answer(200, b"", {}))
        [kept] = (await actors.state(id)).lookups
        return kept.outcome, dict(kept.values)

    assert await asked(LookupResult("away", {}, None, None)) == ("away", {})
    said = ("found", {"/licence/number": "STR-1"})
    assert await asked(LookupResult("found", {"number": "STR-1", "profession": "x"}, None, None)) == said
    assert await asked(LookupResult("away", {}, None, None)) == said
    assert await asked(LookupResult("not_found", {}, None, None)) == ("not_found", {})


async def test_an_agencys_answer_that_cannot_be_stored_is_its_error_not_the_applicants(
    actors: Actors, cases: UseCases, world: World
) -> None:
    draft = await actors.draft({})
    data = {"number": "STR-1", "lifetime": "\x00"}
    world.lookups.answers["sdmk", "licence"] = LookupResult("found", data, None, None)
    results: list[Sequence[Prefilled]] = []

    def respond(_view: View, found: Sequence[Prefilled]) -> Answer:
        results.append(found)
        return Answer(200, b"", {})

    await cases.drafting.prefill(SITI, UUID(draft["id"]), "id", respond)
    [[told]] = results
    assert (told.outcome, told.filled) == ("error", {})


@pytest.mark.parametrize("away", ["agency", "identity"])
async def test_an_agency_away_blocks_nothing_and_is_named(
    away: str, actors: Actors, cases: UseCases, world: World
) -> None:
    draft = await actors.draft()
    world.identity.away = away == "identity"
    results: list[Sequence[Prefilled]] = []

    def respond(_view: View, found: Sequence[Prefilled]) -> Answer:
        results.append(found)
        return Answer(200, b"", {})

    await cases.drafting.prefill(SITI, UUID(draft["id"]), "id", respond)
    [[told]] = results
    assert (told.outcome, told.agency, told.agency_name.id) == ("away", "sdmk", "Registri SDMK")
    assert (await actors.state(UUID(draft["id"]))).version == draft["version"]


async def test_strangers_and_other_desks_get_not_found(actors: Actors, cases: UseCases) -> None:
    id = await actors.submitted()
    for stranger in (applicant(BUDI), STRANGE_VERIFIER, RECOMMENDER, Actor("officer", "without-desk")):
        with pytest.raises(NotFound, match="application-unknown"):
            await cases.reading.file(stranger, id)
        with pytest.raises(NotFound, match="application-unknown"):
            await cases.reading.timeline(stranger, id)
        with pytest.raises(NotFound, match="application-unknown"):
            await cases.reading.documents(stranger, id)
    with pytest.raises(NotFound):
        await cases.handing_in.withdraw(BUDI, id, None, actors.reply(BUDI))
    assert await cases.desk_work.inbox(STRANGE_VERIFIER, InboxFilter(), 10, None) == []
    task = await actors.task_of(VERIFIER, id)
    with pytest.raises(NotFound, match="task-unknown"):
        await cases.desk_work.claim(STRANGE_VERIFIER, task, actors.reply("x"))


async def test_every_reading_by_an_officer_is_logged_and_without_the_log_there_is_none(
    actors: Actors, cases: UseCases, world: World
) -> None:
    id = await actors.submitted()
    world.identity.readings.clear()
    view = await cases.reading.file(VERIFIER, id)
    assert view.particulars is not None
    assert view.particulars["nik"] == "331410********01"
    await cases.reading.timeline(VERIFIER, id)
    await cases.papers.open(VERIFIER, id, view.papers[0].file.id)
    assert [(line.reader, line.purpose) for line in world.identity.readings] == [
        (f"officer:{VERIFIER.id}", "review"),
        (f"officer:{VERIFIER.id}", "review:timeline"),
        (f"officer:{VERIFIER.id}", "review:attachment"),
    ]
    world.identity.away = True
    for read in (cases.reading.file(VERIFIER, id), cases.papers.open(VERIFIER, id, view.papers[0].file.id)):
        with pytest.raises(TryLater):
            await read


async def test_a_proxy_acts_while_the_mandate_holds(actors: Actors, cases: UseCases, world: World) -> None:
    new = NewApplication(REGION, "sip-perawat", ANSWERS, applicant=SITI)
    with pytest.raises(NotFound, match="applicant-unknown"):
        await cases.drafting.create(BUDI, new, actors.reply(BUDI, Once("a", b"")))
    world.identity.mandates = {(BUDI, SITI, "apply"), (BUDI, SITI, "read")}
    id = UUID(shown(await cases.drafting.create(BUDI, new, actors.reply(BUDI, Once("b", b""))))["id"])
    assert (await cases.reading.file(applicant(BUDI), id)).application.owner == SITI
    assert (await cases.reading.file(applicant(SITI), id)).application.id == id
    world.identity.mandates.clear()
    with pytest.raises(NotFound):
        await cases.reading.file(applicant(BUDI), id)


async def test_tracking_needs_both_and_tells_no_content(actors: Actors, cases: UseCases) -> None:
    id = await actors.submitted()
    await actors.decide(VERIFIER, id, "reject", reason="Alasan pribadi")
    state = await actors.state(id)
    followed = await cases.reading.track(state.number, f" {state.secret.lower()} ")
    assert followed.application.id == id
    assert not any(line.reason or line.items or line.officer for line in followed.lines)
    for number, secret in (
        (state.number, "WRONG"), ("33.14-SIP-2026-999999", state.secret), (state.number, ""), ("", ""),
        ("x", "é\ud800"),
    ):  # fmt: skip
        with pytest.raises(NotFound, match="tracking-unknown"):
            await cases.reading.track(number, secret)


async def test_papers_are_counted_limited_removed_and_closed_with_the_draft(
    actors: Actors, cases: UseCases, store: MemoryStore, world: World
) -> None:
    id = UUID((await actors.draft())["id"])
    with pytest.raises(Invalid, match="requirement-unknown"):
        await actors.attach(id, "no-such")
    for _ in range(5):
        attached = await actors.attach(id, "photo")
    with pytest.raises(Conflict, match="too-many-files"):
        await actors.attach(id, "photo")
    assert len(world.files.kept) == 5, "the refused file is removed again"
    for paper in attached["attachments"]:
        after = shown(await cases.papers.remove(SITI, id, UUID(paper["id"]), actors.reply(SITI)))
    assert (after["attachments"], world.files.kept) == ([], {})
    assert {"field": "/attachments/photo", "code": "attachment-missing"}.items() <= after["missing"][0].items()
    with pytest.raises(NotFound, match="attachment-unknown"):
        await cases.papers.remove(SITI, id, uuid4(), actors.reply(SITI))
    submitted = await actors.submitted()
    with pytest.raises(Conflict, match="action-not-possible"):
        await actors.attach(submitted, "photo")


async def test_a_repeated_upload_is_recorded_once(actors: Actors, cases: UseCases, world: World) -> None:
    id = UUID((await actors.draft())["id"])

    async def chunks() -> object:
        yield b"same"

    once = Once("upload", b"f")
    bodies = [
        (await cases.papers.attach(SITI, id, "photo", "a.png", chunks(), actors.reply(SITI, once))).body  # type: ignore[arg-type]
        for _ in range(2)
    ]
    assert bodies[0] == bodies[1]
    assert len(world.files.kept) == 1


async def test_of_twenty_officers_one_claims(actors: Actors, cases: UseCases) -> None:
    id = await actors.submitted()
    task = await actors.task_of(VERIFIER, id)
    officers = [Actor("officer", f"officer-{number}", VERIFIER.desks) for number in range(20)]
    outcomes = await asyncio.gather(
        *(cases.desk_work.claim(officer, task, actors.reply(officer.id)) for officer in officers),
        return_exceptions=True,
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert (len(outcomes) - len(refused), {refusal.code for refusal in refused}) == (1, {"task-claimed"})


async def test_the_inbox_filters_and_pages(actors: Actors, cases: UseCases, world: World) -> None:
    ids = [await actors.submitted() for _ in range(3)]
    mine = await actors.task_of(VERIFIER, ids[1])
    await cases.desk_work.claim(VERIFIER, mine, actors.reply(VERIFIER.id))

    async def found(officer: Actor = VERIFIER, **only: object) -> list[UUID]:
        lines = await cases.desk_work.inbox(officer, InboxFilter(**only), 10, None)  # type: ignore[arg-type]
        return [line.application for line in lines]

    assert await found(claimed="mine") == [ids[1]]
    assert await found(SECOND_VERIFIER, claimed="mine") == []
    assert set(await found(claimed="free")) == {ids[0], ids[2]}
    assert await found(state="signature") == []
    assert await found(due_before=world.clock()) == []
    world.clock.forward(3 * 24 * 3600)
    assert len(await found(due_before=world.clock())) == 3
    first = await cases.desk_work.inbox(VERIFIER, InboxFilter(), 2, None)
    rest = await cases.desk_work.inbox(VERIFIER, InboxFilter(), 2, first[-1].task)
    assert len({line.task for line in [*first, *rest]}) == 3


async def test_a_decision_on_an_older_version_is_refused(actors: Actors, cases: UseCases) -> None:
    id = await actors.submitted()
    seen = (await cases.reading.file(VERIFIER, id)).application.version
    await cases.desk_work.claim(VERIFIER, await actors.task_of(VERIFIER, id), actors.reply(VERIFIER.id))
    with pytest.raises(Stale):
        await cases.desk_work.act(VERIFIER, id, Decision("accept"), seen, actors.reply(VERIFIER.id))
    await cases.desk_work.act(VERIFIER, id, Decision("accept"), seen + 1, actors.reply(VERIFIER.id))


async def test_an_officer_never_processes_the_own_application(actors: Actors, cases: UseCases) -> None:
    id = await actors.submitted()
    task = await actors.task_of(VERIFIER, id)
    own = Actor("officer", SITI, VERIFIER.desks)
    with pytest.raises(NotAllowed, match="own-application"):
        await cases.desk_work.claim(own, task, actors.reply(SITI))


async def test_a_message_gets_the_facts_of_its_version(actors: Actors, cases: UseCases) -> None:
    id = await actors.submitted()
    await actors.decide(VERIFIER, id, "return", items=(ITEM,))
    returned = (await actors.state(id)).version
    facts = await cases.facts.for_message(id, returned)
    assert (facts.recipient, facts.number) == (SITI, "33.14-SIP-2026-000001")
    assert facts.state_label.en == "Waiting for your corrections"
    assert facts.corrections[0].label.en == "Name of the place"
    assert facts.corrections[0].note == "Tulis lengkap"
    assert facts.links["tracking"] == "http://localhost:8080/track?number=33.14-SIP-2026-000001"
    await cases.handing_in.submit(SITI, id, None, actors.reply(SITI))
    again = await cases.facts.for_message(id, returned)
    assert again == facts, "the facts of a version never change"
    for missing in (returned + 50, 0, -1):
        with pytest.raises(NotFound):
            await cases.facts.for_message(id, missing)
    with pytest.raises(NotFound):
        await cases.facts.for_message(uuid4(), 1)


async def test_the_catalogue_is_asked_for_the_offering_at_most_once_in_a_while(
    actors: Actors, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offerings, "_PIN_SECONDS", 60.0)
    first, second = await actors.draft(), await actors.draft()
    assert first["digest"] == second["digest"]
    assert world.catalog.asked.count("pin") == 1
    monkeypatch.setattr(offerings, "_PIN_SECONDS", 0.0)
    await actors.draft()
    assert world.catalog.asked.count("pin") == 2
