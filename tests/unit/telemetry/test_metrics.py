"""Gauges tell what was seen last, or nothing; instruments without a place to send to cost nothing."""

import asyncio
from collections.abc import Iterator

import pytest
from mpp_telemetry import metrics
from mpp_telemetry.metrics import Count, Duration, Gauge, Observation, Observer, Samples, observe
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader


@pytest.fixture(autouse=True)
def known() -> Iterator[None]:
    """What a test declares is forgotten after it."""
    before = dict(metrics._declared)
    yield
    metrics._declared.clear()
    metrics._declared.update(before)


def failures(reader: InMemoryMetricReader) -> int:
    data = reader.get_metrics_data()
    if data is None:
        return 0
    found = [
        point.value
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
        if metric.name == "mpp.observation.failures"
        for point in metric.data.data_points
    ]
    return int(sum(found))


async def test_what_cannot_be_looked_at_is_missing_and_counted() -> None:
    reader = InMemoryMetricReader()
    metrics.bind(MeterProvider([reader], shutdown_on_exit=False).get_meter("test"))
    depth = Gauge("test.depth", "{thing}", "Depth.")
    answers: list[Samples | Exception] = [[(3, {"queue": "a"})], OSError("away"), [(0, {"queue": "a"})]]

    async def look() -> dict[Gauge, Samples]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return {depth: answer}

    observer = Observer(Observation("depth", look))
    try:
        await observer.look()
        assert depth.samples() == [(3, {"queue": "a"})]
        before = failures(reader)
        await observer.look()
        assert depth.samples() == []
        assert failures(reader) == before + 1
        await observer.look()
        assert depth.samples() == [(0, {"queue": "a"})]
    finally:
        metrics.unbind()


async def test_a_look_that_takes_too_long_is_a_failure_and_the_others_go_on() -> None:
    slow, quick, stop = Gauge("test.slow", "", "-"), Gauge("test.quick", "", "-"), asyncio.Event()
    looks = 0

    async def never() -> dict[Gauge, Samples]:
        await asyncio.Event().wait()
        return {slow: [(1, {})]}

    async def at_once() -> dict[Gauge, Samples]:
        nonlocal looks
        looks += 1
        if looks > 3:
            stop.set()
        return {quick: [(looks, {})]}

    await asyncio.wait_for(observe([Observation("a", never, 0.02), Observation("b", at_once, 0.01)], stop), 10)
    assert looks == 4
    # After the stop nothing is told that nobody looks at any more.
    assert slow.samples() == quick.samples() == []


def test_two_sources_tell_the_same_gauge_each_for_itself() -> None:
    gauge = Gauge("test.pool", "{connection}", "Connections.")
    used = 1
    gauge.report("one", lambda: [(used, {"pool": "one"})])
    gauge.report("two", [(5, {"pool": "two"})])
    used = 2
    assert gauge.samples() == [(2, {"pool": "one"}), (5, {"pool": "two"})]
    gauge.withdraw("one")
    assert gauge.samples() == [(5, {"pool": "two"})]


def test_a_name_is_declared_once() -> None:
    Count("test.twice", "{thing}", "-")
    with pytest.raises(ValueError, match=r"test\.twice"):
        Duration("test.twice", "-")


def test_durations_are_counted_by_attributes_in_whatever_order_and_never_without_limit() -> None:
    took = Duration("test.took", "-")
    metrics.bind(MeterProvider([], shutdown_on_exit=False).get_meter("test"))
    try:
        took.record(0.002, {"a": 1, "b": 2})
        took.record(99.0, {"b": 2, "a": 1})
        (metric,) = [one for one in metrics.durations(1) if one.name == "test.took"]
        (point,) = metric.data.data_points
        assert isinstance(point, HistogramDataPoint)
        assert (point.count, point.sum, point.min, point.max) == (2, 99.002, 0.002, 99.0)
        # 0.002 lies in the bucket up to 0.0025, 99 beyond the last bound.
        assert [n for n, count in enumerate(point.bucket_counts) if count] == [1, len(point.explicit_bounds)]
        assert len(point.bucket_counts) == len(point.explicit_bounds) + 1
        for n in range(5000):
            took.record(0.1, {"route": n})
        (metric,) = [one for one in metrics.durations(1) if one.name == "test.took"]
        assert len(metric.data.data_points) == metrics._MOST_SERIES + 1
        assert sum(point.count for point in metric.data.data_points if isinstance(point, HistogramDataPoint)) == 5002
    finally:
        metrics.unbind()


def test_an_instrument_that_is_sent_nowhere_takes_everything() -> None:
    Duration("test.seconds", "-").record(1.0, {"a": "b"})
    Count("test.count", "{thing}", "-").add(1, {})
