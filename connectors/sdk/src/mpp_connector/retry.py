"""How long to wait before trying again: growing, capped, and never all at the same moment."""

import random


def pause(attempt: int, *, first: float = 1.0, cap: float = 60.0) -> float:
    """Seconds to wait after attempt `attempt` (from 0): first, twice that, ..., at most `cap`; half of it random."""
    full = min(cap, first * 2.0 ** min(attempt, 30))
    return full / 2 + random.uniform(0, full / 2)  # noqa: S311 - spreads load, protects nothing
