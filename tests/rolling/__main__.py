"""`make rolling`: restarts every service one after the other while people work, and counts the requests that fail.

Without arguments a mall of its own is made from compose.yaml with two copies of each service. Against one that runs:

    python -m tests.rolling --url https://mpp.example.go.id --restart \
      'kubectl -n mpp rollout restart deployment/{service} && kubectl -n mpp rollout status deployment/{service}'
"""

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

from tests.compose.composed import Composed, eventually
from tests.compose.engine import docker, inspect
from tests.rolling.people import Crowd, Tally

SERVICES = ("catalog", "identity", "applications", "notifications", "portal")
CONNECTORS = ("dukcapil", "sdmk", "esign")
PROJECT = "mpp-rolling"
CALM_SECONDS = 5.0

Restart = Callable[[str], None]


@contextmanager
def composed() -> Iterator[tuple[str, Restart]]:
    """A mall of its own with two copies of each service."""
    mall = Composed(PROJECT)
    try:
        mall.up(*(f"--scale={service}=2" for service in SERVICES))
        yield mall.url, lambda service: one_by_one(mall, service)
    finally:
        mall.compose("down", "--volumes")


def one_by_one(mall: Composed, service: str) -> None:
    """The next copy only when the one before is healthy again, as a rolling update does it."""
    for container in mall.containers(service):
        docker("restart", container)
        eventually(
            f"{service} is healthy again",
            lambda container=container: inspect(container)["State"]["Health"]["Status"] == "healthy",
        )


def by_command(command: str) -> Restart:
    """What the operator says restarts a service; it must return when the service is ready again."""

    def restart(service: str) -> None:
        ran = subprocess.run(
            ["/bin/sh", "-c", command.format(service=service)], capture_output=True, text=True, check=False
        )
        if ran.returncode != 0:
            raise SystemExit(f"restarting {service} failed:\n{ran.stdout}{ran.stderr}")

    return restart


async def roll(
    url: str, restart: Restart, services: list[str], copies: int, say: Callable[[str], None]
) -> dict[str, Tally]:
    """What people met while each service was restarted; `calm` is before the first."""
    crowd = Crowd(url, copies)
    await crowd.start()
    await asyncio.sleep(CALM_SECONDS)
    found = {"calm": crowd.tally}
    for service in services:
        crowd.tally = found[service] = Tally()
        say(f"restarting {service}")
        await asyncio.to_thread(restart, service)
        await asyncio.sleep(CALM_SECONDS)
    await crowd.stop()
    return found


def show(found: dict[str, Tally], console: Console) -> int:
    """Prints the table and every kind of failure; how many requests failed."""
    table = Table("restarted", "answered", "failed", "mean", "slowest")
    for service, tally in found.items():
        answered, failed = tally.answered.total(), tally.failures.total()
        mean = tally.seconds / max(1, answered + failed)
        table.add_row(service, str(answered), str(failed), f"{mean * 1000:.0f} ms", f"{tally.slowest:.2f} s")
    console.print(table)
    for service, tally in found.items():
        for (what, outcome), times in tally.failures.most_common():
            console.print(f"{service}: {what}: {outcome} ({times})", markup=False, style="red")
    return sum(tally.failures.total() for tally in found.values())


def main() -> int:
    """0 when no request failed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.rolling", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", help="of an installation that runs")
    parser.add_argument("--restart", help="command that restarts {service} and returns when it is ready")
    parser.add_argument("--services", nargs="+", default=[*SERVICES, *CONNECTORS], metavar="NAME")
    parser.add_argument("--copies", type=int, default=3, help="people of each kind (default 3)")
    given = parser.parse_args()
    if bool(given.url) != bool(given.restart):
        parser.error("--url and --restart belong together")
    console, begun = Console(width=110), time.monotonic()

    def say(line: str) -> None:
        console.print(f"[dim]{time.monotonic() - begun:5.0f} s[/dim]  {line}")

    def run(url: str, restart: Restart) -> int:
        say(f"people at work at {url}")
        return show(asyncio.run(roll(url, restart, given.services, given.copies, say)), console)

    if given.url:
        failed = run(given.url.rstrip("/"), by_command(given.restart))
    else:
        say("starting a mall with two copies of each service")
        with composed() as (url, restart):
            failed = run(url, restart)
    console.print("No request failed." if not failed else f"{failed} requests failed.")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
