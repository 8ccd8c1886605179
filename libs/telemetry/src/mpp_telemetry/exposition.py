"""`/metrics` for Prometheus, on a port of its own."""

from threading import Thread
from typing import Any

from prometheus_client import CollectorRegistry, start_http_server

from mpp_telemetry.readers import PrometheusReader

# The one resource attribute every series carries: what it belongs to, whoever scraped it.
LABEL = "service.name"


class Exposition:
    """Serves what `reader` collects, from a thread, until closed. Raises OSError if the address is taken."""

    def __init__(self, host: str, port: int) -> None:
        self._registry = CollectorRegistry()
        self.reader = PrometheusReader(
            scope_info_enabled=False, resource_attribute_filter=lambda name: name == LABEL, registry=self._registry
        )
        served: tuple[Any, Thread] = start_http_server(port, addr=host, registry=self._registry)
        self._server, self._thread = served

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    def close(self) -> None:
        """After this the address is free."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
