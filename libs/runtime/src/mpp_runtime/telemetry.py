"""Traces: OpenTelemetry, W3C trace context; sampled first, so that an unsampled request costs next to nothing."""

import os
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import orjson
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from mpp_runtime.errors import Refusal
from mpp_runtime.settings import Settings

Kind = Literal["internal", "server", "client", "producer", "consumer"]
_propagator = TraceContextTextMapPropagator()


class JsonLinesExporter(SpanExporter):
    """One finished span per line, appended to a file: ids, name, kind, start and end in Unix ns, status, attributes."""

    def __init__(self, path: Path, service: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._service = service
        self._lock = threading.Lock()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        lines = b"".join(orjson.dumps(self._line(span), option=orjson.OPT_APPEND_NEWLINE) for span in spans)
        with self._lock:
            os.write(self._file, lines)
        return SpanExportResult.SUCCESS

    def _line(self, span: ReadableSpan) -> dict[str, Any]:
        own, parent = span.get_span_context(), span.parent
        assert own is not None
        return {
            "trace_id": f"{own.trace_id:032x}",
            "span_id": f"{own.span_id:016x}",
            "parent_id": f"{parent.span_id:016x}" if parent else None,
            "service": self._service,
            "name": span.name,
            "kind": span.kind.name.lower(),
            "start": span.start_time,
            "end": span.end_time,
            "status": span.status.status_code.name.lower(),
            "attributes": dict(span.attributes or {}),
        }


class _State:
    """The one provider of the process; before `configure` spans carry ids but are recorded nowhere."""

    provider: TracerProvider | None = None
    sample: float = 0.0


def configure(settings: Settings, service: str) -> None:
    """Exports spans to the OTLP/HTTP endpoint and to the JSON-lines file, where set."""
    provider = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
    if settings.otlp_endpoint:
        # Costs 60 ms and pulls in an HTTP client that nothing else uses: only where it is wanted.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        endpoint = settings.otlp_endpoint.rstrip("/") + "/v1/traces"
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    if settings.trace_file:
        exporter = JsonLinesExporter(settings.trace_file, service)
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=500))
    _State.provider, _State.sample = provider, settings.trace_sample


def shutdown() -> None:
    """Writes what is still buffered."""
    if _State.provider:
        _State.provider.shutdown()
    _State.provider, _State.sample = None, 0.0


@contextmanager
def span(name: str, *, kind: Kind = "internal", parent: str | None = None, **attributes: Any) -> Iterator[trace.Span]:
    """A span around a block. `parent` is a traceparent header; without it the current span is the parent.

    Attribute names are given with `__` for `.` (`http__route`); values never hold personal data: templates, codes, ids.
    An error marks the span with its type, not its text; a refusal that is the caller's to mend does not.
    """
    context = _propagator.extract({"traceparent": parent}) if parent else otel_context.get_current()
    before = trace.get_current_span(context).get_span_context()
    sampled = before.trace_flags.sampled if before.is_valid else random.random() < _State.sample  # noqa: S311
    if _State.provider and sampled:
        current: trace.Span = _State.provider.get_tracer("mpp_runtime").start_span(
            name,
            context,
            trace.SpanKind[kind.upper()],
            {k.replace("__", "."): v for k, v in attributes.items() if v is not None},
        )
    else:
        trace_id = before.trace_id if before.is_valid else random.getrandbits(128) or 1
        flags = before.trace_flags if before.is_valid else trace.TraceFlags(0)
        own = trace.SpanContext(trace_id, random.getrandbits(64) or 1, is_remote=False, trace_flags=flags)
        current = trace.NonRecordingSpan(own)
    token = otel_context.attach(trace.set_span_in_context(current, context))
    try:
        yield current
    except BaseException as error:
        if not (isinstance(error, Refusal) and error.http_status < 500):
            current.set_status(trace.StatusCode.ERROR)
            current.set_attribute("error.type", type(error).__name__)
        raise
    finally:
        otel_context.detach(token)
        current.end()


def current_traceparent() -> str | None:
    """The W3C header of the current span, to hand on."""
    own = trace.get_current_span().get_span_context()
    return f"00-{own.trace_id:032x}-{own.span_id:016x}-{own.trace_flags:02x}" if own.is_valid else None


def current_trace_id() -> str | None:
    """32 hexadecimal digits, or nothing outside a trace."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None
