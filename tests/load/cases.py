"""What is measured against what, and the rounds in which they take turns."""

import asyncio
import base64
import contextlib
import json
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
from mpp_cli import ports
from mpp_embedded.postgres import BINARIES

from tests.load import client, rows, yardsticks
from tests.load.client import Plan, Round, drive
from tests.load.mall import MALL, SERVICE, Mall, answers

DRAIN_SECONDS = 30.0
APPLICATIONS = "/api/applications/v1/applications"
OFFERING = f"/api/catalog/v1/offerings/{MALL}/{SERVICE}"

# Subject, yardstick: what the mall does, divided by what is possible at all.
RATIOS = (
    ("submit", "rows by pgbench"),
    ("submit", "bare submit"),
    ("submit through the edge", "submit"),
    ("bare submit", "rows by pgbench"),
    ("offering", "bare read"),
    ("offering through the edge", "offering"),
)


@dataclass(frozen=True)
class Case:
    """Something that can run a round: `run(connections, seconds)`. `subject`: a part of the mall, not a yardstick."""

    name: str
    run: Callable[[int, float], Round]
    connections: Sequence[int]
    subject: bool = False


@dataclass
class Result:
    """All rounds of one case at one number of connections. `cpu`: seconds of each process, in all rounds together."""

    case: str
    connections: int
    rounds: list[Round] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)
    drained: bool = True

    def cpu_milliseconds(self) -> dict[str, float]:
        """Of each process, a request."""
        requests = sum(len(each.milliseconds) for each in self.rounds)
        return {name: spent * 1000 / requests for name, spent in self.cpu.items()}

    def percentile(self, percent: int) -> float:
        """Of the answer times of all rounds, in milliseconds."""
        times = sorted(each for found in self.rounds for each in found.milliseconds)
        return times[min(len(times) - 1, len(times) * percent // 100)]


@dataclass(frozen=True)
class Ratio:
    """The median of the rounds, the least and the most."""

    subject: str
    yardstick: str
    connections: int
    median: float
    least: float
    most: float


def measure(
    cases: Sequence[Case], mall: Mall, rounds: int, seconds: float, told: Callable[[str], None]
) -> list[Result]:
    """Every case in turn, `rounds` times. Raises AnswerRefused at the first answer that was not the expected one."""
    widths = sorted({width for case in cases for width in case.connections})
    plan = [(case, width) for width in widths for case in cases if width in case.connections]
    found = {(case.name, width): Result(case.name, width) for case, width in plan}
    for case in cases:
        # Not counted: prepares statements and caches, as a process that has run for a minute has.
        case.run(max(case.connections), min(seconds, 1.0))
    mall.wait_until_quiet(DRAIN_SECONDS)
    for number in range(1, rounds + 1):
        for case, width in plan:
            told(f"round {number} of {rounds}, {width} at once: {case.name}")
            result, before = found[case.name, width], mall.cpu()
            result.rounds.append(case.run(width, seconds))
            if case.subject:
                # The work behind the answers is a part of the price, and must not fall into the next round.
                result.drained &= mall.wait_until_quiet(DRAIN_SECONDS)
                for name, spent in mall.cpu().items():
                    result.cpu[name] = result.cpu.get(name, 0.0) + spent - before[name]
    return list(found.values())


def ratios(results: Sequence[Result]) -> list[Ratio]:
    """Round by round, so that both sides saw the same minute of the machine."""
    by_name = {(each.case, each.connections): each for each in results}
    found = []
    for subject, yardstick in RATIOS:
        for width in sorted({each.connections for each in results}):
            pair = by_name.get((subject, width)), by_name.get((yardstick, width))
            if pair[0] and pair[1]:
                each = [a.per_second / b.per_second for a, b in zip(pair[0].rounds, pair[1].rounds, strict=True)]
                found.append(Ratio(subject, yardstick, width, statistics.median(each), min(each), max(each)))
    return found


@contextlib.contextmanager
def prepared(mall: Mall, folder: Path, widths: Sequence[int]) -> Iterator[list[Case]]:
    """The cases, their yardsticks running."""
    tokens = mall.tokens()
    body = json.dumps({"mall": MALL, "service": SERVICE, "answers": answers(), "submit": True})
    headers = {"Content-Type": "application/json", "Accept-Language": "id", "Idempotency-Key": client.KEY}
    submits = [client.request("POST", APPLICATIONS, headers | {"Authorization": token}, body) for token in tokens]
    application, key = _sample(mall, tokens[0], body)
    answer = (
        httpx.get(f"http://127.0.0.1:{mall.ports['catalog']}{OFFERING}", trust_env=False).raise_for_status().content
    )
    statement = asyncio.run(rows.statement_of(mall.database_url(), application, key))
    script = folder / "submit.sql"
    script.write_text(f"{statement};\n", "utf-8")
    pgbench = BINARIES / "pgbench"
    chosen = ports.choose(["bare", "constant"], folder / "yardsticks.json")
    bare, constant = chosen["bare"], chosen["constant"]

    def http(port: int, requests: list[str], expect: int = 200) -> Callable[[int, float], Round]:
        return lambda width, seconds: drive(Plan(port, requests, width, seconds, expect))

    def by_pgbench(width: int, seconds: float) -> Round:
        return rows.pgbench(pgbench, mall.database_url(), script, width, max(1, round(seconds)), folder)

    read = [client.request("GET", OFFERING, {"Accept-Language": "id"})]
    given = yardsticks.Yardsticks(bare, constant, base64.b64encode(answer).decode(), statement, mall.database_url())
    some = [width for width in widths if width == 16] or list(widths[-1:])
    with yardsticks.serving(given):
        yield [
            Case("constant answer", http(constant, [client.request("GET", "/", {})]), widths),
            Case("rows by pgbench", by_pgbench, widths),
            Case("bare submit", http(bare, [client.request("POST", "/submit", headers, body)], 201), widths),
            Case("submit", http(mall.ports["applications"], submits, 201), widths, subject=True),
            Case("submit through the edge", http(mall.ports["edge"], submits, 201), some, subject=True),
            Case("bare read", http(bare, [client.request("GET", "/read", {})]), widths),
            Case("offering", http(mall.ports["catalog"], read), widths, subject=True),
            Case("offering through the edge", http(mall.ports["edge"], read), some, subject=True),
        ]


def _sample(mall: Mall, token: str, body: str) -> tuple[UUID, str]:
    """One submit, looked at: the full feature, or the benchmark would measure something else."""
    key = "load-sample"
    url = f"http://127.0.0.1:{mall.ports['applications']}"
    headers = {"Authorization": token, "Content-Type": "application/json", "Idempotency-Key": key}
    with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=30) as http:
        first, again = http.post(APPLICATIONS, content=body), http.post(APPLICATIONS, content=body)
        if first.status_code != 201 or first.json()["number"] is None:
            raise client.AnswerRefused(f"the sample was answered {first.status_code}: {first.text[:600]}")
        if again.content != first.content:
            raise client.AnswerRefused("the sample sent again was not answered with the first answer")
        return UUID(first.json()["id"]), key
