"""`python -m mpp_cli.install secrets | databases`: two steps before the first start, repeatable."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

import asyncpg

from mpp_cli.data_folder import DataFolder
from mpp_cli.install.parts import POSTGRES, hand_out, parts
from mpp_cli.nats_config import load_agencies
from mpp_cli.secret_files import ensure_secrets
from mpp_cli.stack.databases import ensure_databases

WAIT_SECONDS = 60


def secrets(arguments: argparse.Namespace) -> None:
    """Makes every secret that is missing, and hands each part its own."""
    agencies = load_agencies(arguments.definitions / "agencies")
    data = DataFolder(arguments.keep)
    made = ensure_secrets(data, [agency.code for agency in agencies])
    written = hand_out(parts(data, made, agencies), arguments.parts, arguments.owner)
    sys.stdout.write(f"{len(written)} files written\n" + "".join(f"  {name}\n" for name in written))


async def databases(arguments: argparse.Namespace) -> None:
    """Makes roles, databases and extensions; waits for a server that is just starting."""
    password = (arguments.secrets / "superuser").read_text(encoding="utf-8")
    passwords = json.loads((arguments.secrets / "passwords.json").read_text(encoding="utf-8"))
    url = f"postgresql://postgres:{password}@{POSTGRES}/postgres"
    for left in range(WAIT_SECONDS, -1, -1):
        try:
            await ensure_databases(url, passwords)
        except (OSError, asyncpg.CannotConnectNowError):
            if left == 0:
                raise
            await asyncio.sleep(1)
        else:
            break
    sys.stdout.write(f"databases: {', '.join(sorted(passwords))}\n")


def main() -> None:
    """One of the two steps."""
    parser = argparse.ArgumentParser(prog="python -m mpp_cli.install", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    making = steps.add_parser("secrets", help="make secrets and hand them out")
    making.add_argument("--definitions", type=Path, required=True, help="the folder of the definitions")
    making.add_argument("--keep", type=Path, required=True, help="folder of all secrets: back it up, show it to nobody")
    making.add_argument("--parts", type=Path, required=True, help="folder with one folder a part of the mall")
    making.add_argument("--owner", type=int, default=10001, help="user and group id the parts run as")
    preparing = steps.add_parser("databases", help="make roles and databases")
    preparing.add_argument("--secrets", type=Path, required=True, help="folder of the part `databases`")
    arguments = parser.parse_args()
    if arguments.step == "secrets":
        secrets(arguments)
    else:
        asyncio.run(databases(arguments))


if __name__ == "__main__":
    main()
