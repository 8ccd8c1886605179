"""`python -m mpp_<service> migrate`: the same words for every service."""

import argparse
import asyncio
import sys
import time

from mpp_migrations.state import AWAY, inspect, newest, unfit
from mpp_migrations.upgrade import RefusedError, migrate

_PAUSE = 1.0


def add_migrate_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `migrate` to the commands of a service; hand the parsed arguments to `run_migrate`."""
    parser = commands.add_parser("migrate", help="bring the database to the newest version of its tables, then exit")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 0 if this release may run on it")
    parser.add_argument("--wait", type=float, default=0.0, metavar="SECONDS", help="with --check: until it may")
    parser.add_argument("--stopped", action="store_true", help="every copy of the service is stopped: allow any jump")


def run_migrate(arguments: argparse.Namespace, package: str, database_url: str) -> int:
    """Does what `arguments` say; the exit code, with the reason on stderr."""
    if arguments.check:
        return asyncio.run(_check(package, database_url, arguments.wait))
    try:
        migrate(package, database_url, stopped=arguments.stopped)
    except RefusedError as refusal:
        print(f"{package}: {refusal}", file=sys.stderr)
        return 1
    return 0


async def _check(package: str, database_url: str, seconds: float) -> int:
    ends, told = time.monotonic() + seconds, ""
    while True:
        try:
            reason = unfit(newest(package), await inspect(database_url))
        except AWAY as error:
            reason = f"the database does not answer ({type(error).__name__})"
        if reason and reason != told:
            print(f"{package}: {reason}", file=sys.stderr, flush=True)
            told = reason
        if not reason or time.monotonic() >= ends:
            return int(bool(reason))
        await asyncio.sleep(_PAUSE)
