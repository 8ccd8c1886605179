"""Do the clocks agree? Tokens and deadlines need them to."""

import time

from mpp_cli.doctor.finding import Finding, broken

DIFFERENCE_SECONDS = 2.0


def now() -> float:
    """Seconds of Unix time on this machine."""
    return time.time()


def wrong_clock(where: str, theirs: float, asked: float, answered: float, grain: float = 0.0) -> list[Finding]:
    """`theirs` was told between `asked` and `answered`, rounded down to `grain` seconds."""
    behind, ahead = asked - theirs - grain, theirs - answered
    if max(behind, ahead) <= DIFFERENCE_SECONDS:
        return []
    direction = "behind" if behind > ahead else "ahead of"
    what = f"its clock is {max(behind, ahead):.0f} seconds {direction} ours"
    return [broken(where, what, "Synchronise the clocks: timedatectl on both machines.", "clock")]
