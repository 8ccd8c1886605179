"""`python -m mpp_notifications serve | migrate | events ...`"""

import argparse
import asyncio
import sys

from mpp_ledger.admin import add_events_command
from mpp_ledger.migrate import migrate

from mpp_notifications.main import events, serve
from mpp_notifications.settings import NotificationsSettings


def main() -> int:
    """Runs one command; the exit code says whether it worked."""
    parser = argparse.ArgumentParser(
        prog="python -m mpp_notifications",
        description="Tells people what happened to their applications. Configured by MPP_* variables.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="run the service until SIGTERM")
    commands.add_parser("migrate", help="bring the database to the newest version, then exit")
    add_events_command(commands)
    arguments = parser.parse_args()
    settings = NotificationsSettings.load()
    if arguments.command == "migrate":
        migrate("mpp_notifications", settings.database_url.get_secret_value())
        return 0
    if arguments.command == "events":
        return asyncio.run(events(settings, arguments))
    asyncio.run(serve(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
