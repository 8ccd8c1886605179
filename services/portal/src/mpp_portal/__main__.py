"""`python -m mpp_portal serve`"""

import argparse
import asyncio
import sys

from mpp_portal.main import serve
from mpp_portal.settings import PortalSettings


def main() -> int:
    """Runs the portal; the exit code says whether it worked."""
    parser = argparse.ArgumentParser(
        prog="python -m mpp_portal",
        description="The pages people see; a client of the public API. Configured by MPP_* variables.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="run the portal until SIGTERM")
    parser.parse_args()
    asyncio.run(serve(PortalSettings.load()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
