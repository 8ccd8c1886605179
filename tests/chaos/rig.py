"""Runs one schedule after another on one mall, and lets `mpp check` judge after each."""

import asyncio
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mpp_cli.check.run import check

from tests.chaos.client import Diary
from tests.chaos.mall import ChaosMall
from tests.chaos.schedules import Schedule
from tests.chaos.stories import STORIES

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.05


@dataclass
class Outcome:
    """What became of a schedule; sound when nothing is in `wrong`."""

    schedule: Schedule
    story_seconds: float = 0.0
    settled_seconds: float = 0.0
    statuses: dict[int, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


class Rig:
    """One mall under one schedule at a time."""

    def __init__(self, mall: ChaosMall, diaries: Path) -> None:
        self._mall = mall
        self._folder = diaries
        self.issued = False
        diaries.mkdir(parents=True, exist_ok=True)

    def diaries(self) -> list[Path]:
        """What clients asked and were told, all schedules so far."""
        return sorted(self._folder.iterdir())

    def run(self, schedule: Schedule) -> Outcome:
        """Arms, plays the story to its end, waits for calm, checks everything there is in the mall."""
        outcome = Outcome(schedule)
        diary = Diary(self._folder / f"{len(self.diaries()):03d}.jsonl")
        diary.file.touch()
        before = len(self._mall.failpoint_log())
        if schedule.service:
            self._mall.restart(schedule.service, schedule.failpoint)
        saboteur = Saboteur(self._mall, schedule, before)
        saboteur.start()
        begun = time.monotonic()
        try:
            STORIES[schedule.story](self._mall.url, diary, saboteur.reached)
            self.issued = self.issued or schedule.story == "issue"
        except Exception as error:
            outcome.wrong.append(f"the story broke off: {type(error).__name__}: {error}")
        outcome.story_seconds = time.monotonic() - begun
        saboteur.finish()
        self._mall.wait_ready()
        report = asyncio.run(check(self._mall.sources(*self.diaries()), PATIENCE_SECONDS))
        outcome.settled_seconds = report.seconds
        outcome.statuses = diary.statuses
        outcome.wrong += saboteur.missed()
        outcome.wrong += [str(finding) for finding in report.findings]
        return outcome


class Saboteur(threading.Thread):
    """Kills what the schedule says, when it says, and knows whether the fault happened at all."""

    def __init__(self, mall: ChaosMall, schedule: Schedule, log_before: int) -> None:
        super().__init__(name="saboteur", daemon=True)
        self._mall, self._schedule, self._log_before = mall, schedule, log_before
        self._now, self._over = threading.Event(), threading.Event()
        self._done, self._error = False, ""

    def reached(self, step: str) -> None:
        """The story comes to a step; the kill happens while the step is taken, not before it."""
        if step == self._schedule.step:
            self._now.set()

    def run(self) -> None:
        if not self._schedule.kill:
            return
        while not self._over.is_set():
            if self._now.wait(POLL_SECONDS) or (self._schedule.service and self._acted()):
                try:
                    self._strike()
                except Exception as error:
                    self._error = f"the kill failed: {type(error).__name__}: {error}"
                return

    def finish(self) -> None:
        """After the story: a kill that is under way is waited for."""
        self._over.set()
        self.join()

    def missed(self) -> list[str]:
        """What should have happened and did not: a schedule whose fault never came proves nothing."""
        missed = [self._error] if self._error else []
        if self._schedule.kill and not self._done and not self._error:
            missed.append("nothing was killed: the story never came to that step")
        if self._schedule.failpoint and not self._acted():
            missed.append("the failpoint never acted")
        return missed

    def _strike(self) -> None:
        if self._schedule.kill == "everything":
            self._mall.kill_everything()
            self._mall.up()
        else:
            self._mall.kill(self._schedule.kill)
        self._done = True

    def _acted(self) -> bool:
        place = self._schedule.failpoint.partition(":")[0].partition("[")[0]
        news = self._mall.failpoint_log()[self._log_before :]
        return any(line["event"] == "acted" and line["name"] == place for line in news)


def summary(outcomes: Sequence[Outcome]) -> list[str]:
    """The table of a run: one line a schedule, then the sums."""
    lines = []
    for one in outcomes:
        told = " ".join(f"{status}x{count}" for status, count in sorted(one.statuses.items()) if status >= 400)
        mark = "ok  " if not one.wrong else "FAIL"
        lines.append(
            f"{mark} {one.story_seconds:6.1f} s  settled {one.settled_seconds:5.1f} s  {one.schedule.name}  {told}"
        )
        lines += [f"       {wrong}" for wrong in one.wrong[:10]]
    failed = sum(bool(one.wrong) for one in outcomes)
    lines.append(f"{len(outcomes)} schedules, {failed} with something wrong.")
    return lines
