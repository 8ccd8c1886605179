"""The workflow: every state is reached, every edge leads somewhere, every step is somebody's."""

from collections.abc import Iterator, Mapping
from typing import Any

from mpp_catalog.domain.checks.problem import Known, Problem

FINAL = frozenset({"ISSUED", "HANDED_OVER", "REJECTED", "WITHDRAWN", "EXPIRED", "REVOKED"})
_EVENT_OF_STATUS = {
    "REJECTED": "ApplicationRejected",
    "WITHDRAWN": "ApplicationWithdrawn",
    "ISSUED": "DocumentIssued",
    "ACTION_REQUIRED": "CorrectionRequested",
}
_NEEDED_BY_EVENT = {"ApplicationRejected": "reason", "CorrectionRequested": "items"}
_MOST_STEPS = 20_000
Edge = tuple[str, str, str]  # where in the document, target state, event


def check_workflow(definition: Mapping[str, Any], known: Known) -> Iterator[Problem]:
    """Everything about the `workflow` of a definition."""
    workflow = definition["workflow"]
    states = {state["code"]: state for state in workflow["states"]}
    tasks = {task["code"] for task in definition["tasks"]}
    if workflow["start"] not in states:
        yield Problem("/workflow/start", f"there is no state '{workflow['start']}': name one of {sorted(states)}")
        return
    edges = {
        state["code"]: list(_edges(state, f"/workflow/states/{position}"))
        for position, state in enumerate(workflow["states"])
    }
    withdraw: Edge = ("/workflow/withdraw", workflow["withdraw"]["to"], workflow["withdraw"]["event"])
    for where, target, event in [*(edge for out in edges.values() for edge in out), withdraw]:
        yield from _check_edge(where, target, event, states, known)
    for position, code in enumerate(workflow["withdraw"]["from"]):
        if code not in states:
            yield Problem(
                f"/workflow/withdraw/from/{position}", f"there is no state '{code}': name one of {sorted(states)}"
            )
        elif states[code]["status"] in FINAL:
            yield Problem(
                f"/workflow/withdraw/from/{position}",
                f"'{code}' is final: nothing can be withdrawn from it, take it out",
            )
    for position, state in enumerate(workflow["states"]):
        yield from _check_state(state, f"/workflow/states/{position}", tasks)
    yield from _check_reach(workflow, states, edges)


def longest_path(definition: Mapping[str, Any]) -> int:
    """The most working days the agencies may take from start to end without a correction.

    Paths of states that all lead to each other are too many to walk: then all days of the agencies count.
    """
    states = {state["code"]: state for state in definition["workflow"]["states"] if not state.get("applicant")}
    walked = 0

    def walk(code: str, seen: frozenset[str]) -> int:
        nonlocal walked
        walked += 1
        if walked > _MOST_STEPS:
            raise _TooManyPathsError
        state = states.get(code)
        if state is None or code in seen:
            return 0
        after = [walk(target, seen | {code}) for _, target, _ in _edges(state, "")]
        own: int = state.get("working_days", 0)
        return own + max(after, default=0)

    try:
        return walk(definition["workflow"]["start"], frozenset())
    except _TooManyPathsError:
        return sum(state.get("working_days", 0) for state in states.values())


class _TooManyPathsError(Exception):
    """Of a workflow, to be walked one by one."""


def _edges(state: Mapping[str, Any], where: str) -> Iterator[Edge]:
    for position, action in enumerate(state.get("actions", [])):
        yield f"{where}/actions/{position}", action["to"], action["event"]
    for name, outcome in state.get("outcomes", {}).items():
        yield f"{where}/outcomes/{name}", outcome["to"], outcome["event"]


def _check_edge(where: str, target: str, event: str, states: Mapping[str, Any], known: Known) -> Iterator[Problem]:
    if target not in states:
        yield Problem(f"{where}/to", f"there is no state '{target}': name one of {sorted(states)}")
    elif (fits := _EVENT_OF_STATUS.get(states[target]["status"])) and event != fits:
        yield Problem(
            f"{where}/event", f"'{target}' has status {states[target]['status']}: the event that leads there is {fits}"
        )
    if event not in known.events:
        yield Problem(
            f"{where}/event", f"mpp.applications.v1 has no event '{event}': use one of {sorted(known.events)}"
        )


def _check_state(state: Mapping[str, Any], where: str, tasks: set[str]) -> Iterator[Problem]:
    code = state["code"]
    owners = [name for name in ("desk", "task", "applicant") if name in state]
    if state["status"] in FINAL:
        leftovers = [*owners, *(name for name in ("actions", "outcomes", "working_days") if name in state)]
        if leftovers:
            yield Problem(where, f"'{code}' is final ({state['status']}): take out {', '.join(leftovers)}")
        if state["clock"] != "NONE":
            yield Problem(f"{where}/clock", f"'{code}' is final: its clock is NONE")
        return
    if len(owners) != 1:
        yield Problem(
            where,
            f"'{code}' must be somebody's: give it exactly one of desk, task, applicant (it has {owners or 'none'})",
        )
        return
    way = "outcomes" if owners == ["task"] else "actions"
    if way not in state:
        yield Problem(where, f"'{code}' leads nowhere: a state with '{owners[0]}' needs '{way}'")
    if owners == ["task"] and state["task"] not in tasks:
        yield Problem(f"{where}/task", f"there is no task '{state['task']}' in tasks: add it or correct the code")
    if (state["clock"] == "APPLICANT") != (owners == ["applicant"]):
        yield Problem(f"{where}/clock", f"'{code}': the clock is APPLICANT exactly where the applicant has to act")
    if "desk" in state and "working_days" not in state:
        yield Problem(where, f"'{code}' is a desk's: say how many working_days it has")
    for position, action in enumerate(state.get("actions", [])):
        needed = _NEEDED_BY_EVENT.get(action["event"])
        if needed and needed not in action.get("needs", []):
            yield Problem(f"{where}/actions/{position}", f"'{action['code']}' must say why: add 'needs: [{needed}]'")


def _check_reach(
    workflow: Mapping[str, Any], states: Mapping[str, Any], edges: Mapping[str, list[Edge]]
) -> Iterator[Problem]:
    reached: set[str] = set()
    open_ = [workflow["start"]]
    while open_:
        code = open_.pop()
        if code in states and code not in reached:
            reached.add(code)
            open_ += [target for _, target, _ in edges[code]]
            if code in workflow["withdraw"]["from"]:
                open_.append(workflow["withdraw"]["to"])
    ends = {code for code, state in states.items() if state["status"] in FINAL}
    while True:
        more = {code for code in states if code not in ends and any(target in ends for _, target, _ in edges[code])}
        if not more:
            break
        ends |= more
    for position, state in enumerate(workflow["states"]):
        if state["code"] not in reached:
            yield Problem(
                f"/workflow/states/{position}",
                f"'{state['code']}' is never reached: lead an action there or take it out",
            )
        elif state["code"] not in ends:
            yield Problem(
                f"/workflow/states/{position}", f"'{state['code']}' never ends: no way leads from it to a final state"
            )
