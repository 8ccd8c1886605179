"""`make load-catalog`: search, a read and a 304 beside bare SQL and the same bytes from memory, at two sizes.

Every case takes its turn in every round, so that both sides of a ratio saw the same minute of the machine.
"""

import argparse
import asyncio
import base64
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import pygal  # type: ignore[import-untyped]
from mpp_catalog.main import publish
from mpp_cli import ports
from mpp_embedded import NatsServer, PostgresServer
from mpp_ledger.database import Database
from mpp_migrations import upgrade
from mpp_testing.backends import Databases

from tests.load import yardsticks
from tests.load.client import KEY, ROOT, Plan, Round, drive, request
from tests.load.synthetic import fill

MALL = "33.14"
OFFERINGS = "/api/catalog/v1/offerings"
READ = f"{OFFERINGS}/{MALL}/sip-perawat"
TWO_TERMS = ("izin apotek", "sertifikat koperasi", "surat klinik", "registration school", "perubahan perikanan")
MISSPELT = ("izin aptek", "sertifikat koprasi", "surat klinek", "registrtion school", "perubahn perikanan")
RATIOS = (
    ("two terms, SQL", "two terms", True),
    ("misspelt, SQL", "misspelt", True),
    ("read", "same bytes from memory", False),
    ("not modified", "same bytes from memory", False),
)
_NATS = 'jetstream {{ store_dir: "{store}" }}'
_WANTED = "to_tsquery('indonesian', ${0}) || to_tsquery('simple', ${0})"
_SEARCH = f"""
    SELECT p.card FROM offering_periods p JOIN search_texts t ON t.id = p.text,
      (SELECT ({_WANTED.format(2)}) && ({_WANTED.format(3)}) AS query) AS wanted
    WHERE p.mall = $1 AND t.words @@ wanted.query ORDER BY ts_rank(t.words, wanted.query) DESC LIMIT 21
"""
_NEAREST = "SELECT word FROM search_words ORDER BY word <-> $1 LIMIT 1"


class Templates:
    """Notifications, which has nothing to say against the shipped messages."""

    async def check(self, *_: str) -> list[str]:
        return []


async def _bare(database_url: str, questions: Sequence[str], misspelt: bool, seconds: float) -> Round:
    """The same search by the driver alone: no HTTP, no cards made anew; words and spelling by hand."""
    connection, times = await asyncpg.connect(database_url), []
    begun = time.perf_counter()
    try:
        while (at := time.perf_counter()) - begun < seconds:
            words = questions[len(times) % len(questions)].split()
            if misspelt:
                words = [await connection.fetchval(_NEAREST, word) for word in words]
            found = await connection.fetch(_SEARCH, MALL, *(f"{word}:*" for word in words))
            if not found:
                raise RuntimeError(f"nothing was found for {words}: something else would be measured")
            times.append((time.perf_counter() - at) * 1000)
    finally:
        await connection.close()
    return Round(time.perf_counter() - begun, times)


