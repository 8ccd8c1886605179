"""A message reaches the in-app inbox exactly once, in the order of its application, with two replicas at work."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from mpp_notifications.consumers.due_work import DueWork
from mpp_notifications.domain.facts import MessageText
from mpp_notifications.domain.languages import Language
from mpp_notifications.domain.messages import MAX_ERRORS, ApplicationFact
from mpp_notifications.storage.package_data import load_routing
from mpp_notifications.use_cases.inbox import OwnInbox, OwnPreferences
from mpp_notifications.use_cases.record_fact import RecordFact
from mpp_runtime.ids import new_id

World = Any  # the fixture of conftest.py


async def test_a_message_is_in_the_inbox_in_both_languages_with_its_email_on_the_way(world: World) -> None:
    application = await world.hear("ApplicationSubmitted")
    await world.tell_due()
    person = world.neighbours.recipients[application]
    entries, unread = await OwnInbox(world.store, world.clock).list(person, unread_only=False, after=None, limit=10)
    (entry,) = entries
    assert unread == 1
    assert entry.texts["id"].subject == "Permohonan 3314-2026-000002 sudah kami terima"
    assert entry.texts["en"].subject == "We have received application 3314-2026-000002"
    assert (entry.email_state, entry.application) == ("PENDING", application)
    (told,) = await world.facts_told()
    assert told == (
        "MessageDelivered",
        {"message": str(entry.id), "application": str(application), "channel": "inbox", "applicationVersion": 2},
    )


async def test_the_same_event_twice_makes_one_message(world: World) -> None:
    fact = ApplicationFact(uuid4(), "mpp.applications.v1.DocumentIssued", uuid4(), 9, world.clock.now())
    added = []
    for _ in range(2):
        async with world.store.transaction() as unit:
            added.append(await RecordFact(load_routing(), new_id, world.clock)(unit, fact))
    assert added == [1, 0]


async def test_two_replicas_tell_each_message_once_and_in_order(world: World) -> None:
    applications = [uuid4() for _ in range(12)]
    for version, name in enumerate(("ApplicationSubmitted", "ApplicationApproved", "DocumentIssued"), 2):
        for application in applications:
            await world.hear(name, application, version)
    stop = asyncio.Event()
    replicas = [
        DueWork("tell", claim=world.tell.claim, do=world.tell, failed=world.tell.failed, poll=0.01, batch=5)
        for _ in range(2)
    ]
    running = [asyncio.create_task(replica.run(stop)) for replica in replicas]
    async with asyncio.timeout(30):
        while await world.rows("SELECT 1 FROM messages WHERE state = 'PENDING'"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    stop.set()
    await asyncio.gather(*running)
    rows = await world.rows("SELECT count(*) AS entries, count(DISTINCT id) AS different FROM inbox_entries")
    assert [dict(row) for row in rows] == [{"entries": 36, "different": 36}]
    for application in applications:
        told = [
            data["applicationVersion"]
            for kind, data in await world.facts_told()
            if data["application"] == str(application) and kind == "MessageDelivered"
        ]
        assert told == [2, 3, 4]


async def test_a_replica_that_lost_its_claim_changes_nothing(world: World) -> None:
    await world.hear()
    (slow,) = await world.tell.claim(10)
    assert await world.tell.claim(10) == []
    world.clock.move(minutes=2)
    (taken_over,) = await world.tell.claim(10)
    await world.tell(taken_over)
    await world.tell(slow)
    assert len(await world.rows("SELECT 1 FROM inbox_entries")) == 1
    assert len(await world.facts_told()) == 1
    assert world.journal.all() == ["claim-lost"]


async def test_a_late_claim_cannot_postpone_or_give_up_either(world: World) -> None:
    await world.hear()
    (slow,) = await world.tell.claim(10)
    world.clock.move(minutes=2)
    (taken_over,) = await world.tell.claim(10)
    await world.tell(taken_over)
    world.neighbours.away = True
    await world.tell(slow)
    await world.tell.failed(slow, "KeyError")
    (row,) = await world.rows("SELECT state FROM messages")
    assert row["state"] == "TOLD"


async def test_a_service_that_is_away_delays_and_loses_nothing(world: World) -> None:
    await world.hear()
    world.neighbours.away = True
    for _ in range(MAX_ERRORS + 5):
        assert await world.tell_due() == 1
        assert await world.tell_due() == 0
        world.clock.move(minutes=1)
    world.neighbours.away = False
    assert await world.tell_due() == 1
    assert len(await world.rows("SELECT 1 FROM inbox_entries")) == 1


async def test_an_application_nobody_knows_is_given_up_and_said(world: World) -> None:
    application = await world.hear()
    world.neighbours.unknown.add(application)
    await world.tell_due()
    (row,) = await world.rows("SELECT state, reason FROM messages")
    assert dict(row) == {"state": "FAILED", "reason": "application-not-found"}
    ((kind, data),) = await world.facts_told()
    assert (kind, data["channel"], data["reason"]) == ("MessageFailed", "inbox", "application-not-found")


async def test_a_given_up_message_does_not_hold_the_later_ones_of_its_application(world: World) -> None:
    application = await world.hear("ApplicationSubmitted", version=2)
    await world.hear("DocumentIssued", application, 3)
    world.neighbours.unknown.add(application)
    assert await world.tell_due() == 1
    world.neighbours.unknown.clear()
    assert await world.tell_due() == 1
    assert len(await world.rows("SELECT 1 FROM inbox_entries WHERE event_type LIKE '%DocumentIssued'")) == 1


async def test_an_error_nobody_foresaw_is_tried_again_then_given_up(world: World) -> None:
    await world.hear()
    world.neighbours.facts = {"promised_date": "not a date"}
    stop = asyncio.Event()
    work = DueWork("tell", claim=world.tell.claim, do=world.tell, failed=world.tell.failed, poll=0.01)
    running = asyncio.create_task(work.run(stop))
    async with asyncio.timeout(20):
        while not await world.rows("SELECT 1 FROM messages WHERE state = 'FAILED'"):
            world.clock.move(minutes=6)
            await asyncio.sleep(0.01)
    stop.set()
    await running
    (row,) = await world.rows("SELECT reason, errors, attempts FROM messages")
    assert (row["reason"], row["attempts"]) == ("error-ValueError", MAX_ERRORS)


async def test_a_person_without_contact_still_has_an_inbox(world: World) -> None:
    await world.hear()
    world.neighbours.contact = None
    await world.tell_due()
    assert len(await world.rows("SELECT 1 FROM inbox_entries")) == 1
    assert await world.rows("SELECT 1 FROM deliveries") == []


@pytest.mark.parametrize(("name", "mailed"), [("ApplicationSubmitted", False), ("ApplicationRejected", True)])
async def test_email_can_be_switched_off_but_not_for_decisions(world: World, name: str, mailed: bool) -> None:
    application = uuid4()
    person = world.neighbours.recipients.setdefault(application, uuid4())
    await OwnPreferences(world.store).put(person, email=False, language=None, expected=0)
    await world.hear(name, application)
    await world.tell_due()
    assert len(await world.rows("SELECT 1 FROM inbox_entries")) == 1
    assert bool(await world.rows("SELECT 1 FROM deliveries")) is mailed


@pytest.mark.parametrize(("chosen", "greeting"), [(None, "Yth."), ("en", "Dear")])
async def test_the_email_speaks_the_chosen_language(world: World, chosen: Language | None, greeting: str) -> None:
    application = uuid4()
    person = world.neighbours.recipients.setdefault(application, uuid4())
    await OwnPreferences(world.store).put(person, email=True, language=chosen, expected=0)
    await world.hear("DocumentIssued", application)
    await world.tell_due()
    await world.send_due()
    assert world.smtp.mails[0].get_content().startswith(f"{greeting} Siti Rahmawati,")


async def test_the_text_of_the_definition_wins_and_a_broken_one_is_noted(world: World) -> None:
    world.neighbours.facts = {
        "texts": {"id": MessageText("Izin ({{ number }})", "Siap."), "en": MessageText("{{ oops }}", "x")}
    }
    await world.hear("DocumentIssued")
    await world.tell_due()
    (row,) = await world.rows("SELECT texts FROM inbox_entries")
    assert row["texts"]["id"] == {"subject": "Izin (3314-2026-000002)", "body": "Siap."}
    assert row["texts"]["en"]["subject"] == "The document of application 3314-2026-000002 is ready"
    assert world.journal.all() == ["definition-text-broken"]
