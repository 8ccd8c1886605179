"""The SDK's readers, with our histograms among what they read."""

import time
from dataclasses import replace
from typing import Any

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics.export import MetricsData, PeriodicExportingMetricReader, ScopeMetrics
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from mpp_telemetry.metrics import durations

_SCOPE = InstrumentationScope("mpp_telemetry.durations")


def _with_durations(data: MetricsData) -> MetricsData:
    """The provider has one resource: ours."""
    ours = durations(time.time_ns())
    if not ours or not data.resource_metrics:
        return data
    first, *others = data.resource_metrics
    more = replace(first, scope_metrics=[*first.scope_metrics, ScopeMetrics(_SCOPE, ours, "")])
    return replace(data, resource_metrics=[more, *others])


class PrometheusReader(PrometheusMetricReader):
    """For `/metrics`."""

    def _receive_metrics(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **more: Any) -> None:
        super()._receive_metrics(_with_durations(metrics_data), timeout_millis, **more)


class PeriodicReader(PeriodicExportingMetricReader):
    """For a collector."""

    def _receive_metrics(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **more: Any) -> None:
        super()._receive_metrics(_with_durations(metrics_data), timeout_millis, **more)
