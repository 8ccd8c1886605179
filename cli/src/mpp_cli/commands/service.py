"""`mpp service`: writing definitions of public services."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

service = typer.Typer(help="Write and check definitions of public services.", no_args_is_help=True)


@service.command()
def check(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Files or folders below a folder of definitions.", exists=True),
    ],
) -> None:
    """Check definition files: each mistake with its file, line and place, what is wrong, and how to mend it.

    Looks at the shape (the JSON Schema published at /api/catalog/v1/schemas/service-definition.json) and at what no
    schema can say: every state is reached and ends, every field is asked once, expressions read fields that exist, an
    agency may answer what it is asked, steps fit into the promised time, each fee has its rule and its law. Needs no
    running mall and changes nothing. The exit status is 1 when there is a problem.

    A folder is all that belongs together: public_services, overrides, agencies, malls, calendars, templates and
    sources.yaml. docs/service-definition.md explains each part.

    Example: mpp service check definitions/public_services/my-service.yaml

    Example: mpp service check definitions
    """
    _catalogue("check", *map(str, files))


@service.command(name="import")
def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="JSON, CSV or XLSX.", exists=True, dir_okay=False)
    ],
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="Where to write, below a folder of definitions.")],
) -> None:
    """Make definitions of service standards in the shape of SIPPN, the national catalogue of service standards.

    Reads what /api/catalog/v1/sippn tells (JSON), and tables as people keep them (CSV, XLSX): a row for each public
    service, a column for each part of the standard under its usual name, in a cell a line for each paper or step. What
    is wrong is told by row and column, and nothing is written for that row.

    Each definition written passes `mpp service check`. What the file does not tell is marked `confirmed: false` or
    listed, with file and line, and at the head of the file: complete it before publishing. A file that is there already
    is left alone. The exit status is 1 when something was not taken over. docs/catalogue-exports.md tells the shape.

    Example: mpp service import standards.xlsx --to definitions/public_services
    """
    _catalogue("import", *map(str, files), "--to", str(to))


def _catalogue(*arguments: str) -> NoReturn:
    # The catalogue's own command, so that what is checked here is what is checked when it is published.
    command = [sys.executable, "-m", "mpp_catalog", *arguments]
    raise typer.Exit(subprocess.run(command, check=False).returncode)
