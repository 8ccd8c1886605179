"""The platform's trace goes on in the connector: W3C traceparent in, spans to a JSON-lines file, traceparent out."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
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
    """Makes spans. Without a file they carry ids onwards and are recorded nowhere."""

    def __init__(self, agency: str, path: Path | None) -> None:
        service = f"connector-{agency}"
        self._provider = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
        if path is not None:
            self._provider.add_span_processor(SimpleSpanProcessor(JsonLines(path, service)))
        self._tracer = self._provider.get_tracer("mpp_connector")

    @contextmanager
    def span(
        self, name: str, parent: str | None, kind: trace.SpanKind, attributes: Mapping[str, str]
    ) -> Iterator[trace.Span]:
        """A span under `parent` (a traceparent header, or None: a new trace); an error marks it with its kind only."""
        context = PROPAGATOR.extract({"traceparent": parent} if parent else {})
        span = self._tracer.start_span(name, context, kind, dict(attributes))
        with trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            try:
                yield span
            except Exception as error:
                span.set_status(trace.StatusCode.ERROR)
                span.set_attribute("error.type", type(error).__name__)
                raise

    def close(self) -> None:
        """Finish writing."""
        self._provider.shutdown()


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
