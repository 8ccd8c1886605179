"""Numbers read from `/metrics`, of one service or of a Prometheus that has them all."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import httpx
from prometheus_client.parser import text_string_to_metric_families

SECONDS = 5.0


class Readings:
    """Samples by name; of the replicas that tell the same, the worst counts."""

    def __init__(self) -> None:
        self._samples: dict[str, dict[tuple[tuple[str, str], ...], float]] = defaultdict(dict)

    def add(self, text: str) -> None:
        """Takes what a `/metrics` said. Raises ValueError if it is not in the Prometheus text format."""
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                labels = tuple(sorted((k, v) for k, v in sample.labels.items() if k not in _OF_A_REPLICA))
                known = self._samples[sample.name]
                worst = min if sample.name in _LOWEST_IS_WORST else max
                known[labels] = worst(known.get(labels, sample.value), sample.value)

    def __getitem__(self, name: str) -> Iterator[tuple[Mapping[str, str], float]]:
        for labels, value in self._samples.get(name, {}).items():
            yield dict(labels), value

    def services(self) -> set[str]:
        """Those that told anything."""
        return {labels["service_name"] for labels, _ in self["http_server_active_requests"]}


_LOWEST_IS_WORST = frozenset({"mpp_check_up", "mpp_certificate_not_after_seconds"})
_OF_A_REPLICA = frozenset(
    {"instance", "pod", "service_instance_id", "service_namespace", "job", "container", "endpoint"}
)


async def read(urls: Mapping[str, str], readings: Readings) -> dict[str, str]:
    """Reads each URL into `readings`; what could not be read, by the key of its URL, with the reason."""
    failed = {}
    async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
        for name, url in urls.items():
            try:
                answer = await client.get(url)
                answer.raise_for_status()
                readings.add(answer.text)
            except (httpx.HTTPError, ValueError) as error:
                failed[name] = type(error).__name__
    return failed
