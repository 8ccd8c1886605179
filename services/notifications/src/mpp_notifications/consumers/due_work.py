"""Takes what is due out of the database, does it, and waits a moment when nothing is due. Replicas share the work."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, Protocol, TypeVar

from mpp_ledger.waiting import wait
from mpp_runtime.errors import Refusal
from mpp_telemetry import span
from mpp_telemetry.log import describe, get_logger


class Traced(Protocol):
    """Work that knows the trace (W3C traceparent, "" for none) it belongs to."""

    @property
    def traceparent(self) -> str: ...


T = TypeVar("T", bound=Traced)
_log = get_logger(__name__)
_LONGEST_PAUSE = 10.0


class DueWork(Generic[T]):
    """One kind of due work.

    Args:
        claim: at most so many items, leased to us, none of which depends on another.
        do: one item, from the calls to others to the commit of what came of it.
        failed: told of an error that `do` did not foresee, by the item and the error's kind.
        poll: seconds to wait when nothing was due.
    """

    def __init__(
        self,
        name: str,
        *,
        claim: Callable[[int], Awaitable[Sequence[T]]],
        do: Callable[[T], Awaitable[None]],
        failed: Callable[[T, str], Awaitable[None]] | None = None,
        poll: float,
        batch: int = 16,
    ) -> None:
        self.name = name
        self._claim, self._do, self._failed = claim, do, failed
        self._poll, self._batch = poll, batch

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; an item under way is finished first. Outlives restarts of the database."""
        pause = self._poll
        while not stop.is_set():
            try:
                items = await self._claim(self._batch)
            except Exception as error:
                # Most likely the database is away; whatever it is, the rows are still there afterwards.
                _log.warning("due work not claimed", process=self.name, **describe(error))
                pause = min(max(pause, 0.5) * 2, _LONGEST_PAUSE)
                await wait(stop, pause)
                continue
            pause = self._poll
            if items:
                await asyncio.gather(*(self._one(item) for item in items))
            else:
                await wait(stop, self._poll)

    async def _one(self, item: T) -> None:
        try:
            with span(self.name, kind="consumer", parent=item.traceparent):
                await self._do(item)
        except Exception as error:
            kind = error.code if isinstance(error, Refusal) else type(error).__name__
            _log.error("due work failed", process=self.name, **describe(error))
            if self._failed is None:
                return  # its lease runs out and it is claimed again
            try:
                await self._failed(item, kind)
            except Exception as second:
                _log.error("failure not recorded", process=self.name, **describe(second))
