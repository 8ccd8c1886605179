"""How often one address may ask. In memory and per process: a wall against haste, not a quota, and never an outage."""

import time
from collections import OrderedDict
from collections.abc import Callable

from fastapi import Request
from mpp_runtime.errors import Text, TooMany

MAX_CLIENTS = 50_000
OFTEN = Text(
    "Terlalu banyak permintaan dari alamat Anda. Coba lagi sebentar lagi.",
    "Too many requests from your address. Please try again shortly.",
)


class Allowance:
    """A bucket of `burst` requests a client that refills with `per_minute`."""

    def __init__(self, per_minute: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_minute / 60
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> None:
        """TooMany("too-often") with the seconds to wait when the bucket is empty."""
        now = self._clock()
        tokens, at = self._buckets.pop(client, (float(self._burst), now))
        tokens = min(self._burst, tokens + (now - at) * self._rate)
        allowed = tokens >= 1
        self._buckets[client] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        if not allowed:
            raise TooMany("too-often", OFTEN, retry_after=max(1, round((1 - tokens) / self._rate)))


def client_of(request: Request) -> str:
    """The address that asks, as the server knows it."""
    return request.client.host if request.client else "unknown"
