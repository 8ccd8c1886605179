"""`python -m tests.compose`: the images in a table, at the end of `make images`.

`python -m tests.compose reproducible [IMAGE ...]`: builds them twice without a cache and compares the layers.
"""

import argparse
import sys

from rich.console import Console
from rich.table import Table

from tests.compose.engine import inspect
from tests.compose.files import image_names
from tests.compose.images import MEGABYTE, name_of
from tests.compose.reproducible import SAMPLE, compare


def weigh() -> None:
    """One line an image; the layers that several share lie on a disk and travel once."""
    table = Table("image", "size", "layers", "of its own", "user")
    seen: dict[str, int] = {}
    found = [(name, inspect(name_of(name))) for name in image_names()]
    for _, image in found:
        for layer in image["RootFS"]["Layers"]:
            seen[layer] = seen.get(layer, 0) + 1
    for name, image in found:
        layers = image["RootFS"]["Layers"]
        own = sum(seen[layer] == 1 for layer in layers)
        table.add_row(
            name_of(name), f"{image['Size'] / MEGABYTE:.0f} MB", str(len(layers)), str(own), image["Config"]["User"]
        )
    Console(width=110).print(table)


def main() -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.compose", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command")
    reproducible = commands.add_parser("reproducible", help="are two builds of an image the same, layer by layer?")
    reproducible.add_argument("images", nargs="*", metavar="IMAGE", help=f"{', '.join(SAMPLE)} if none is named")
    given = parser.parse_args()
    if given.command == "reproducible":
        if unknown := set(given.images) - set(image_names()):
            parser.error(f"no image is called {', '.join(sorted(unknown))}: {', '.join(image_names())}")
        return compare(given.images or list(SAMPLE))
    weigh()
    return 0


if __name__ == "__main__":
    sys.exit(main())
