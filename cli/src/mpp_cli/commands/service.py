"""`mpp service`: writing definitions of public services."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import httpx
import typer

from mpp_cli.commands.control import running
from mpp_cli.commands.options import DataDir, folder
from mpp_cli.errors import CommandError
from mpp_cli.terminal import console, says_refusals

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


@service.command()
@says_refusals
def export(
    which: Annotated[str, typer.Argument(metavar="CODE[@VERSION]", help="A public service; its newest version.")],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The file to write.", dir_okay=False)],
    replace: Annotated[bool, typer.Option("--replace", help="Write over a file that says something else.")] = False,
    url: Annotated[
        str | None, typer.Option(help="A mall that runs elsewhere; without it the one of this folder.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Write a published version into a file, for example one that was published from a draft.

    The file reads back to exactly what is published: in a folder of definitions it may be checked, and seeding it
    again changes nothing.

    Example: mpp service export sip-perawat --to definitions/public_services/sip-perawat.yaml --replace

    Example: mpp service export sip-perawat@2026.2 --to /tmp/sip-perawat.yaml
    """
    code, _, version = which.partition("@")
    mall = (url or running(folder(data_dir), "status")["url"]).rstrip("/")
    address = f"{mall}/api/catalog/v1/services/{code}/versions"
    try:
        with httpx.Client(timeout=10, headers={"Accept-Language": "en"}) as client:
            if not version:
                version = _answer(client.get(address)).json()["items"][0]["version"]
            text = _answer(client.get(f"{address}/{version}.yaml")).text
    except httpx.HTTPError as error:
        raise CommandError(f"{mall} does not answer ({type(error).__name__}).", hint="Is the mall running?") from error
    if to.exists() and to.read_text("utf-8") != text and not replace:
        raise CommandError(f"{to} is there and says something else.", hint="Write over it with --replace.")
    to.write_text(text, "utf-8")
    console.print(f"{code} {version} is in {to}.", markup=False)


def _answer(answer: httpx.Response) -> httpx.Response:
    if answer.status_code == 404:
        raise CommandError(answer.json()["detail"], hint="A draft can be exported once it is published.")
    return answer.raise_for_status()
