"""`mpp cluster`: what a mall on Kubernetes needs beside its manifests."""

from pathlib import Path
from typing import Annotated

import typer

from mpp_cli.cluster.secrets import write_manifests
from mpp_cli.data_folder import DataFolder, checkout
from mpp_cli.nats_config import load_agencies
from mpp_cli.terminal import console, says_refusals

cluster = typer.Typer(help="Prepare a mall on Kubernetes (deploy/k8s).", no_args_is_help=True)


@cluster.callback()
def _commands() -> None:
    """Makes `secrets` a command of its own."""


@cluster.command()
@says_refusals
def secrets(
    folder: Annotated[Path, typer.Argument(help="Where keys and manifests are kept: not in a repository.")],
    namespace: Annotated[str, typer.Option(help="Namespace of the mall.")] = "mpp",
    database_host: Annotated[
        str, typer.Option(help="Where services reach PostgreSQL: postgres, or postgres-rw with CloudNativePG.")
    ] = "postgres",
    bus_authority: Annotated[
        Path | None,
        typer.Option(help="PEM of the authority behind the bus's certificate, where it speaks TLS.", exists=True),
    ] = None,
) -> None:
    """Make every key and password once, and write them as Secrets for `kubectl apply`.

    What is in the folder is kept: a key made anew would make stored data unreadable. Back it up, and keep it closed.

    Example: mpp cluster secrets ~/mall-secrets
    """
    data = DataFolder(folder)
    data.create()
    agencies = load_agencies(checkout() / "definitions" / "agencies")
    authority = bus_authority.read_text(encoding="ascii") if bus_authority else ""
    for path in write_manifests(data, agencies, namespace, database_host, authority):
        console.print(f"kubectl apply -f {path}", soft_wrap=True)
