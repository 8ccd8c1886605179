"""`init` makes the authority, `root` shows its root, `revoke SERIAL` revokes; serve, ready and outbox are the SDK's."""

import argparse
import os
import sys
from pathlib import Path

from mpp_connector_esign.connector import connector, open_authority

OWN_HELP = """The simulated certification authority:
  init             make it, once, and print the path of its root certificate (MPP_TRUST_ROOTS_FILE)
  init --root-to FILE  the same, with a copy of that certificate where others may read it
  root             print its root certificate as PEM: what readers of signed documents trust
  revoke SERIAL    put the certificate with this hexadecimal serial number on every CRL from now on
  MPP_ESIGN_AUTHORITY_DIR  its folder, shared by all copies (default: authority in MPP_CONNECTOR_DATA_DIR)
  MPP_ESIGN_ADDRESS        address written into certificates for CRLs and issuers; nothing is served there
"""


def main(arguments: list[str]) -> int:
    if arguments[:1] in (["init"], ["root"], ["revoke"]):
        return _authority(arguments)
    if arguments in (["-h"], ["--help"]):
        print(OWN_HELP)
    connector.run(arguments)
    return 0


def _authority(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m mpp_connector_esign")
    commands = parser.add_subparsers(dest="command", required=True)
    init = commands.add_parser("init", help="make the authority, once")
    init.add_argument("--root-to", type=Path, help="file for a copy of the root certificate")
    commands.add_parser("root", help="print its root certificate")
    revoke = commands.add_parser("revoke", help="revoke a certificate")
    revoke.add_argument("serial", type=lambda text: int(text, 16), help="hexadecimal serial number")
    given = parser.parse_args(arguments)
    folder = os.environ.get("MPP_CONNECTOR_DATA_DIR")
    if not folder:
        parser.error("set MPP_CONNECTOR_DATA_DIR to a folder of this connector's own")
    authority = open_authority(Path(folder))
    if given.command == "revoke":
        authority.revoke(given.serial)
        print(f"{given.serial:x} is on every CRL from now on")
    elif given.command == "root":
        print(authority.root_file.read_text(encoding="ascii"), end="")
    else:
        if given.root_to:
            given.root_to.write_bytes(authority.root_file.read_bytes())
        print(authority.root_file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
