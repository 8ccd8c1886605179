"""One trace from the browser's request through gRPC, the ledger, the stream and the consumer."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import httpx
import mpp_telemetry
import pytest
from mpp.notifications.v1 import notifications_pb2, notifications_pb2_grpc
from mpp_ledger.bus import Bus
from mpp_ledger.database import Database, Transaction
from mpp_ledger.events import Event
from mpp_ledger.relay import Relay
from mpp_runtime.grpc_client import ServiceChannel
from mpp_runtime.grpc_server import GrpcServer
from mpp_runtime.rest import allow, create_app
from mpp_runtime.tokens import Caller, TokenVerifier
from mpp_testing.plugin import Start

from tests.integration.ledger.parts import SOURCE, STREAM, make_settings, submitted
from tests.integration.ledger.test_consumer import make_consumer
from tests.integration.ledger.test_relay import NOW
from tests.integration.runtime.test_grpc import REQUEST, Codes, Tokens
from tests.unit.runtime.issuer import ISSUER, Issuer

TRACE = "0af7651916cd43dd8448eb211c80319c"


async def apply_once(database: Database, bus: Bus, start: Start, headers: dict[str, str]) -> Event:
    """A request that calls another service, then publishes; returns the event as the consumer heard it."""
    issuer, heard = Issuer(), asyncio.Event()
    events: list[Event] = []

    async def handle(transaction: Transaction, event: Event) -> None:
        with mpp_telemetry.span("notify"):
            events.append(event)
            heard.set()

    services = notifications_pb2.DESCRIPTOR.services_by_name
    codes = (notifications_pb2_grpc.add_CodesServicer_to_server, Codes(), services["Codes"])
    server = GrpcServer(make_settings(), TokenVerifier(issuer.jwks, ISSUER), [codes])
    await server.start()
    channel = ServiceChannel(f"127.0.0.1:{server.port}", Tokens(issuer, "identity"))
    stub: Any = notifications_pb2_grpc.CodesStub(channel.channel)
    app = create_app(make_settings(), service="applications", title="A", description="A", verifier=None)

    @app.post("/api/applications/v1/applications/{number}")
    async def submit(number: str, caller: Annotated[Caller, allow("anonymous")]) -> dict[str, str]:
        await stub.Send(REQUEST)
        async with database.transaction(lock=[number]) as transaction:
            await transaction.publish(submitted(number), key=number, at=NOW)
        return {}

    start(Relay(database, bus, STREAM, SOURCE), make_consumer(database, bus, handle))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.post("/api/applications/v1/applications/3314104708929001?secret=x", headers=headers)
    assert answer.status_code == 200
    await asyncio.wait_for(heard.wait(), 15)
    await channel.close()
    await server.stop(0)
    return events[0]


async def test_one_trace_from_request_to_consumer(database: Database, bus: Bus, start: Start, tmp_path: Path) -> None:
    file = tmp_path / "traces" / "applications.jsonl"
    mpp_telemetry.configure(make_settings(trace_file=file, trace_sample=0.0), "applications")
    try:
        event = await apply_once(database, bus, start, {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})
        await asyncio.sleep(0.2)
    finally:
        mpp_telemetry.shutdown()
    spans = [json.loads(line) for line in file.read_text().splitlines()]
    by_id = {one["span_id"]: one for one in spans}
    assert {one["trace_id"] for one in spans} == {TRACE}
    chain = []
    at = next(one for one in spans if one["name"] == "notify")
    while at:
        chain.append((at["kind"], at["name"]))
        at = by_id.get(at["parent_id"])
    request = ("server", "POST /api/applications/v1/applications/{number}")
    assert chain == [("internal", "notify"), ("consumer", f"process {event.type}"), request]
    called = next(one for one in spans if one["name"] == "mpp.notifications.v1.Codes/Send" and one["kind"] == "server")
    calling = by_id[called["parent_id"]]
    assert (calling["kind"], by_id[calling["parent_id"]]["name"]) == ("client", request[1])
    served = by_id[calling["parent_id"]]
    assert served["parent_id"] == "b7ad6b7169203331"
    assert served["attributes"]["http.response.status_code"] == 200
    assert event.traceparent == f"00-{TRACE}-{served['span_id']}-01"
    told = file.read_text()
    assert "3314104708929001" not in told
    assert "secret" not in told
    assert "siti@" not in told


@pytest.mark.parametrize("headers", [{}, {"traceparent": f"00-{TRACE}-b7ad6b7169203331-00"}, {"traceparent": "x"}])
async def test_what_is_not_sampled_is_not_written_but_keeps_its_trace(
    database: Database, bus: Bus, start: Start, tmp_path: Path, headers: dict[str, str]
) -> None:
    file = tmp_path / "traces.jsonl"
    mpp_telemetry.configure(make_settings(trace_file=file, trace_sample=0.0), "applications")
    try:
        event = await apply_once(database, bus, start, headers)
    finally:
        mpp_telemetry.shutdown()
    assert file.read_text() == ""
    assert event.traceparent is not None
    assert event.traceparent.endswith("-00")
    if TRACE in str(headers):
        assert TRACE in event.traceparent
