"""`python -m mpp_identity serve | migrate | events ... | officers FILE | disable ID | enable ID | new-keys FOLDER`"""

import argparse
import asyncio
import base64
import json
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

from mpp_ledger.events_command import add_events_command
from mpp_migrations import add_migrate_command, require, run_migrate
from mpp_runtime.errors import Refusal

from mpp_identity.clients.signing import SigningKeys
from mpp_identity.settings import IdentitySettings


def main() -> int:
    """Runs one command; the exit code says whether it worked."""
    parser = argparse.ArgumentParser(
        prog="python -m mpp_identity",
        description="Who you are, for whom you act, who looked at your data. Configured by MPP_* variables.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="run the service until SIGTERM")
    add_migrate_command(commands)
    add_events_command(commands)
    officers = commands.add_parser("officers", help="add officers from a YAML file, or bring them up to date")
    officers.add_argument("file", type=Path)
    for name, what in (("disable", "end an account's sessions and let nobody in"), ("enable", "let it in again")):
        commands.add_parser(name, help=what).add_argument("account", help="account id")
    keys = commands.add_parser("new-keys", help="write the key files that are missing into a folder")
    keys.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "new-keys":
        return new_keys(arguments.folder)
    settings = IdentitySettings.load()
    if arguments.command == "migrate":
        return run_migrate(arguments, "mpp_identity", settings.database_url.get_secret_value())
    # Late: a migration needs none of it, and it takes seconds to import.
    from mpp_identity.main import administer, events, serve

    if arguments.command == "serve":
        require("mpp_identity", settings.database_url.get_secret_value())
        asyncio.run(serve(settings))
        return 0
    if arguments.command == "events":
        return asyncio.run(events(settings, arguments))
    try:
        return asyncio.run(administer(settings, arguments))
    except (Refusal, ValueError, OSError) as error:
        print(error.detail.en if isinstance(error, Refusal) else error, file=sys.stderr)
        return 1


def new_keys(folder: Path) -> int:
    """Files readable by the owner alone; one that is there is left as it is, since data depends on it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def random_key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    makers: dict[str, Callable[[], str]] = {
        "nik-keys.json": lambda: json.dumps({"encryption": random_key(), "lookup": random_key()}),
        "signing-keys.json": SigningKeys.generate,
        "session-secret": lambda: secrets.token_urlsafe(48),
    }
    for name, make in makers.items():
        try:
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            print(f"{folder / name}: kept")
            continue
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        print(f"{folder / name}: made")
    return 0


if __name__ == "__main__":
    sys.exit(main())
