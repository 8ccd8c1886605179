"""`mpp cluster`: what a mall on Kubernetes needs beside its manifests."""

from pathlib import Path
from typing import Annotated

import typer

from mpp_cli.cluster.secrets import PUBLIC_USER, write_agency, write_manifests
from mpp_cli.data_folder import DataFolder, checkout
from mpp_cli.nats_config import load_agencies
from mpp_cli.terminal import console, says_refusals

BusAuthority = Annotated[
    Path | None,
    typer.Option(help="PEM of the authority behind the bus's certificate, where it speaks TLS.", exists=True),
]

cluster = typer.Typer(help="Prepare a mall on Kubernetes (deploy/k8s).", no_args_is_help=True)


@cluster.command()
@says_refusals
def secrets(
    folder: Annotated[Path, typer.Argument(help="Where keys and manifests are kept: not in a repository.")],
    namespace: Annotated[str, typer.Option(help="Namespace of the mall.")] = "mpp",
    database_host: Annotated[
        str, typer.Option(help="Where services reach PostgreSQL: postgres, or postgres-rw with CloudNativePG.")
    ] = "postgres",
    bus_authority: BusAuthority = None,
) -> None:
    """Make every key and password once, and write them as Secrets for `kubectl apply`.

    What is in the folder is kept: a key made anew would make stored data unreadable. Back it up, and keep it closed.

    Example: mpp cluster secrets ~/mall-secrets
    """
    data = DataFolder(folder)
    data.create()
    agencies = load_agencies(checkout() / "definitions" / "agencies")
    for path in write_manifests(data, agencies, namespace, database_host, _text(bus_authority)):
        console.print(f"kubectl apply -f {path}", soft_wrap=True)


@cluster.command()
@says_refusals
def agency(
    code: Annotated[str, typer.Argument(help="The agency's code, as its definition has it.")],
    folder: Annotated[Path, typer.Argument(help="Where the agency keeps its keys: not in a repository.")],
    platform: Annotated[Path, typer.Option(help="The platform's public keys, as it sends them.", exists=True)],
    bus_authority: BusAuthority = None,
) -> None:
    """Make an agency's own keys once, and the Secret of its connector. Only the two public files leave its hands.

    The platform puts them into secrets/agencies/CODE of its folder before it runs `mpp cluster secrets`.

    Example: mpp cluster agency sdmk ~/sdmk-secrets --platform platform.jwks.json
    """
    data = DataFolder(folder)
    data.create()
    path = write_agency(data, code, platform.read_text(encoding="utf-8"), _text(bus_authority))
    console.print(f"kubectl apply -f {path}", soft_wrap=True)
    for name in (PUBLIC_USER, "public.jwks.json"):
        console.print(f"send to the platform: {data.agency_keys / code / name}", soft_wrap=True)


def _text(file: Path | None) -> str:
    return file.read_text(encoding="ascii") if file else ""