@contextmanager
def catalog(database_url: str, nats_url: str, log: Path, port: int, grpc_port: int) -> Iterator[None]:
    """A catalogue process on this database."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MPP_")} | {
        "MPP_ENVIRONMENT": "demo",
        "MPP_DATABASE_URL": database_url,
        "MPP_NATS_URL": nats_url,
        "MPP_REST_PORT": str(port),
        "MPP_GRPC_PORT": str(grpc_port),
        "MPP_PUBLIC_URL": "http://localhost:8080",
        "MPP_JWKS_URL": "http://127.0.0.1:1/jwks",
        "MPP_TOKEN_URL": "http://127.0.0.1:1/token",
        "MPP_CLIENT_ID": "catalog",
        "MPP_CLIENT_SECRET": "of-a-benchmark",
        "MPP_DEFINITIONS_DIR": str(ROOT / "definitions"),
        "MPP_TRACE_SAMPLE": "0.01",
        "MPP_LOG_LEVEL": "warning",
    }
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "mpp_catalog", "serve"], env=environment, stdout=file, stderr=file
        )
    try:
        ends = time.monotonic() + 60
        # One client: to make one takes longer than to ask.
        with httpx.Client(trust_env=False) as client:
            while True:
                try:
                    client.get(f"http://127.0.0.1:{port}{READ}").raise_for_status()
                    break
                except httpx.HTTPError:
                    if process.poll() is not None or time.monotonic() > ends:
                        raise RuntimeError(f"the catalogue did not start: {log.read_text()[-2000:]}") from None
                    time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _searches(port: int, questions: Sequence[str], mall: str) -> Callable[[float], Round]:
    """Each address is asked once, so that no answer comes from memory."""
    where = f"mall={mall}&" if mall else "each=service&"
    requests = [request("GET", f"{OFFERINGS}?{where}q={quote(each)}&n={KEY}", {}) for each in questions]
    return lambda seconds: drive(Plan(port, requests, 1, seconds))


def measure(
    database_url: str, nats_url: str, folder: Path, rounds: int, seconds: float, warm: bool = True
) -> dict[str, list[Round]]:
    """The rounds of every case, one at once. `warm`: after one that is not counted, as after a minute of work."""
    chosen = ports.choose(["catalog", "grpc", "bare", "constant"], folder / "ports.json")
    port = chosen["catalog"]
    with catalog(database_url, nats_url, folder / "catalog.log", port, chosen["grpc"]):
        answer = httpx.get(f"http://127.0.0.1:{port}{READ}", trust_env=False).raise_for_status()
        given = yardsticks.Yardsticks(
            chosen["bare"], chosen["constant"], base64.b64encode(answer.content).decode(), "SELECT 1", database_url
        )
        tag = {"If-None-Match": answer.headers["etag"]}
        with yardsticks.serving(given):
            cases: dict[str, Callable[[float], Round]] = {
                "two terms, SQL": lambda s: asyncio.run(_bare(database_url, TWO_TERMS, False, s)),
                "two terms": _searches(port, TWO_TERMS, MALL),
                "misspelt, SQL": lambda s: asyncio.run(_bare(database_url, MISSPELT, True, s)),
                "misspelt": _searches(port, MISSPELT, MALL),
                "two terms, all malls": _searches(port, TWO_TERMS, ""),
                "broad, all malls": _searches(port, ("izin", "kabupaten", "usaha"), ""),
                "same bytes from memory": lambda s: drive(Plan(given.bare_port, [request("GET", "/read", {})], 1, s)),
                "read": lambda s: drive(Plan(port, [request("GET", READ, {})], 1, s)),
                "not modified": lambda s: drive(Plan(port, [request("GET", READ, tag)], 1, s, expect=304)),
            }
            for run in cases.values():
                if warm:
                    run(min(seconds, 1.0))
            found: dict[str, list[Round]] = {name: [] for name in cases}
            for _ in range(rounds):
                for name, run in cases.items():
                    found[name].append(run(seconds))
    return found


def told(found: Mapping[str, Sequence[Round]]) -> dict[str, Any]:
    """p50 and p99 of each case in ms; ratios round by round: of times for SQL, of requests a second for bytes."""
    cases = {}
    for name, rounds in found.items():
        times = sorted(each for one in rounds for each in one.milliseconds)
        cases[name] = {
            "p50_ms": round(times[len(times) // 2], 2),
            "p99_ms": round(times[min(len(times) - 1, len(times) * 99 // 100)], 2),
            "per_second": round(statistics.median(each.per_second for each in rounds), 1),
            "requests": len(times),
        }
    ratios = {}
    for a, b, of_sql in RATIOS:
        subject, yardstick = (b, a) if of_sql else (a, b)
        each = [x.per_second / y.per_second for x, y in zip(found[subject], found[yardstick], strict=True)]
        ratios[f"{subject} ÷ {yardstick}"] = {
            "median": round(statistics.median(each), 3),
            "least": round(min(each), 3),
            "most": round(max(each), 3),
        }
    return {"cases": cases, "ratios": ratios}


def write(folder: Path, sizes: Mapping[int, Mapping[str, Any]], settings: Mapping[str, Any]) -> list[Path]:
    """catalog.json and catalog.svg."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / "catalog.json", folder / "catalog.svg"]
    document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "settings": dict(settings),
        "offerings": {str(size): found for size, found in sizes.items()},
    }
    paths[0].write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    chart = pygal.Bar(title="Requests per second divided by the yardstick's, median", legend_at_bottom=True, js=[])
    chart.x_labels = [f"{size} offerings" for size in sizes]
    for name in next(iter(sizes.values()))["ratios"]:
        chart.add(name, [found["ratios"][name]["median"] for found in sizes.values()])
    chart.render_to_file(str(paths[1]))
    return paths


async def filled(database_url: str, malls: int, definitions: Path = ROOT / "definitions") -> int:
    """Migrates, publishes the definitions (that of READ too) and fills the rest; how many offerings there are."""
    await upgrade("mpp_catalog", database_url)
    database = Database.connect(database_url)
    try:
        await publish(database, definitions, None, Templates())
    finally:
        await database.close()
    return await fill(database_url, malls, MALL)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load.catalog", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5, help="of a round (default 1.5)")
    parser.add_argument("--malls", type=int, nargs="+", default=[5, 500], help="of 200 public services each")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "load", help="folder, default build/load")
    given = parser.parse_args()
    sizes = {}
    settings = {"rounds": given.rounds, "seconds": given.seconds, "load_average": os.getloadavg()}
    with tempfile.TemporaryDirectory(prefix="mpp-load-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = PostgresServer(folder / "postgres", password="of-a-benchmark", log=folder / "postgres.log")
        (folder / "nats.conf").write_text(_NATS.format(store=folder / "nats"))
        nats = NatsServer(folder / "nats.conf", log=folder / "nats.log")
        try:
            server.start()
            nats.start()
            for malls in given.malls:
                url = Databases(server.url()).create_database()
                size = asyncio.run(filled(url, malls))
                print(f"{size} offerings", flush=True)
                sizes[size] = told(measure(url, nats.url, folder, given.rounds, given.seconds))
                print(json.dumps(sizes[size], indent=1, ensure_ascii=False), flush=True)
        finally:
            nats.stop()
            server.stop()
    for path in write(given.out, sizes, settings):
        print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
