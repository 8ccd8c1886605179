"""Traces, metrics and log lines of a service.

`configure` once in `main`, `span` around what is worth a name, instruments of `metrics` beside it, an `Observation` for
what must be asked. Nothing here knows a domain word, and nothing that is told here may name a person.
"""

from mpp_telemetry.pipeline import TelemetrySettings, configure, shutdown
from mpp_telemetry.tracing import current_trace_id, current_traceparent, span

__all__ = ["TelemetrySettings", "configure", "current_trace_id", "current_traceparent", "shutdown", "span"]
