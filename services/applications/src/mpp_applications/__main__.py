"""`python -m mpp_applications serve | migrate | events ...`"""

import argparse
import asyncio
import sys

from mpp_ledger.events_command import add_events_command
from mpp_migrations import add_migrate_command, require, run_migrate

from mpp_applications.settings import ApplicationsSettings


def main() -> int:
    """Runs one command; the exit code says whether it worked."""
    parser = argparse.ArgumentParser(
        prog="python -m mpp_applications",
        description="Every file from draft to signed document. Configured by MPP_* variables.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="run the service until SIGTERM")
    add_migrate_command(commands)
    add_events_command(commands)
    arguments = parser.parse_args()
    settings = ApplicationsSettings.load()
    if arguments.command == "migrate":
        return run_migrate(arguments, "mpp_applications", settings.database_url.get_secret_value())
    # Late: a migration needs none of it, and it takes seconds to import.
    from mpp_applications.main import events, serve

    if arguments.command == "events":
        return asyncio.run(events(settings, arguments))
    require("mpp_applications", settings.database_url.get_secret_value())
    asyncio.run(serve(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
