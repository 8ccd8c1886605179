"""Instruments, declared where they are used and bound to the SDK by `configure`; before that they cost a comparison.

Gauges are not measured when they are read: an `Observation` looks from time to time, so that a scrape never waits for a
database, and what could not be looked at is missing instead of old.
"""

import asyncio
import time
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from opentelemetry.metrics import CallbackOptions, Meter
from opentelemetry.metrics import Observation as Point
from opentelemetry.sdk.metrics import Exemplar
from opentelemetry.sdk.metrics.export import AggregationTemporality, Histogram, HistogramDataPoint, Metric
from opentelemetry.trace import get_current_span

from mpp_telemetry.log import describe, get_logger

Attributes = Mapping[str, str | int]
Samples = Sequence[tuple[float, Attributes]]
_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_MOST_SERIES = 2000
_OVERFLOW: frozenset[tuple[str, str | int]] = frozenset({("otel.metric.overflow", 1)})
_log = get_logger(__name__)


class Instrument:
    """A metric by its OpenTelemetry name; `unit` as in UCUM, `{task}` for things that are counted."""

    def __init__(self, name: str, unit: str, description: str) -> None:
        if name in _declared:
            raise ValueError(f"{name} is declared twice")
        self.name, self.unit, self.description = name, unit, description
        self._real: Any = None
        _declared[name] = self

    def bind(self, meter: Meter) -> None:
        """Makes the real one."""
        raise NotImplementedError

    def unbind(self) -> None:
        self._real = None


_declared: dict[str, Instrument] = {}


class Duration(Instrument):
    """A histogram of seconds, with the trace ids of sampled requests as exemplars.

    It counts by itself, a microsecond a request where the SDK's takes ten; `mpp_telemetry.readers` hand it to the
    SDK's exporters as one of theirs.
    """

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name, "s", description)
        self._series: dict[frozenset[tuple[str, str | int]], _Series] = {}

    def bind(self, meter: Meter) -> None:
        self._series.clear()
        self._real = time.time_ns()

    def record(self, seconds: float, attributes: Attributes) -> None:
        if self._real is None:
            return
        key = frozenset(attributes.items())
        series = self._series.get(key)
        if series is None:
            # Beyond the limit all share one series, so that no fault of ours can fill the memory.
            key = key if len(self._series) < _MOST_SERIES else _OVERFLOW
            series = self._series.setdefault(key, _Series())
        series.add(seconds)

    def metric(self, now: int) -> Metric | None:
        """What was recorded since `bind`, as the SDK's exporters take it; `now` in Unix nanoseconds."""
        points = [series.point(dict(key), self._real, now) for key, series in list(self._series.items())]
        data = Histogram(points, AggregationTemporality.CUMULATIVE)
        return Metric(self.name, self.description, self.unit, data) if points else None


class _Series:
    """One set of attributes. Written by the event loop, read by the threads of exporters."""

    __slots__ = ("counts", "exemplars", "highest", "lowest", "sum")

    def __init__(self) -> None:
        self.counts = [0] * (len(_BOUNDS) + 1)
        self.exemplars: dict[int, Exemplar] = {}
        self.sum, self.lowest, self.highest = 0.0, float("inf"), 0.0

    def add(self, seconds: float) -> None:
        bucket = bisect_left(_BOUNDS, seconds)
        self.counts[bucket] += 1
        self.sum += seconds
        self.lowest, self.highest = min(self.lowest, seconds), max(self.highest, seconds)
        own = get_current_span().get_span_context()
        if own.trace_flags.sampled:
            self.exemplars[bucket] = Exemplar({}, seconds, time.time_ns(), own.span_id, own.trace_id)

    def point(self, attributes: dict[str, str | int], start: int, now: int) -> HistogramDataPoint:
        counts = self.counts.copy()
        exemplars = list(self.exemplars.copy().values())
        return HistogramDataPoint(
            attributes, start, now, sum(counts), self.sum, counts, _BOUNDS, self.lowest, self.highest, exemplars
        )


class Count(Instrument):
    """A number that only grows."""

    def bind(self, meter: Meter) -> None:
        self._real = meter.create_counter(self.name, self.unit, self.description)

    def add(self, amount: int, attributes: Attributes) -> None:
        if self._real is not None:
            self._real.add(amount, attributes)


class Gauge(Instrument):
    """A number that goes up and down. Each source reports its samples, or a function that gives them, for itself."""

    def __init__(self, name: str, unit: str, description: str) -> None:
        super().__init__(name, unit, description)
        self._sources: dict[object, Samples | Callable[[], Samples]] = {}

    def bind(self, meter: Meter) -> None:
        self._real = meter.create_observable_gauge(self.name, [self._points], self.unit, self.description)

    def report(self, source: object, samples: Samples | Callable[[], Samples]) -> None:
        """Replaces what this source said before."""
        self._sources[source] = samples

    def withdraw(self, source: object) -> None:
        self._sources.pop(source, None)

    def samples(self) -> Samples:
        """What is reported now."""
        told = [said() if callable(said) else said for said in list(self._sources.values())]
        return [sample for samples in told for sample in samples]

    def _points(self, _options: CallbackOptions) -> Iterable[Point]:
        return [Point(value, attributes) for value, attributes in self.samples()]


def bind(meter: Meter) -> None:
    """Every instrument declared so far; a service declares all of its own while it is imported."""
    for instrument in _declared.values():
        instrument.bind(meter)


def unbind() -> None:
    for instrument in _declared.values():
        instrument.unbind()


def durations(now: int) -> list[Metric]:
    """Every histogram in which something was recorded."""
    found = [one.metric(now) for one in list(_declared.values()) if isinstance(one, Duration)]
    return [metric for metric in found if metric is not None]


def declared() -> Mapping[str, Instrument]:
    """By name, what the packages imported so far can tell."""
    return _declared


CHECK_UP = Gauge("mpp.check.up", "", "1 when the part a service leans on answered, else 0.")
_FAILURES = Count("mpp.observation.failures", "{failure}", "Looks that failed, so that their gauges are missing.")


@dataclass(frozen=True)
class Observation:
    """`look` gives the samples of each gauge; it is asked every `every` seconds and has half of them to answer."""

    name: str
    look: Callable[[], Awaitable[Mapping[Gauge, Samples]]]
    every: float = 15.0


class Observer:
    """Looks at one observation until told to stop."""

    def __init__(self, observation: Observation) -> None:
        self._observation = observation
        self._told: set[Gauge] = set()
        self._failing = False

    async def run(self, stop: asyncio.Event) -> None:
        _FAILURES.add(0, {"observation": self._observation.name})
        while not stop.is_set():
            await self.look()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._observation.every)
        self._report({})

    async def look(self) -> None:
        """Once. A failure is counted and told when it begins; the gauges are withdrawn until the next good look."""
        try:
            async with asyncio.timeout(self._observation.every / 2):
                found = await self._observation.look()
        except Exception as error:
            _FAILURES.add(1, {"observation": self._observation.name})
            if not self._failing:
                _log.warning("not observed", check=self._observation.name, **describe(error))
            self._failing = True
            self._report({})
        else:
            self._failing = False
            self._report(found)

    def _report(self, found: Mapping[Gauge, Samples]) -> None:
        for gauge in self._told - set(found):
            gauge.withdraw(self)
        for gauge, samples in found.items():
            gauge.report(self, samples)
        self._told = set(found)


async def observe(observations: Sequence[Observation], stop: asyncio.Event) -> None:
    """All of them until `stop`."""
    await asyncio.gather(stop.wait(), *(Observer(one).run(stop) for one in observations))
