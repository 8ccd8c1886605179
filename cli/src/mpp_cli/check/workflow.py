"""One file's history against the workflow it is pinned to: every step must be an edge of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

# Facts that leave a file where it is.
STAY = frozenset(
    {
        "AnswersChanged", "AttachmentsChanged", "TaskClaimed", "TaskReleased",
        "AgencyTaskAsked", "AgencyTaskAnswered", "AgencyAway", "AgencyBack",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line of history; `state` is None for a draft."""

    version: int
    event: str
    status: str
    state: str | None
    action: str
    actor_kind: str


def wrong_steps(workflow: Mapping[str, Any], lines: Sequence[Line]) -> Iterator[tuple[int, str]]:
    """Version and what is wrong with it, for each line that does not follow from the one before."""
    states = {state["code"]: state for state in workflow["states"]}
    if lines and (lines[0].event, lines[0].status, lines[0].state) != ("ApplicationDrafted", "DRAFT", None):
        yield lines[0].version, "does not begin as a draft"
    for number, line in enumerate(lines, 1):
        if line.version != number:
            yield line.version, f"version {number} is missing from the history"
            return
        if line.state is not None and line.state not in states:
            yield line.version, f"there is no state {line.state} in its workflow"
            return
        status = states[line.state]["status"] if line.state is not None else "DRAFT"
        if line.status != status:
            yield line.version, f"status {line.status} where the state {line.state} means {status}"
    for before, line in pairwise(lines):
        stays = line.state == before.state and line.event in STAY
        if not stays and not any(_is(edge, line) for edge in _edges(workflow, states, before.state)):
            yield line.version, f"{line.event} does not lead from {before.state or 'draft'} to {line.state}"


Edge = tuple[str, str, str, str]  # kind of actor, action, event, state it leads to; an empty one is any


def _edges(workflow: Mapping[str, Any], states: Mapping[str, Mapping[str, Any]], code: str | None) -> Iterator[Edge]:
    withdraw = workflow.get("withdraw")
    if withdraw and (code is None or code in withdraw["from"]):
        yield "applicant", "withdraw", withdraw["event"], withdraw["to"]
    if code is None:
        yield "applicant", "submit", "ApplicationSubmitted", workflow["start"]
        return
    state = states[code]
    for action in state.get("actions", ()):
        by = "applicant" if state.get("applicant") else "officer"
        yield by, action["code"], action["event"], action["to"]
    for outcome in state.get("outcomes", {}).values():
        yield "agency", "", outcome["event"], outcome["to"]


def _is(edge: Edge, line: Line) -> bool:
    return edge == (line.actor_kind, line.action, line.event, line.state)
