"""Named places in the code where a fault can be made to happen, to prove that nothing is lost there.

A place is declared once, as a constant, and reached in the code:

    _BEFORE_COMMIT = Failpoint("ledger.before_commit")
    await _BEFORE_COMMIT.reach("ApplicationSubmitted")

Nothing happens unless the process was started with `MPP_FAILPOINT`, one or more of `NAME[LABEL]:ACTION@N`, by comma:

    ledger.before_commit:kill                             the first time it is reached, SIGKILL
    ledger.after_commit[ApplicationSubmitted]:kill@2      the second time it is reached with this label
    relay.after_ack:delay=2.5                             waits there so many seconds, once
    relay.before_publish:error                            raises InjectedError there, once

With `MPP_FAILPOINT_LOG` a file gets JSON lines: which places this process has, which were reached, which acted.
"""

import asyncio
import json
import os
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

__all__ = ["Failpoint", "InjectedError", "arm", "registered"]

_SPEC = re.compile(
    r"(?P<name>[a-z][a-z._]*)(\[(?P<label>[^\[\],]+)\])?:(?P<action>kill|error|delay)(=(?P<seconds>\d+(\.\d+)?))?(@(?P<nth>[1-9]\d*))?"
)
_places: dict[str, "Failpoint"] = {}
_log: Path | None = None


class InjectedError(ConnectionError):
    """What the action `error` raises: treated as any connection that broke."""


@dataclass
class _Fault:
    """One armed action; `left` counts down to it."""

    label: str | None
    action: str
    seconds: float
    left: int


@dataclass
class Failpoint:
    """A place named `part.before_or_after_what`. Raises ValueError if the name is taken or is none."""

    name: str
    _faults: list[_Fault] = field(default_factory=list)
    _seen: set[tuple[str, ...]] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.name in _places or not re.fullmatch(r"[a-z][a-z_]*(\.[a-z][a-z_]*)+", self.name):
            raise ValueError(f"{self.name!r} is taken, or no name of a failpoint")
        _places[self.name] = self

    async def reach(self, *labels: str) -> None:
        """Does what was armed for here; `labels` say what is under way (fact, method, agency): an armed label is one.

        Raises InjectedError when armed to.
        """
        if _log is not None and labels not in self._seen:
            self._seen.add(labels)
            _note("reached", self.name, labels)
        for fault in self._faults:
            if fault.left and (fault.label is None or fault.label in labels):
                fault.left -= 1
                if not fault.left:
                    _note("acted", self.name, labels, action=fault.action)
                    await _act(self.name, fault)


def arm(environment: str, variables: Mapping[str, str] = os.environ) -> None:
    """Reads `MPP_FAILPOINT`, once, when a process starts; every module with failpoints is imported by then.

    Ends the process when it is not a demonstration's, or for a place or an action that does not exist.
    """
    global _log
    wanted = variables.get("MPP_FAILPOINT", "")
    if not wanted:
        return
    if environment != "demo":
        _refuse(f"never in the environment {environment!r}; they are for demonstrations and tests.")
    for text in wanted.split(","):
        read = _SPEC.fullmatch(text.strip())
        if read is None or (read["seconds"] is None) != (read["action"] != "delay"):
            _refuse(f"{text!r} is not NAME[LABEL]:kill|error|delay=SECONDS@N.")
        if read["name"] not in _places:
            _refuse(f"there is no {read['name']!r} here; there are {', '.join(sorted(_places))}.")
        fault = _Fault(read["label"], read["action"], float(read["seconds"] or 0), int(read["nth"] or 1))
        _places[read["name"]]._faults.append(fault)
    if file := variables.get("MPP_FAILPOINT_LOG"):
        _log = Path(file)
    _note("armed", wanted, (), places=sorted(_places))


def registered() -> list[str]:
    """The names of all places in this process."""
    return sorted(_places)


async def _act(name: str, fault: _Fault) -> None:
    if fault.action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif fault.action == "error":
        raise InjectedError(f"failpoint {name}")
    await asyncio.sleep(fault.seconds)


def _note(event: str, name: str, labels: tuple[str, ...], **more: object) -> None:
    """One write, so that it is whole even if the next thing is SIGKILL."""
    if _log is None:
        return
    line = json.dumps({"pid": os.getpid(), "event": event, "name": name, "labels": labels, **more}) + "\n"
    with _log.open("ab", buffering=0) as file:
        file.write(line.encode())


def _refuse(why: str) -> NoReturn:
    raise SystemExit(f"MPP_FAILPOINT: {why}")
