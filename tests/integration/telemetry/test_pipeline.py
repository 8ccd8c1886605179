"""What leaves a process: OTLP to a collector, `/metrics` on a port of its own, and spans that must not be lost."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import mpp_telemetry
import pytest
from fastapi import FastAPI
from mpp_runtime.errors import NotFound, Text, TryLater
from mpp_runtime.rest import allow, create_app
from mpp_runtime.tokens import Caller
from mpp_telemetry import log, pipeline

from tests.integration.ledger.parts import make_settings
from tests.integration.telemetry.collector import Collector

TRACE = "0af7651916cd43dd8448eb211c80319c"
SAMPLED = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
UNSAMPLED = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-00"}


@pytest.fixture
def collector() -> Iterator[Collector]:
    receiver = Collector()
    yield receiver
    mpp_telemetry.shutdown()
    receiver.close()


def app() -> FastAPI:
    made = create_app(make_settings(), service="applications", title="A", description="A", verifier=None)

    @made.get("/api/applications/v1/things/{number}")
    async def thing(number: str, caller: Annotated[Caller, allow("anonymous")]) -> dict[str, str]:
        if number == "broken":
            raise ZeroDivisionError
        if number == "later":
            raise TryLater("later", Text("Nanti.", "Later."))
        return {}

    return made


async def ask(number: str, headers: dict[str, str], method: str = "GET") -> httpx.Response:
    transport = httpx.ASGITransport(app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, f"/api/applications/v1/things/{number}?secret=x", headers=headers)


async def test_a_collector_gets_spans_metrics_with_exemplars_and_log_records(collector: Collector) -> None:
    log.configure("applications")
    mpp_telemetry.configure(make_settings(otlp_endpoint=collector.url, trace_sample=0.0), "applications")
    assert (await ask("3314104708929001", SAMPLED)).status_code == 200
    mpp_telemetry.shutdown()

    (resource,) = collector.received["traces"][0].resource_spans
    assert {(a.key, a.value.string_value) for a in resource.resource.attributes} > {("service.name", "applications")}
    (span,) = resource.scope_spans[0].spans
    assert (span.name, span.trace_id.hex()) == ("GET /api/applications/v1/things/{number}", TRACE)

    points = [
        point
        for request in collector.received["metrics"]
        for scope in request.resource_metrics[0].scope_metrics
        for metric in scope.metrics
        if metric.name == "http.server.request.duration"
        for point in metric.histogram.data_points
    ]
    assert points[0].exemplars[0].trace_id.hex() == TRACE
    assert {a.key for a in points[0].attributes} == {
        "http.request.method", "http.route", "http.response.status_code",
    }  # fmt: skip

    records = [r for request in collector.received["logs"] for r in request.resource_logs[0].scope_logs[0].log_records]
    (told,) = [record for record in records if record.body.string_value == "request"]
    assert (told.trace_id.hex(), told.span_id, told.severity_text) == (TRACE, span.span_id, "INFO")
    everything = str(collector.received)
    assert "3314104708929001" not in everything
    assert "secret" not in everything


async def test_metrics_are_read_on_a_port_of_their_own() -> None:
    mpp_telemetry.configure(make_settings(metrics_port=0, trace_sample=0.0), "applications")
    try:
        await ask("1", {}, method="SPLINE")
        text = urllib.request.urlopen(f"http://127.0.0.1:{pipeline.metrics_port()}/metrics").read().decode()  # noqa: ASYNC210
        assert 'http_request_method="_OTHER"' in text
        assert "SPLINE" not in text
        assert 'service_name="applications"' in text
        assert (await ask("metrics", {})).status_code == 200
        port = pipeline.metrics_port()
    finally:
        mpp_telemetry.shutdown()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics")  # noqa: ASYNC210


def recorded(file: Path) -> list[dict[str, Any]]:
    mpp_telemetry.shutdown()
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.mark.parametrize(
    ("number", "why"), [("broken", "failed"), ("later", "failed"), ("1", None), ("missing/2", None)]
)
async def test_what_fails_is_recorded_in_a_trace_that_is_not(tmp_path: Path, number: str, why: str | None) -> None:
    file = tmp_path / "traces.jsonl"
    mpp_telemetry.configure(make_settings(trace_file=file, trace_sample=0.0), "applications")
    answer = await ask(number, UNSAMPLED)
    spans = recorded(file)
    assert [one["attributes"]["mpp.recorded"] for one in spans] == ([why] if why else [])
    if why:
        (one,) = spans
        assert (one["trace_id"], one["parent_id"], one["status"]) == (TRACE, "b7ad6b7169203331", "error")
        assert one["name"] == "GET /api/applications/v1/things/{number}"
        assert answer.json().get("trace_id", TRACE) == TRACE


async def test_what_is_slow_is_recorded_in_a_trace_that_is_not(tmp_path: Path) -> None:
    file = tmp_path / "traces.jsonl"
    mpp_telemetry.configure(make_settings(trace_file=file, trace_sample=0.0, trace_slow_seconds=0.0), "applications")
    with mpp_telemetry.span("outer", parent=UNSAMPLED["traceparent"]), mpp_telemetry.span("inner"):
        assert str(mpp_telemetry.current_traceparent()).endswith("-00")
    inner, outer = recorded(file)
    assert (inner["parent_id"], inner["trace_id"]) == (outer["span_id"], TRACE)
    assert outer["attributes"]["mpp.recorded"] == "slow"


async def test_a_refusal_that_is_the_callers_is_no_failure(tmp_path: Path) -> None:
    file = tmp_path / "traces.jsonl"
    mpp_telemetry.configure(make_settings(trace_file=file, trace_sample=0.0), "applications")
    with pytest.raises(NotFound), mpp_telemetry.span("look", parent=UNSAMPLED["traceparent"]):
        raise NotFound("no-such-thing", Text("Tidak ada.", "There is none."))
    assert recorded(file) == []
