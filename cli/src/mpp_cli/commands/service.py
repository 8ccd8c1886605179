"""`mpp service`: writing definitions of public services."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

service = typer.Typer(help="Write and check definitions of public services.", no_args_is_help=True)


@service.callback()
def _group() -> None:
    """Keeps `check` a command of its own: typer folds a group of one."""


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
    # The catalogue's own command, so that what is checked here is what is checked when it is published.
    command = [sys.executable, "-m", "mpp_catalog", "check", *map(str, files)]
    raise typer.Exit(subprocess.run(command, check=False).returncode)
