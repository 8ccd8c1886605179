"""`python -m tests.compose`: the images in a table, at the end of `make images`."""

from rich.console import Console
from rich.table import Table

from tests.compose.engine import inspect
from tests.compose.files import image_names
from tests.compose.images import MEGABYTE, name_of


def main() -> None:
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


if __name__ == "__main__":
    main()
