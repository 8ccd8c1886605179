"""`python -m mpp_catalog`."""

import argparse
import asyncio
import sys
import time
from pathlib import Path

from mpp_ledger.events_command import add_events_command
from mpp_migrations import add_migrate_command, require, run_migrate

from mpp_catalog.settings import CatalogSettings


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(
        prog="python -m mpp_catalog",
        description="What can be asked for, where, and on what terms. Configuration is by environment, MPP_*.",
    )
    commands = root.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="run the service until SIGTERM")
    add_migrate_command(commands)
    seed = commands.add_parser("seed", help="publish a folder of definitions; doing it again changes nothing")
    seed.add_argument("--definitions", type=Path, required=True, help="the folder (definitions/ of the repository)")
    seed.add_argument(
        "--agency-keys", type=Path, help="folder with <agency>/public.jwks.json; without it stored keys stay"
    )
    check = commands.add_parser("check", help="say what is wrong with definition files; no database needed")
    check.add_argument(
        "paths", nargs="+", type=Path, metavar="FILE", help="a file or folder below a definitions folder"
    )
    add_events_command(commands)
    return root


def run(arguments: argparse.Namespace) -> int:
    if arguments.command == "migrate":
        return run_migrate(arguments, "mpp_catalog", CatalogSettings.load().needed_database_url())
    # Late: a migration needs none of it, and it takes seconds to import.
    from mpp_catalog import main

    if arguments.command == "check":
        problems = main.check(arguments.paths)
        print("\n".join(map(str, problems)) if problems else "no problem found")
        return int(bool(problems))
    settings = CatalogSettings.load()
    if arguments.command == "serve":
        require("mpp_catalog", settings.needed_database_url())
        asyncio.run(main.serve(settings))
    elif arguments.command == "seed":
        started = time.monotonic()
        report = asyncio.run(main.seed(settings, arguments.definitions, arguments.agency_keys))
        print(
            f"{report.regions} regions, {report.malls} malls, {report.agencies} agencies; "
            f"published: {', '.join(report.published) or 'nothing new'}; changed offerings: {report.changed_offerings} "
            f"({time.monotonic() - started:.1f} s)"
        )
    else:
        return asyncio.run(main.events(settings, arguments))
    return 0


if __name__ == "__main__":
    sys.exit(run(parser().parse_args()))
