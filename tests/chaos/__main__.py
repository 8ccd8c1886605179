"""`make chaos`: every schedule, with progress, a summary and proof that every failpoint acted.

python -m tests.chaos [--only REGEX] [--sample N --seed S] [--minutes M] [--list]
"""

import argparse
import random
import re
import sys
import tempfile
import time
from pathlib import Path

from mpp_embedded import free_port

from tests.chaos.mall import chaos_mall
from tests.chaos.rig import Outcome, Rig, summary
from tests.chaos.schedules import every


def main() -> int:
    """0 when every schedule was played and nothing was wrong."""
    arguments = _arguments()
    schedules = [one for one in every() if re.search(arguments.only, one.name)]
    if arguments.sample:
        schedules = random.Random(arguments.seed).sample(schedules, min(arguments.sample, len(schedules)))
    if arguments.list:
        print("\n".join(one.name for one in schedules))
        return 0
    folder = Path(tempfile.mkdtemp(prefix="mpp-chaos-"))
    folder.chmod(0o755)
    print(f"{len(schedules)} schedules on a mall in {folder / 'mall'} ...", flush=True)
    outcomes: list[Outcome] = []
    end = time.monotonic() + arguments.minutes * 60
    with chaos_mall(folder / "mall", arguments.port or free_port(), keep=True) as mall:
        rig = Rig(mall, folder / "diaries")
        for number, schedule in enumerate(schedules, 1):
            if time.monotonic() > end:
                print(f"The time is over: {len(schedules) - number + 1} schedules were not played.")
                break
            outcomes.append(rig.run(schedule))
            print(f"{number:>3}/{len(schedules)} " + "\n".join(summary(outcomes[-1:])[:-1]), flush=True)
        acted = {line["name"] for line in mall.failpoint_log() if line["event"] == "acted"}
        places = {place for line in mall.failpoint_log() if line["event"] == "armed" for place in line["places"]}
    print("\n".join(["", *summary(outcomes)]))
    print(f"{len(acted)} of {len(places)} failpoints acted; never: {', '.join(sorted(places - acted)) or 'none'}")
    whole = len(outcomes) == len(schedules) and (bool(arguments.only or arguments.sample) or places == acted)
    return int(not whole or any(one.wrong for one in outcomes))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--only", default="", help="schedules whose name matches this regular expression")
    parser.add_argument("--sample", type=int, default=0, help="so many of them, by the seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=90, help="begin no schedule after so long")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--list", action="store_true", help="only say which there are")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
