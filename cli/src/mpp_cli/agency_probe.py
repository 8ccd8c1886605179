"""After adding an agency: does NATS carry messages both ways, and if not, reload until it does.

One SIGHUP is not enough: after it lookups worked but task pulls answered 503; a second SIGHUP of the same file mended
it (measured with nats-server 2.15.1, reliability notes 5.1).
"""

import asyncio
import os
import signal
from dataclasses import dataclass

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DiscardPolicy, RetentionPolicy, StreamConfig
from nats.js.errors import NotFoundError

from mpp_cli.nats_config import AgencyFacts


class AgencyUnreachable(Exception):
    """NATS does not carry messages to or from an agency; the text says which way."""


@dataclass(frozen=True)
class ProbeKeys:
    """Seeds for a probe: the core's operator, and the agency's connector."""

    operator: str
    connector: str


async def connect(url: str, seed: str, inbox: str) -> Client:
    """Connect as an nkey user; one attempt, no reconnects, silent about server errors (the caller sees a timeout)."""

    async def quiet(_: Exception) -> None:
        return None

    return await nats.connect(
        url, nkeys_seed_str=seed, inbox_prefix=inbox, allow_reconnect=False, error_cb=quiet, connect_timeout=3
    )


async def probe(url: str, facts: AgencyFacts, keys: ProbeKeys, seconds: float = 1.0) -> list[str]:
    """Ask both ways and name what does not answer: "connection", "lookups", "tasks", "self-description"; empty is good.

    Touches no task: the pull it sends is malformed on purpose, and any answer but "no responders" proves the way. The
    agency's consumer must exist for that; the probe makes it when it is not there yet, exactly as applications does.
    """
    try:
        core = await connect(url, keys.operator, "_INBOX_operator")
    except (NatsError, OSError) as error:
        raise AgencyUnreachable(f"the operator cannot connect to NATS: {error}") from error
    try:
        agency = await connect(url, keys.connector, f"_INBOX_{facts.code}")
    except (NatsError, OSError):
        await core.close()
        return ["connection"]
    try:
        broken = [] if await _described(core, agency, facts, seconds) else ["self-description"]
        if facts.lookups and not await _looked_up(core, agency, facts, seconds):
            broken.append("lookups")
        if facts.tasks and not await _pulled(core, agency, facts, seconds):
            broken.append("tasks")
        return broken
    finally:
        await agency.close()
        await core.close()


async def reload_until_reachable(
    server_pid: int, url: str, facts: AgencyFacts, keys: ProbeKeys, reloads: int = 5
) -> int:
    """Reload the server until the agency is reachable both ways; returns how many reloads it took.

    The new configuration must already be in the server's file. Raises AgencyUnreachable after `reloads` attempts.
    """
    broken: list[str] = []
    for attempt in range(1, reloads + 1):
        os.kill(server_pid, signal.SIGHUP)
        await asyncio.sleep(0.3)
        broken = await probe(url, facts, keys)
        if not broken:
            return attempt
    raise AgencyUnreachable(f"{facts.code} is not reachable after {reloads} reloads: {', '.join(broken)}")


async def fence(client: Client) -> None:
    """Wait until the server has read everything sent so far.

    Twice, because nats-py 2.16.0 writes the PING of a flush before the commands that are still waiting to be written.
    """
    await client.flush()
    await client.flush()


async def _answered(client: Client, subject: str, payload: bytes, seconds: float) -> bool:
    try:
        message = await client.request(subject, payload, timeout=seconds)
    except NatsError:
        return False
    return (message.headers or {}).get("Status") != "503"


async def _looked_up(core: Client, agency: Client, facts: AgencyFacts, seconds: float) -> bool:
    async def answer(message: Msg) -> None:
        await message.respond(b"here")

    # A name no connector has, so that the running one, if any, is not disturbed.
    subject = f"agency.{facts.code}.lookup.probe-{os.getpid()}"
    subscription = await agency.subscribe(subject, cb=answer)
    await fence(agency)
    try:
        return await _answered(core, subject, b"", seconds)
    finally:
        await subscription.unsubscribe()


async def _described(core: Client, agency: Client, facts: AgencyFacts, seconds: float) -> bool:
    async def answer(message: Msg) -> None:
        await message.respond(b"here")

    subscription = await agency.subscribe(f"$SRV.PING.probe-{os.getpid()}", cb=answer)
    await fence(agency)
    try:
        return await _answered(core, f"srv.{facts.code}.PING.probe-{os.getpid()}", b"", seconds)
    finally:
        await subscription.unsubscribe()


async def _pulled(core: Client, agency: Client, facts: AgencyFacts, seconds: float) -> bool:
    await ensure_consumer(core, facts.code)
    # Not JSON, so answered 400 and no task leaves the queue ({"batch": -1} would be served as a pull of one).
    return await _answered(agency, f"$JS.API.CONSUMER.MSG.NEXT.TASKS.{facts.code}", b"{", seconds)


async def ensure_consumer(core: Client, code: str) -> None:
    """Make stream TASKS and the agency's durable pull consumer unless they are there, as applications makes them."""
    stream = core.jetstream()
    try:
        await stream.stream_info("TASKS")
    except NotFoundError:
        await stream.add_stream(
            StreamConfig(
                name="TASKS",
                subjects=["agency.*.task.*"],
                # Cannot be changed later, so it must be what applications asks for.
                retention=RetentionPolicy.WORK_QUEUE,
                discard=DiscardPolicy.NEW,
                deny_delete=True,
                deny_purge=True,
                max_age=3 * 86_400,
            )
        )
    await stream.add_consumer(
        "TASKS",
        ConsumerConfig(
            durable_name=code,
            filter_subject=f"agency.{code}.task.>",
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=30,
            max_deliver=-1,
            max_ack_pending=256,
        ),
    )
