"""`make reproducible`: builds images twice without any cache and compares their layers. Needs a Docker engine."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

from tests.compose.engine import docker, inspect
from tests.compose.files import PREFIX, ours

# A service, the one with the most packages, an agency's connector, the command line: all the ways an image is made.
SAMPLE = ("applications", "portal", "connector-sdmk", "cli")
MINUTES = 30


@contextmanager
def built(image: str, version: str) -> Iterator[list[str]]:
    """The digests of the layers of an image that is built anew from nothing, and removed afterwards."""
    container = next(name for name, one in ours().items() if one["image"].startswith(f"{PREFIX}{image}:"))
    environment = {**os.environ, "MPP_VERSION": version}
    docker("compose", "build", "--quiet", "--no-cache", container, seconds=MINUTES * 60, environment=environment)
    try:
        yield list(inspect(f"{PREFIX}{image}:{version}")["RootFS"]["Layers"])
    finally:
        docker("image", "rm", f"{PREFIX}{image}:{version}")


def compare(images: list[str]) -> int:
    """Builds each image twice and shows its layers; 1 when one of them differs, else 0."""
    table = Table("image", "layers", "built in", "the same twice")
    differ = False
    for image in images:
        begun = time.monotonic()
        with built(image, "0.0.0-first") as first, built(image, "0.0.0-second") as second:
            same = first == second
        differ |= not same
        short = "\n".join(
            f"{one[7:19]}" + ("" if one == two else f" {two[7:19]}") for one, two in zip(first, second, strict=True)
        )
        table.add_row(image, short, f"{(time.monotonic() - begun) / 2:.0f} s", "yes" if same else "NO")
    Console(width=110).print(table)
    return int(differ)
