"""Revoking and adding an agency on a running server."""

import asyncio
import os
import signal
import time

import pytest
from mpp_cli.agency_probe import AgencyUnreachable, ProbeKeys, ensure_consumer, probe, reload_until_reachable
from mpp_cli.keys import new_nats_user
from mpp_cli.nats_config import AgencyFacts
from nats.errors import Error as NatsError

from tests.integration.connectors.walls import LAIN, UJI, Walls

NEW = AgencyFacts("baru", ("person",), ("check",))


def keys(walls: Walls, code: str) -> ProbeKeys:
    return ProbeKeys(operator=walls.core["operator"].seed, connector=walls.connectors[code].seed)


async def test_a_revoked_agency_is_cut_off_while_connected_and_nobody_else(walls: Walls) -> None:
    uji, lain = await walls.as_agency("uji"), await walls.as_agency("lain")
    walls.write(walls.agencies, revoked=["uji"])
    started = time.monotonic()
    walls.server.reload()
    await asyncio.wait_for(uji.closed.wait(), 1)
    assert time.monotonic() - started < 1
    with pytest.raises(NatsError):
        await walls.as_agency("uji")
    await lain.settle()
    assert lain.client.is_connected


async def test_a_key_is_changed_without_a_stop(walls: Walls) -> None:
    lain = await walls.as_agency("lain")
    old = walls.connectors["uji"]
    walls.connectors["uji"] = new_nats_user()
    walls.write(walls.agencies)
    walls.server.reload()
    await asyncio.sleep(0.3)
    assert await probe(walls.server.url, UJI, keys(walls, "uji")) == []
    with pytest.raises(NatsError):
        await walls.connect(old.seed, "_INBOX_uji", reconnect=False)
    assert lain.client.is_connected


async def test_both_ways_answer_for_every_agency_of_the_first_start(walls: Walls) -> None:
    for facts in (UJI, LAIN):
        assert await probe(walls.server.url, facts, keys(walls, facts.code)) == []


async def test_a_probe_takes_no_task(walls: Walls) -> None:
    applications = await walls.as_core("applications")
    await applications.client.jetstream().publish("agency.uji.task.check", b"a task")
    assert await probe(walls.server.url, UJI, keys(walls, "uji")) == []
    info = await applications.client.jetstream().consumer_info("TASKS", "uji")
    assert (info.num_pending, info.num_ack_pending) == (1, 0)


async def test_adding_an_agency_takes_reloads_until_both_ways_answer(walls: Walls) -> None:
    lain = await walls.as_agency("lain")
    walls.write([*walls.agencies, NEW])
    assert await probe(walls.server.url, NEW, keys(walls, "baru")) == ["connection"]
    operator = await walls.as_core("operator")
    await ensure_consumer(operator.client, "baru")
    os.kill(walls.pid, signal.SIGHUP)
    await asyncio.sleep(0.3)
    # The finding this exists for: after one reload pulls still answer 503. If this fails, nats-server was mended, and
    # reload_until_reachable still does the right thing.
    assert await probe(walls.server.url, NEW, keys(walls, "baru")) == ["tasks"]
    assert await reload_until_reachable(walls.pid, walls.server.url, NEW, keys(walls, "baru")) == 1
    await lain.settle()
    assert lain.client.is_connected
    assert lain.errors == []


async def test_it_reloads_as_often_as_needed_by_itself(walls: Walls) -> None:
    walls.write([*walls.agencies, NEW])
    assert await reload_until_reachable(walls.pid, walls.server.url, NEW, keys(walls, "baru")) == 2


async def test_an_agency_that_is_not_in_the_file_is_named_unreachable(walls: Walls) -> None:
    walls.connectors["baru"] = new_nats_user()
    with pytest.raises(AgencyUnreachable, match="baru is not reachable after 2 reloads: connection"):
        await reload_until_reachable(walls.pid, walls.server.url, NEW, keys(walls, "baru"), reloads=2)
