"""How a run on several processes is shared out (pytest-xdist): by file, and whoever uses the running mall is one."""

from xdist.scheduler import LoadFileScheduling

AT_THE_MALL = (
    "tests/integration/portal/public/",
    "tests/integration/portal/citizen/",
    "tests/integration/portal/officer/",
    "tests/e2e/",
    "tests/browser/",
)


def at_the_mall(nodeid: str) -> bool:
    """Whether a test may use the running mall."""
    return nodeid.startswith(AT_THE_MALL)


class OneMallScheduling(LoadFileScheduling):  # type: ignore[misc]
    """All tests at the running mall go to one process: a second mall costs half a minute of both cores."""

    def _split_scope(self, nodeid: str) -> str:
        return "the running mall" if at_the_mall(nodeid) else super()._split_scope(nodeid)
