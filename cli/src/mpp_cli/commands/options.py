"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from mpp_cli.data_folder import DataFolder, default_data_folder

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        show_default=".data in the checkout, or MPP_DATA_DIR",
        help="Where the mall keeps everything.",
        file_okay=False,
    ),
]


def folder(given: Path | None) -> DataFolder:
    """The data folder that was asked for."""
    return DataFolder(given if given is not None else default_data_folder())
