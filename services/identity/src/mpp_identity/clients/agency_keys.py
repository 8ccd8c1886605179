"""Public keys of agencies, from the catalogue."""

import time
from typing import Any

import orjson
from mpp.catalog.v1 import catalog_pb2, catalog_pb2_grpc
from mpp_runtime.errors import TryLater
from mpp_runtime.grpc_client import ServiceChannel

FRESH_SECONDS = 600


class CatalogKeys:
    """`await keys("dukcapil")` is the agency's JWK set. Known keys outlive the catalogue's absence."""

    def __init__(self, channel: ServiceChannel) -> None:
        self._stub = catalog_pb2_grpc.AgenciesStub(channel.channel)
        self._known: dict[str, tuple[dict[str, Any], float]] = {}

    async def __call__(self, agency: str) -> dict[str, Any]:
        known = self._known.get(agency)
        if known and time.monotonic() - known[1] < FRESH_SECONDS:
            return known[0]
        try:
            grant = await self._stub.GetGrant(catalog_pb2.GetGrantRequest(agency=agency))
        except TryLater:
            if known:
                return known[0]
            raise
        keys: dict[str, Any] = orjson.loads(grant.jwks_json)
        self._known[agency] = keys, time.monotonic()
        return keys
