"""`mpp check`: was anything lost, doubled or skipped?"""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mpp_cli import secret_files
from mpp_cli.check.finding import PROMISES, Finding
from mpp_cli.commands.control import running
from mpp_cli.commands.options import DataDir, folder
from mpp_cli.data_folder import DataFolder
from mpp_cli.errors import CommandError
from mpp_cli.ports import HOST
from mpp_cli.stack.environments import WITH_DATABASE
from mpp_cli.terminal import console, print_json, says_refusals

if TYPE_CHECKING:
    from mpp_cli.check.run import Report, Sources

SHOWN_OF_EACH = 10


@says_refusals
def check(
    data_dir: DataDir = None,
    patience: Annotated[
        float, typer.Option(min=0, help="Seconds that something may be on its way before it counts as stuck.")
    ] = 60.0,
    history: Annotated[
        list[Path] | None,
        typer.Option(help="What clients were told (JSON lines, docs/reliability.md). Repeatable.", exists=True),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check that nothing was lost, doubled or skipped: ledgers, histories, workflows, streams, messages, files.

    Changes nothing and may be run while people work. Prints ids only. The exit status is 0 when all is well.

    Example: mpp check --patience 10
    """
    # Late: it takes half a second to import, which every other command would wait for.
    import asyncpg
    import nats.errors

    from mpp_cli.check.run import check as check_all

    data = folder(data_dir)
    running(data, "status")
    try:
        report = asyncio.run(check_all(sources(data, history or ()), patience))
    except (OSError, asyncpg.PostgresError, nats.errors.Error, ValueError) as error:
        raise CommandError(f"Not checked: {type(error).__name__}: {error}", hint="Look: mpp status") from error
    if as_json:
        print_json(as_dict(report))
    else:
        _say(report)
    if report.findings:
        raise typer.Exit(1)


def sources(data: DataFolder, histories: "list[Path] | tuple[()]" = ()) -> "Sources":
    """Where a mall of this machine keeps what is checked."""
    from mpp_cli.check.run import Sources

    ports = json.loads((data.run / "ports.json").read_text("utf-8"))
    return Sources(
        databases={
            service: secret_files.database_url(data, service).read_text("utf-8").strip() for service in WITH_DATABASE
        },
        nats_url=f"nats://{HOST}:{ports['nats']}",
        nats_seed=secret_files.bus_seed(data, "operator"),
        files=data.files,
        mails=data.mailbox,
        histories=tuple(histories),
    )


def as_dict(report: "Report") -> dict[str, object]:
    """The report for programs."""
    findings = [{"promise": one.promise, "what": one.what, "ids": dict(one.ids)} for one in report.findings]
    return {"ok": not findings, "findings": findings, "checked": report.counted, "seconds": round(report.seconds, 2)}


def _say(report: "Report") -> None:
    counted = ", ".join(f"{count} {name}" for name, count in report.counted.items())
    for promise, meaning in PROMISES.items():
        broken = [one for one in report.findings if one.promise == promise]
        console.print(f"  {'✗' if broken else '✓'} {promise:<4} {meaning}", markup=False)
        for one in broken[:SHOWN_OF_EACH]:
            console.print(f"         {_line(one)}", markup=False)
        if len(broken) > SHOWN_OF_EACH:
            console.print(f"         ... and {len(broken) - SHOWN_OF_EACH} more: mpp check --json", markup=False)
    console.print(f"Checked in {report.seconds:.1f} s: {counted}.")


def _line(finding: Finding) -> str:
    return str(finding).partition("  ")[2]
