"""What a connector tells its agency's collector."""

import pytest
from mpp_connector.tracing import Tracing
from opentelemetry.trace import SpanKind

from tests.integration.telemetry.collector import Collector

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


def test_spans_of_the_platforms_trace_and_measures_of_the_work_reach_the_agencys_collector() -> None:
    collector = Collector()
    try:
        tracing = Tracing("sdmk", None, collector.url, lambda: {"pending": 3, "recorded": 1})
        with tracing.span("task check", PARENT, SpanKind.CONSUMER, {"mpp.task": "1"}):
            pass
        with pytest.raises(OSError, match="away"), tracing.span("lookup licence", PARENT, SpanKind.SERVER, {}):
            raise OSError("the agency's own system is away")
        tracing.close()
    finally:
        collector.close()
    spans = [
        span
        for request in collector.received["traces"]
        for scope in request.resource_spans[0].scope_spans
        for span in scope.spans
    ]
    assert {(span.name, span.trace_id.hex()) for span in spans} == {("task check", TRACE), ("lookup licence", TRACE)}
    (request,) = collector.received["metrics"]
    measured = {one.name: one for one in request.resource_metrics[0].scope_metrics[0].metrics}
    took = {
        tuple(sorted((a.key, a.value.string_value) for a in point.attributes))
        for point in measured["mpp.connector.work.duration"].histogram.data_points
    }
    assert took == {(("work", "task check"),), (("error.type", "OSError"), ("work", "lookup licence"))}
    states = {
        point.attributes[0].value.string_value: point.as_int
        for point in measured["mpp.connector.results"].gauge.data_points
    }
    assert states == {"pending": 3, "recorded": 1}
    assert "away" not in str(collector.received)
