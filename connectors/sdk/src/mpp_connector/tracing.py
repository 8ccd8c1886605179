"""The platform's trace goes on in the connector: W3C traceparent in, spans to a file or a collector, traceparent out.

What takes part in a trace is measured too: how long each kind of work took, and what waits in the outbox.
"""

import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from opentelemetry import trace
from opentelemetry.metrics import Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

PROPAGATOR = TraceContextTextMapPropagator()


class JsonLines(SpanExporter):
    """One finished span a line: ids, name, kind, start and end in Unix nanoseconds, status, attributes."""

    def __init__(self, path: Path, service: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._service = service

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        for span in spans:
            os.write(self._file, (json.dumps(self._line(span)) + "\n").encode())
        return SpanExportResult.SUCCESS

    def _line(self, span: ReadableSpan) -> dict[str, object]:
        own = span.get_span_context()
        assert own is not None  # a finished span has one
        return {
            "trace_id": f"{own.trace_id:032x}",
            "span_id": f"{own.span_id:016x}",
            "parent_id": f"{span.parent.span_id:016x}" if span.parent else None,
            "service": self._service,
            "name": span.name,
            "kind": span.kind.name.lower(),
            "start": span.start_time,
            "end": span.end_time,
            "status": span.status.status_code.name.lower(),
            "attributes": dict(span.attributes or {}),
        }


class Tracing:
    """Makes spans. Without a file or a collector they carry ids onwards and are recorded nowhere.

    Args:
        path: a file for spans.
        endpoint: OTLP/HTTP address of the agency's own collector, for spans and metrics; needs the extra `otlp`.
        results: how many results are in each state of the outbox.
    """

    def __init__(
        self, agency: str, path: Path | None, endpoint: str = "", results: Callable[[], Mapping[str, int]] = dict
    ) -> None:
        service = f"connector-{agency}"
        instance = f"{socket.gethostname()}-{os.getpid()}"
        resource = Resource.create(
            {"service.name": service, "service.namespace": "mpp", "service.instance.id": instance}
        )
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        readers = []
        if path is not None:
            self._provider.add_span_processor(SimpleSpanProcessor(JsonLines(path, service)))
        if endpoint:
            from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            address = endpoint.rstrip("/") + "/v1/"
            self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address + "traces")))
            readers.append(PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=address + "metrics"), 15_000))
        self._meters = MeterProvider(readers, resource, shutdown_on_exit=False)
        meter = self._meters.get_meter("mpp_connector")
        self._took = meter.create_histogram(
            "mpp.connector.work.duration", "s", "Lookups, tasks and the sending of results, by kind of work."
        )
        meter.create_observable_gauge(
            "mpp.connector.results",
            [lambda _: [Observation(count, {"state": state}) for state, count in results().items()]],
            "{result}",
            "Results in the outbox, by state.",
        )
        self._tracer = self._provider.get_tracer("mpp_connector")

    @contextmanager
    def span(
        self, name: str, parent: str | None, kind: trace.SpanKind, attributes: Mapping[str, str]
    ) -> Iterator[trace.Span]:
        """A span under `parent` (a traceparent header, or None: a new trace); an error marks it with its kind only."""
        context = PROPAGATOR.extract({"traceparent": parent} if parent else {})
        span = self._tracer.start_span(name, context, kind, dict(attributes))
        told, begun = {"work": name}, time.perf_counter()
        with trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            try:
                yield span
            except Exception as error:
                span.set_status(trace.StatusCode.ERROR)
                span.set_attribute("error.type", type(error).__name__)
                told["error.type"] = type(error).__name__
                raise
            finally:
                self._took.record(time.perf_counter() - begun, told)

    def close(self) -> None:
        """Finish writing."""
        self._provider.shutdown()
        self._meters.shutdown()


def traceparent() -> str | None:
    """The header of the current span, to hand on."""
    carrier: dict[str, str] = {}
    PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


def header(headers: Mapping[str, str] | None) -> str | None:
    """The traceparent of a message; header names are taken in any case."""
    for name, value in (headers or {}).items():
        if name.lower() == "traceparent":
            return value
    return None
