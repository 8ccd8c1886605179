"""E-mails over a real SMTP server: at least once, one Message-ID for every try, each answer with its consequence."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from mpp_notifications.clients.smtp import SmtpMailer
from mpp_notifications.domain.deliveries import Deferred
from mpp_notifications.domain.mail import Mail

World = Any  # the fixture of conftest.py
Cut = Callable[[Any], Awaitable[str]]


async def waiting_mail(world: World, name: str = "DocumentIssued") -> None:
    await world.hear(name)
    await world.tell_due()


async def delivery(world: World) -> dict[str, Any]:
    (row,) = await world.rows("SELECT * FROM deliveries")
    return dict(row)


async def test_a_mail_arrives_with_a_message_id_made_of_the_delivery(world: World) -> None:
    await waiting_mail(world)
    assert await world.send_due() == 1
    (mail,) = world.smtp.mails
    row = await delivery(world)
    assert mail["Message-ID"] == f"<{row['id']}@mpp.example.id>"
    assert (mail["To"], mail["Auto-Submitted"], mail["Content-Language"]) == (
        "siti@warga.example.id",
        "auto-generated",
        "id",
    )
    assert mail["Subject"] == "Dokumen permohonan 3314-2026-000002 sudah terbit"
    assert "Siti" not in mail["Subject"]
    assert (row["state"], row["attempts"]) == ("SENT", 1)
    assert [data["channel"] for kind, data in await world.facts_told() if kind == "MessageDelivered"] == [
        "inbox",
        "email",
    ]


async def test_address_and_text_are_gone_once_it_is_sent(world: World) -> None:
    await waiting_mail(world)
    assert (await delivery(world))["address"] == "siti@warga.example.id"
    await world.send_due()
    row = await delivery(world)
    assert (row["address"], row["subject"], row["body"]) == ("", "", "")


async def test_4xx_is_tried_again_by_the_table_and_then_arrives(world: World) -> None:
    await waiting_mail(world)
    world.smtp.rcpt = ["451 greylisted", "450 try later"]
    await world.send_due()
    row = await delivery(world)
    assert (row["state"], row["reason"], row["next_at"]) == (
        "RETRY",
        "mailbox-busy",
        world.clock.now() + timedelta(seconds=1),
    )
    assert await world.send_due() == 0
    world.clock.move(seconds=1)
    assert await world.send_due() == 1
    world.clock.move(seconds=4)
    assert await world.send_due() == 0
    world.clock.move(seconds=1)
    assert await world.send_due() == 1
    row = await delivery(world)
    assert (row["state"], row["attempts"], row["ambiguous"], len(world.smtp.mails)) == ("SENT", 3, 0, 1)


async def test_4xx_for_ever_fails_when_the_table_is_used_up(world: World) -> None:
    await waiting_mail(world)
    world.smtp.data = ["452 no room"] * 9
    for _ in range(3):
        assert await world.send_due() == 1
        world.clock.move(hours=1)
    assert await world.send_due() == 0
    row = await delivery(world)
    assert (row["state"], row["reason"], row["attempts"]) == ("FAILED", "message-deferred", 3)


@pytest.mark.parametrize(
    ("rcpt", "data", "reason"),
    [(["550 no such mailbox"], [], "mailbox-refused"), ([], ["554 not wanted"], "message-refused")],
)
async def test_5xx_stops_at_once_and_is_said(world: World, rcpt: list[str], data: list[str], reason: str) -> None:
    await waiting_mail(world)
    world.smtp.rcpt, world.smtp.data = rcpt, list(data)
    await world.send_due()
    world.clock.move(days=1)
    assert await world.send_due() == 0
    row = await delivery(world)
    assert (row["state"], row["reason"], row["address"]) == ("FAILED", reason, "")
    kind, told = (await world.facts_told())[-1]
    assert (kind, told["channel"], told["reason"]) == ("MessageFailed", "email", reason)


async def test_a_connection_cut_after_data_is_ambiguous_and_sent_again_as_the_same_mail(
    world: World, cut_connection: Cut
) -> None:
    await waiting_mail(world)
    world.smtp.data = [cut_connection]
    await world.send_due()
    row = await delivery(world)
    assert (row["state"], row["reason"], row["ambiguous"]) == ("RETRY", "answer-lost", 1)
    world.clock.move(seconds=1)
    await world.send_due()
    row = await delivery(world)
    assert (row["state"], row["ambiguous"]) == ("SENT", 1)
    first, second = world.smtp.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()
    assert "email-ambiguous" in world.journal.all()


async def test_a_server_that_is_not_there_is_tried_again_and_is_not_ambiguous(world: World) -> None:
    await waiting_mail(world)
    await world.smtp.stop()
    await world.send_due()
    row = await delivery(world)
    assert (row["state"], row["reason"], row["ambiguous"]) == ("RETRY", "smtp-unreachable", 0)


async def test_the_mail_of_a_dead_replica_is_taken_over_and_counted(world: World) -> None:
    await waiting_mail(world)
    (died,) = await world.send_email.claim(10)
    assert await world.send_email.claim(10) == []
    world.clock.move(minutes=2)
    assert await world.send_due() == 1
    row = await delivery(world)
    assert (row["state"], row["attempts"], row["ambiguous"]) == ("SENT", 2, 1)
    before = await world.facts_told()
    await world.send_email(died)
    assert await world.facts_told() == before
    assert (await delivery(world))["state"] == "SENT"
    assert "claim-lost" in world.journal.all()


async def test_mails_of_one_application_keep_their_order(world: World) -> None:
    application = uuid4()
    await world.hear("ApplicationApproved", application, 5)
    await world.hear("DocumentIssued", application, 6)
    await world.tell_due()
    await world.tell_due()
    world.smtp.rcpt = ["451 later"]
    assert await world.send_due() == 1
    assert await world.send_due() == 0
    world.clock.move(seconds=1)
    assert await world.send_due() == 1
    assert await world.send_due() == 1
    assert [mail["Subject"] for mail in world.smtp.mails] == [
        "Permohonan 3314-2026-000005 disetujui",
        "Dokumen permohonan 3314-2026-000006 sudah terbit",
    ]


async def test_two_replicas_send_each_mail_once(world: World) -> None:
    for _ in range(20):
        await world.hear("DocumentIssued")
    while await world.tell_due():
        pass

    async def replica() -> None:
        while claimed := await world.send_email.claim(3):
            await asyncio.gather(*(world.send_email(one) for one in claimed))

    await asyncio.gather(replica(), replica())
    ids = [mail["Message-ID"] for mail in world.smtp.mails]
    assert (len(ids), len(set(ids))) == (20, 20)


async def test_an_address_that_smtp_cannot_carry_is_refused_and_said(world: World) -> None:
    world.neighbours.contact = type(world.neighbours.contact)("sití@warga.example.id", "Siti", "id")
    await waiting_mail(world)
    await world.send_due()
    row = await delivery(world)
    assert (row["state"], row["reason"]) == ("FAILED", "address-not-supported")


async def test_the_probe_tells_whether_the_server_answers(world: World) -> None:
    await world.mailer.probe()
    await world.smtp.stop()
    with pytest.raises(OSError):  # noqa: PT011
        await world.mailer.probe()


async def test_nothing_goes_out_in_clear_where_tls_is_asked_for(world: World) -> None:
    mailer = SmtpMailer(
        host="127.0.0.1", port=world.smtp.port, starttls=True, user="", password="", sender="mpp@mpp.example.id"
    )
    mail = Mail(uuid4(), "siti@warga.example.id", "x", "x", "id", world.clock.now())
    assert await mailer.send(mail, within=timedelta(seconds=5)) == Deferred("smtp-not-usable")
    assert world.smtp.mails == []
