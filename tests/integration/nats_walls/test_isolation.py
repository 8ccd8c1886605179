"""What an agency must not reach: other agencies, the core's streams, anybody's inbox. Attacks T26 to T33."""

import asyncio

import pytest
from mpp_cli.keys import new_nats_user
from mpp_cli.nats_config import AGENCY_MAX_PAYLOAD
from mpp_connector.pull import Puller
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.js.api import ConsumerConfig, StreamConfig

from tests.integration.connectors.walls import Heard, Walls, eventually

APPLICATIONS = StreamConfig(name="APPLICATIONS", subjects=["mpp.applications.v1.>"])


async def refused(heard: Heard, subject: str) -> None:
    """The server said so in the error callback, which is the only place where it shows."""
    await heard.settle()
    # nats-py gives the server's words in small letters.
    wanted = f'"{subject.lower()}"'
    assert any("permissions" in error and wanted in error for error in heard.errors), (subject, heard.errors)


async def answers(heard: Heard, subject: str, payload: bytes = b"") -> str:
    """ "nothing", or what came back."""
    try:
        message = await heard.client.request(subject, payload, timeout=0.25)
    except NatsError as error:
        return "nothing" if isinstance(error, NoRespondersError | TimeoutError) else type(error).__name__
    return message.data.decode(errors="replace") or str(message.headers)


async def put_task(walls: Walls, agency: str, text: bytes) -> None:
    applications = await walls.as_core("applications")
    await applications.client.jetstream().publish(f"agency.{agency}.task.check", text)


@pytest.mark.parametrize(
    "subject",
    [
        ">",
        "agency.>",
        "agency.lain.lookup.person",
        "agency.*.lookup.>",
        "agency.uji.result",
        "agency.uji.task.check",
        "mpp.>",
        "mpp.applications.v1.ApplicationSubmitted.33.14",
        "_INBOX.>",
        "_INBOX_lain.>",
        "_INBOX_applications.>",
        "_R_.>",
        "$JS.>",
        "$JS.ACK.>",
        "$JS.EVENT.>",
        "$SYS.>",
        "srv.>",
        "HEALTH.>",
    ],
)
async def test_an_agency_cannot_listen_to(standing: Walls, subject: str) -> None:
    agency = await standing.as_agency("uji")
    await agency.client.subscribe(subject)
    await refused(agency, subject)
    await agency.client.subscribe(subject, queue="lookup")
    await agency.settle()
    assert sum("permissions" in error for error in agency.errors) == 2, "a queue group is no way round"


@pytest.mark.parametrize(
    "subject",
    [
        "agency.lain.lookup.person",
        "agency.lain.result",
        "agency.lain.task.check",
        "agency.uji.task.check",
        "mpp.applications.v1.ApplicationSubmitted.33.14",
        "$JS.API.INFO",
        "$JS.API.STREAM.LIST",
        "$JS.API.STREAM.INFO.TASKS",
        "$JS.API.STREAM.MSG.GET.TASKS",
        "$JS.API.DIRECT.GET.TASKS",
        "$JS.API.STREAM.PURGE.TASKS",
        "$JS.API.STREAM.DELETE.TASKS",
        "$JS.API.STREAM.SNAPSHOT.TASKS",
        "$JS.API.STREAM.RESTORE.TASKS",
        "$JS.API.CONSUMER.CREATE.TASKS.mine",
        "$JS.API.CONSUMER.DURABLE.CREATE.TASKS.mine",
        "$JS.API.CONSUMER.INFO.TASKS.uji",
        "$JS.API.CONSUMER.INFO.TASKS.lain",
        "$JS.API.CONSUMER.DELETE.TASKS.lain",
        "$JS.API.CONSUMER.PAUSE.TASKS.lain",
        "$JS.API.CONSUMER.MSG.NEXT.TASKS.lain",
        "$JS.API.CONSUMER.MSG.NEXT.APPLICATIONS.uji",
        "$JS.ACK.TASKS.lain.1.1.1.1.0",
        "$SYS.REQ.SERVER.PING",
        "$SYS.REQ.ACCOUNT.PING.CONNZ",
        "$SRV.PING",
        "srv.lain.PING",
        "_INBOX_applications.x",
        "HEALTH.uji",
    ],
)
async def test_an_agency_cannot_say(standing: Walls, subject: str) -> None:
    agency = await standing.as_agency("uji")
    assert await answers(agency, subject, b"") == "nothing"
    await refused(agency, subject)
    core = await standing.as_core("operator")
    info = await core.client.jetstream().stream_info("TASKS")
    assert info.state.messages == 1


async def test_an_agency_reaches_its_own_tasks_and_nobody_elses(walls: Walls) -> None:
    await put_task(walls, "lain", b"lain's task")
    agency = await walls.as_agency("uji")
    pull = "$JS.API.CONSUMER.MSG.NEXT.TASKS.uji"
    assert "404" in await answers(agency, pull, b'{"batch":1,"no_wait":true}')
    await put_task(walls, "uji", b"uji's task")
    puller = Puller(agency.client, "uji")
    await puller.start()
    message = await puller.next()
    assert message is not None
    assert message.data == b"uji's task"
    await message.ack_sync(timeout=2)
    assert agency.errors == []


