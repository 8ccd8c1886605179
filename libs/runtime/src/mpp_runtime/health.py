"""Whether the parts a service leans on answer."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mpp_telemetry.log import get_logger
from mpp_telemetry.metrics import CHECK_UP, Observation

_SECONDS = 2.5
_log = get_logger(__name__)


@dataclass(frozen=True)
class Check:
    """`probe` raises when the part does not answer. Only a critical one takes the service out of rotation."""

    name: str
    probe: Callable[[], Awaitable[Any]]
    critical: bool = True


async def run_checks(checks: Sequence[Check]) -> tuple[bool, dict[str, Any]]:
    """All at once, each within 2.5 s: whether no critical one failed, and each one's outcome."""

    async def run(check: Check) -> str:
        try:
            async with asyncio.timeout(_SECONDS):
                await check.probe()
        except Exception as error:
            _log.warning("check failed", check=check.name, error=type(error).__name__)
            return "failed"
        return "ok"

    outcomes = await asyncio.gather(*(run(check) for check in checks))
    good = all(outcome == "ok" or not check.critical for check, outcome in zip(checks, outcomes, strict=True))
    parts = {c.name: {"status": o, "critical": c.critical} for c, o in zip(checks, outcomes, strict=True)}
    return good, parts


def checks_observed(checks: Sequence[Check]) -> Observation:
    """`mpp.check.up` of each, whoever asks for readiness or nobody does."""

    async def look() -> Any:
        _, parts = await run_checks(checks)
        return {CHECK_UP: [(part["status"] == "ok", {"check": name}) for name, part in parts.items()]}

    return Observation("checks", look)
