"""Spans: W3C trace context; sampled first, so that an unsampled request costs next to nothing."""

import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

Kind = Literal["internal", "server", "client", "producer", "consumer"]
_propagator = TraceContextTextMapPropagator()
_SCOPE = InstrumentationScope("mpp_telemetry")


class State:
    """The one provider of the process; before `configure` spans carry ids but are recorded nowhere."""

    provider: TracerProvider | None = None
    processors: tuple[SpanProcessor, ...] = ()
    sample: float = 0.0
    slow_seconds: float = 1.0


class _Unsampled(trace.NonRecordingSpan):
    """Remembers what it is told, in case it fails or is slow: those are recorded whatever was sampled."""

    def __init__(self, context: trace.SpanContext, name: str, attributes: dict[str, Any]) -> None:
        super().__init__(context)
        self.name, self.attributes, self.failed = name, attributes, False
        self.begun = time.time_ns()

    def set_attribute(self, key: str, value: Any) -> None:
        self.attributes[key] = value

    def update_name(self, name: str) -> None:
        self.name = name

    def set_status(self, status: Any, description: str | None = None) -> None:
        self.failed = self.failed or status is trace.StatusCode.ERROR


@contextmanager
def span(name: str, *, kind: Kind = "internal", parent: str | None = None, **attributes: Any) -> Iterator[trace.Span]:
    """A span around a block. `parent` is a traceparent header; without it the current span is the parent.

    Attribute names are given with `__` for `.` (`http__route`); values never hold personal data: templates, codes, ids.
    An error marks the span with its type, not its text; one that is the caller's to mend (its `http_status` is under
    500) does not.
    """
    context = _propagator.extract({"traceparent": parent}) if parent else otel_context.get_current()
    before = trace.get_current_span(context).get_span_context()
    sampled = before.trace_flags.sampled if before.is_valid else random.random() < State.sample  # noqa: S311
    given = {k.replace("__", "."): v for k, v in attributes.items() if v is not None}
    current: trace.Span
    if State.provider and sampled:
        tracer = State.provider.get_tracer(_SCOPE.name)
        current = tracer.start_span(name, context, trace.SpanKind[kind.upper()], given)
    else:
        trace_id = before.trace_id if before.is_valid else random.getrandbits(128) or 1
        flags = before.trace_flags if before.is_valid else trace.TraceFlags(0)
        own = trace.SpanContext(trace_id, random.getrandbits(64) or 1, is_remote=False, trace_flags=flags)
        current = _Unsampled(own, name, given)
    token = otel_context.attach(trace.set_span_in_context(current, context))
    try:
        yield current
    except BaseException as error:
        if getattr(error, "http_status", 500) >= 500:
            current.set_status(trace.StatusCode.ERROR)
            current.set_attribute("error.type", type(error).__name__)
        raise
    finally:
        otel_context.detach(token)
        if isinstance(current, _Unsampled):
            _record_if_telling(current, kind, before)
        current.end()


def _record_if_telling(span: _Unsampled, kind: Kind, parent: trace.SpanContext) -> None:
    """A failed or slow span leaves its process although its trace is not sampled; its ids are those it went by."""
    ended = time.time_ns()
    if State.provider is None or not (span.failed or ended - span.begun > State.slow_seconds * 1e9):
        return
    own = span.get_span_context()
    late = ReadableSpan(
        span.name,
        # The processors drop what does not say it is sampled; nothing of this is handed on.
        trace.SpanContext(own.trace_id, own.span_id, is_remote=False, trace_flags=trace.TraceFlags(1)),
        parent=parent if parent.is_valid else None,
        resource=State.provider.resource,
        attributes={**span.attributes, "mpp.recorded": "failed" if span.failed else "slow"},
        kind=trace.SpanKind[kind.upper()],
        status=trace.Status(trace.StatusCode.ERROR if span.failed else trace.StatusCode.UNSET),
        start_time=span.begun,
        end_time=ended,
        instrumentation_scope=_SCOPE,
    )
    for processor in State.processors:
        processor.on_end(late)


def current_traceparent() -> str | None:
    """The W3C header of the current span, to hand on."""
    own = trace.get_current_span().get_span_context()
    return f"00-{own.trace_id:032x}-{own.span_id:016x}-{own.trace_flags:02x}" if own.is_valid else None


def current_trace_id() -> str | None:
    """32 hexadecimal digits, or nothing outside a trace."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def current_ids() -> Mapping[str, str]:
    """`trace_id`, `span_id` and `trace_flags` as a log line has them; empty outside a trace."""
    own = trace.get_current_span().get_span_context()
    if not own.is_valid:
        return {}
    return {
        "trace_id": f"{own.trace_id:032x}",
        "span_id": f"{own.span_id:016x}",
        "trace_flags": f"{own.trace_flags:02x}",
    }
