"""A whole mall as processes, run and steered with the `mpp` command as a person would."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mpp_embedded import free_port

MPP = Path(sys.executable).parent / "mpp"
START_SECONDS = 300.0
# A part that a test stopped does not come back by itself: whoever asks for it need not wait long.
EDGE_PATIENCE = "1"


class RunningMall:
    """A mall in a data folder. `url` is its one address.

    Args:
        folder: The data folder, as `mpp --data-dir` takes it.
        url: Where it answers, without a slash at the end.
    """

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url

    def mpp(self, *arguments: str, seconds: float = START_SECONDS) -> subprocess.CompletedProcess[str]:
        """Runs `mpp` on this mall and gives back what it said, whatever its exit status is."""
        return run_mpp(self.folder, *arguments, seconds=seconds)

    @contextmanager
    def without(self, process: str) -> Iterator[None]:
        """The mall with one process stopped, as when an agency or a service is away; it is back afterwards."""
        stopped = self.mpp("stop", process)
        assert stopped.returncode == 0, stopped.stdout + stopped.stderr
        try:
            yield
        finally:
            started = self.mpp("start", process)
            assert started.returncode == 0, started.stdout + started.stderr


def run_mpp(
    folder: Path, *arguments: str, seconds: float = START_SECONDS, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs `mpp` on the mall in `folder`; `environment` in place of ours."""
    command = [str(MPP), arguments[0], "--data-dir", str(folder), *arguments[1:]]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds, env=environment)


@contextmanager
def new_mall(folder: Path) -> Iterator[RunningMall]:
    """A mall started for this purpose and removed afterwards."""
    mall = RunningMall(folder, f"http://localhost:{free_port()}")
    try:
        environment = os.environ | {"MPP_EDGE_PATIENCE": EDGE_PATIENCE}
        started = run_mpp(folder, "up", "--detach", "--port", mall.url.rsplit(":", 1)[1], environment=environment)
        assert started.returncode == 0, started.stdout + started.stderr
        yield mall
    finally:
        mall.mpp("down")
        shutil.rmtree(folder, ignore_errors=True)


def mall_that_runs(folder: Path) -> RunningMall:
    """The mall that already runs in `folder`.

    Raises:
        RuntimeError: None runs there, or one of its processes is not ready.
    """
    status = run_mpp(folder, "status", "--json")
    if status.returncode != 0:
        raise RuntimeError(f"No mall is ready in {folder}: {status.stderr or status.stdout}")
    return RunningMall(folder, str(json.loads(status.stdout)["url"]).rstrip("/"))