async def test_an_agencys_permissions_are_not_the_only_wall(walls: Walls) -> None:
    """With the allow-lists gone the account alone still keeps everything in: two independent walls."""
    text = walls.config.read_text()
    code = walls.connectors["uji"].public
    start = text.index(f"{{ nkey: {code}, permissions")
    end = text.index("] } } }", start) + len("] } } }")
    walls.config.write_text(text[:start] + f"{{ nkey: {code} }}" + text[end:])
    walls.server.reload()
    await asyncio.sleep(0.3)
    await put_task(walls, "lain", b"lain's task")
    applications = await walls.as_core("applications")
    await applications.client.jetstream().add_stream(APPLICATIONS)
    agency, lain = await walls.as_agency("uji"), await walls.as_agency("lain")
    heard: list[str] = []

    async def listen(message: object) -> None:
        heard.append(str(message))

    await agency.client.subscribe(">", cb=listen)
    await lain.client.subscribe("agency.lain.lookup.>", cb=listen)
    await agency.settle()
    assert agency.errors == []
    await applications.client.publish("agency.lain.lookup.person", b"a question to another")
    await applications.client.jetstream().publish("mpp.applications.v1.ApplicationSubmitted", b"{}")
    await agency.client.publish("mpp.applications.v1.Forged", b"forged")
    await agency.client.publish("agency.lain.result", b"forged")
    for subject in (
        "$JS.API.STREAM.LIST",
        "$JS.API.STREAM.MSG.GET.TASKS",
        "$JS.API.CONSUMER.CREATE.TASKS.mine",
        "$JS.API.CONSUMER.MSG.NEXT.TASKS.lain",
        "$SYS.REQ.SERVER.PING",
    ):
        answer = await answers(agency, subject)
        assert "lain's task" not in answer
        assert answer == "nothing" or "not enabled" in answer, (subject, answer)
    await applications.settle()
    assert not [line for line in heard if "lain's task" in line]
    own = [line for line in heard if "forged" in line]
    assert len(own) == 2, "what it publishes stays in its own account"
    assert sum("a question to another" in line for line in heard) == 1, "only lain hears lain's questions"
    assert (await applications.client.jetstream().stream_info("APPLICATIONS")).state.messages == 1


@pytest.mark.parametrize(
    "reply",
    [
        "agency.lain.lookup.person",
        "agency.lain.result",
        "agency.lain.task.check",
        "agency.uji.task.check",
        "mpp.applications.v1.ApplicationApproved.33.14",
        "_INBOX_applications.x",
        "_INBOX_lain.x",
        "$JS.API.STREAM.DELETE.TASKS",
        "$JS.ACK.TASKS.lain.1.1.1.1.0",
    ],
)
async def test_the_reply_subject_of_a_pull_reaches_no_one_else(walls: Walls, reply: str) -> None:
    """The confused deputy: the server itself publishes a pulled task to the reply subject the puller names."""
    core = await walls.as_core("operator")
    applications = await walls.as_core("applications")
    await applications.client.jetstream().add_stream(APPLICATIONS)
    heard: list[str] = []

    async def listen(message: object) -> None:
        heard.append(str(message))

    lain = await walls.as_agency("lain")
    await lain.client.subscribe("agency.lain.lookup.>", cb=listen)
    await lain.client.subscribe("_INBOX_lain.>", cb=listen)
    await applications.client.subscribe("agency.*.result", queue="applications", cb=listen)
    await applications.client.subscribe("_INBOX_applications.>", cb=listen)
    await put_task(walls, "lain", b"lain's own")
    await put_task(walls, "uji", b"uji's payload")
    await lain.settle()
    await applications.settle()
    agency = await walls.as_agency("uji")
    await agency.client.publish("$JS.API.CONSUMER.MSG.NEXT.TASKS.uji", b'{"batch":1}', reply)
    await agency.settle()
    await asyncio.sleep(0.3)
    assert not [line for line in heard if "uji's payload" in line]
    tasks = await core.client.jetstream().stream_info("TASKS")
    assert tasks.state.messages == 2
    assert (await core.client.jetstream().stream_info("APPLICATIONS")).state.messages == 0
    untouched = await core.client.jetstream().consumer_info("TASKS", "lain")
    assert untouched.num_pending == 1
    assert untouched.delivered.consumer_seq == 0


