"""Where spans, metrics and log records of the process go."""

import os
import socket
from pathlib import Path
from typing import Protocol

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from mpp_telemetry import log, metrics
from mpp_telemetry.exposition import Exposition
from mpp_telemetry.files import JsonLinesExporter
from mpp_telemetry.readers import PeriodicReader
from mpp_telemetry.tracing import State

EXPORT_SECONDS = 15


class TelemetrySettings(Protocol):
    """What is read of a service's settings."""

    @property
    def otlp_endpoint(self) -> str | None: ...
    @property
    def trace_file(self) -> Path | None: ...
    @property
    def trace_sample(self) -> float: ...
    @property
    def trace_slow_seconds(self) -> float: ...
    @property
    def metrics_host(self) -> str: ...
    @property
    def metrics_port(self) -> int | None: ...


class _Process:
    """What has to be closed."""

    meters: MeterProvider | None = None
    exposition: Exposition | None = None


def configure(settings: TelemetrySettings, service: str) -> None:
    """Spans to the OTLP/HTTP endpoint and the JSON-lines file, metrics to the endpoint and `/metrics`, log records to
    the endpoint: each where it is set. Raises OSError if the port of `/metrics` is taken."""
    # Two replicas are two sources: without an instance their counters would be taken for one that jumps.
    instance = f"{socket.gethostname()}-{os.getpid()}"
    resource = Resource.create({"service.name": service, "service.namespace": "mpp", "service.instance.id": instance})
    _trace(settings, service, resource)
    _measure(settings, resource)
    if settings.otlp_endpoint:
        log.send_to(_address(settings.otlp_endpoint, "logs"), resource)


def shutdown() -> None:
    """Writes what is still buffered, and frees the port."""
    if State.provider:
        State.provider.shutdown()
    State.provider, State.processors, State.sample = None, (), 0.0
    if _Process.exposition:
        _Process.exposition.close()
    if _Process.meters:
        _Process.meters.shutdown()
        metrics.unbind()
    _Process.exposition = _Process.meters = None
    log.send_nowhere()


def metrics_port() -> int | None:
    """Where `/metrics` is served now; port 0 in the settings takes a free one."""
    return _Process.exposition.port if _Process.exposition else None


def _trace(settings: TelemetrySettings, service: str, resource: Resource) -> None:
    processors: list[SpanProcessor] = []
    if settings.otlp_endpoint:
        # Costs 60 ms and pulls in an HTTP client that nothing else uses: only where it is wanted.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        processors.append(BatchSpanProcessor(OTLPSpanExporter(endpoint=_address(settings.otlp_endpoint, "traces"))))
    if settings.trace_file:
        exporter = JsonLinesExporter(settings.trace_file, service)
        processors.append(BatchSpanProcessor(exporter, schedule_delay_millis=500))
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    for processor in processors:
        provider.add_span_processor(processor)
    State.provider, State.processors = provider, tuple(processors)
    State.sample, State.slow_seconds = settings.trace_sample, settings.trace_slow_seconds


def _measure(settings: TelemetrySettings, resource: Resource) -> None:
    readers: list[MetricReader] = []
    if settings.metrics_port is not None:
        _Process.exposition = Exposition(settings.metrics_host, settings.metrics_port)
        readers.append(_Process.exposition.reader)
    if settings.otlp_endpoint:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

        exporter = OTLPMetricExporter(endpoint=_address(settings.otlp_endpoint, "metrics"))
        readers.append(PeriodicReader(exporter, EXPORT_SECONDS * 1000))
    if readers:
        _Process.meters = MeterProvider(readers, resource, shutdown_on_exit=False)
        metrics.bind(_Process.meters.get_meter("mpp_telemetry"))


def _address(endpoint: str, signal: str) -> str:
    return f"{endpoint.rstrip('/')}/v1/{signal}"
