"""The `mpp` command and everything under it."""

import typer

from mpp_cli.commands import control
from mpp_cli.commands.check import check
from mpp_cli.commands.cluster import cluster
from mpp_cli.commands.demo import demo
from mpp_cli.commands.doctor import doctor
from mpp_cli.commands.service import service
from mpp_cli.commands.up import up

app = typer.Typer(
    name="mpp",
    help="Run a digital mall of public services on this machine, look at it and drive it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.command()(up)
app.command()(demo)
app.command()(check)
app.add_typer(cluster, name="cluster")
app.add_typer(service, name="service")
app.command()(doctor)
for command in (control.down, control.status, control.logs, control.stop, control.start, control.env):
    app.command()(command)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(control.events)