async def test_the_same_pull_would_reach_another_agency_from_inside_the_core(walls: Walls) -> None:
    """The attack is real: with the agency's user in the core's account, allow-lists and all, the server carries it."""
    text = walls.config.read_text()
    start = text.index(f"{{ nkey: {walls.connectors['uji'].public}, permissions")
    user = text[start : text.index("] } } }", start) + len("] } } }")]
    text = text.replace(user, "", 1)
    place = text.index("users: [", text.index("  CORE: {")) + len("users: [")
    walls.config.write_text(f"{text[:place]}\n      {user}{text[place:]}")
    walls.server.reload()
    await asyncio.sleep(0.3)
    heard: list[str] = []

    async def listen(message: object) -> None:
        heard.append(str(message))

    lain = await walls.as_agency("lain")
    await lain.client.subscribe("agency.lain.lookup.>", cb=listen)
    await lain.settle()
    await put_task(walls, "uji", b"uji's payload")
    agency = await walls.as_agency("uji")
    await agency.client.publish("$JS.API.CONSUMER.MSG.NEXT.TASKS.uji", b'{"batch":1}', "agency.lain.lookup.person")
    await agency.settle()
    assert agency.errors == []
    await eventually(lambda: [line for line in heard if "uji's payload" in line])


async def test_a_giant_message_costs_only_its_sender(walls: Walls) -> None:
    applications = await walls.as_core("applications")
    heard: list[int] = []

    async def listen(message: object) -> None:
        heard.append(len(getattr(message, "data", b"")))

    await applications.client.subscribe("agency.*.result", cb=listen)
    await applications.settle()
    big, small = await walls.as_agency("uji"), await walls.as_agency("uji")
    await big.client.publish("agency.uji.result", b"x" * (AGENCY_MAX_PAYLOAD + 10_000))
    await asyncio.wait_for(big.closed.wait(), 5)
    await small.client.publish("agency.uji.result", b"fits")
    await small.settle()
    await eventually(lambda: heard)
    assert heard == [4]


async def test_an_agency_has_a_limit_of_connections(walls: Walls) -> None:
    for _ in range(8):
        await walls.as_agency("uji")
    with pytest.raises(NatsError, match="maximum account active connections"):
        await walls.as_agency("uji")
    assert (await walls.as_agency("lain")).client.is_connected


async def test_nobody_comes_in_without_a_key(standing: Walls) -> None:
    with pytest.raises(NatsError):
        await standing.connect(new_nats_user().seed, "_INBOX_x", reconnect=False)


@pytest.mark.parametrize(
    ("user", "subject"),
    [
        ("notifications", "mpp.applications.v1.ApplicationApproved.33.14"),
        ("notifications", "agency.uji.task.check"),
        ("notifications", "agency.uji.lookup.person"),
        ("catalog", "mpp.identity.v1.AccountCreated"),
        ("catalog", "srv.uji.PING"),
        ("identity", "agency.uji.task.check"),
        ("identity", "$JS.API.CONSUMER.MSG.NEXT.TASKS.uji"),
        ("applications", "$JS.API.CONSUMER.MSG.NEXT.TASKS.uji"),
        ("applications", "$JS.API.STREAM.DELETE.APPLICATIONS"),
        ("applications", "$JS.API.STREAM.PURGE.TASKS"),
        ("applications", "$JS.API.STREAM.MSG.DELETE.APPLICATIONS"),
        ("applications", "mpp.identity.v1.AccountCreated"),
    ],
)
async def test_a_service_of_the_core_cannot_speak_for_another(standing: Walls, user: str, subject: str) -> None:
    service = await standing.as_core(user)
    await service.client.publish(subject, b"{}")
    await refused(service, subject)


@pytest.mark.parametrize("subject", [">", "agency.>", "_INBOX_applications.>", "mpp.>", "_INBOX.>", "$JS.>"])
async def test_a_service_of_the_core_hears_only_its_own_inbox(standing: Walls, subject: str) -> None:
    service = await standing.as_core("notifications")
    await service.client.subscribe(subject)
    await refused(service, subject)


async def test_a_service_can_do_what_it_must(walls: Walls) -> None:
    applications, notifications = await walls.as_core("applications"), await walls.as_core("notifications")
    stream = applications.client.jetstream()
    await stream.add_stream(APPLICATIONS)
    await stream.update_stream(StreamConfig(name="APPLICATIONS", subjects=["mpp.applications.v1.>"], deny_purge=True))
    await stream.add_stream(name="HEALTH", subjects=["HEALTH.>"], max_msgs_per_subject=1)
    await notifications.client.jetstream().publish("HEALTH.notifications", b"")
    await stream.publish("mpp.applications.v1.ApplicationSubmitted.33.14", b"{}")
    pulled = await notifications.client.jetstream().pull_subscribe(
        "mpp.applications.v1.>", durable="notifications", stream="APPLICATIONS"
    )
    (message,) = await pulled.fetch(1, timeout=2)
    await message.ack_sync(timeout=2)
    await stream.add_consumer("TASKS", ConsumerConfig(durable_name="uji", filter_subject="agency.uji.task.>"))
    assert (await stream.consumer_info("TASKS", "uji")).num_pending == 0
    await applications.settle()
    assert applications.errors == notifications.errors == []
