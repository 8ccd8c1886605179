"""`make load`, `make load-quick`: the mall against its yardsticks, in one run."""

import argparse
import sys
import time
from pathlib import Path

from rich.console import Console

from tests.load import report
from tests.load.cases import measure, prepared, ratios
from tests.load.client import ROOT, AnswerRefused
from tests.load.mall import ENVIRONMENT, running


def main() -> int:
    """0, or 1 when an answer was not the expected one."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="of each case, taking turns (default 5)")
    parser.add_argument("--seconds", type=float, default=1.5, help="of a round (default 1.5)")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 16, 64], metavar="N", help="at once")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "load", help="folder, default build/load")
    given = parser.parse_args()
    # Wide enough for the table of processes also where the output goes to a file.
    console = Console(width=max(Console().width, 130))
    begun = time.monotonic()

    def told(line: str) -> None:
        console.print(f"[dim]{time.monotonic() - begun:5.0f} s[/dim]  {line}")

    told("starting a mall of the benchmark's own")
    folder: Path = given.out
    try:
        with running(folder / "run") as mall, prepared(mall, folder / "run", given.connections) as cases:
            results = measure(cases, mall, given.rounds, given.seconds, told)
    except AnswerRefused as refused:
        console.print(f"Nothing was measured: {refused}", style="red", markup=False)
        return 1
    settings = {"rounds": given.rounds, "seconds": given.seconds, "environment": ENVIRONMENT}
    found = ratios(results)
    report.show(console, results, found)
    for path in report.write(folder, results, found, settings):
        told(f"wrote {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
