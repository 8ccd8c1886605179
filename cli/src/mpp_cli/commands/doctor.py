"""`mpp doctor`: what is wrong, where, and what to do."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from mpp_cli.commands.options import DataDir, folder
from mpp_cli.data_folder import DataFolder
from mpp_cli.doctor.finding import Finding, broken
from mpp_cli.doctor.judging import judge
from mpp_cli.doctor.machine import Machine
from mpp_cli.doctor.origin import look_from_outside
from mpp_cli.doctor.readings import Readings, read
from mpp_cli.terminal import console, print_json, says_refusals

Metrics = Annotated[
    list[str] | None,
    typer.Option(help="A /metrics address: of a service, or of a Prometheus that has them all. Repeatable."),
]


@says_refusals
def doctor(
    data_dir: DataDir = None,
    url: Annotated[str, typer.Option(help="The public address of an installation somewhere else.")] = "",
    metrics: Metrics = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Explain what is wrong: processes, disk, clock, database, bus, queues, agencies, deadlines.

    Looks at the mall of this machine, or with --url or --metrics at one somewhere else. Changes nothing. Numbers are up
    to 15 seconds old. The exit status is 0 when nothing is broken; warnings do not count.

    Example: mpp doctor

    Example: mpp doctor --url https://mall.example.id --metrics http://localhost:9464/metrics
    """
    elsewhere = bool(url or metrics)
    found = asyncio.run(_elsewhere(url, metrics or ()) if elsewhere else _here(folder(data_dir)))
    is_well = not any(one.severity == "broken" for one in found)
    if as_json:
        print_json({"ok": is_well, "findings": [one.as_dict() for one in found]})
    else:
        _say(found)
    if not is_well:
        raise typer.Exit(1)


async def _here(data: DataFolder) -> list[Finding]:
    machine = await asyncio.to_thread(Machine.look, data)
    found = await machine.findings()
    if machine.url:
        found += await look_from_outside(machine.url)
    told, silent = await _numbers(machine.metrics())
    # Of one that is not ready it was said already.
    return found + [one for one in silent if machine.is_ready(one.where)] + told


async def _elsewhere(url: str, metrics: Sequence[str]) -> list[Finding]:
    found = await look_from_outside(url) if url else []
    told, silent = await _numbers({address: address for address in metrics})
    return found + silent + told


async def _numbers(addresses: dict[str, str]) -> tuple[list[Finding], list[Finding]]:
    """What the numbers tell, and who tells none."""
    readings = Readings()
    silent = await read(addresses, readings)
    do = "See whether it runs, whether MPP_METRICS_PORT is set, and whether it can be reached from here."
    unheard = [broken(name, f"tells no numbers: {reason}", do, "processes") for name, reason in silent.items()]
    return judge(readings), unheard


def _say(found: Sequence[Finding]) -> None:
    for one in found:
        console.print(f"{'✗' if one.severity == 'broken' else '!'} {one.where}: {one.what}", markup=False)
        console.print(f"    do:   {one.do}", markup=False)
        console.print(f"    read: {one.runbook}", markup=False)
    count = sum(one.severity == "broken" for one in found)
    console.print(f"{count} broken, {len(found) - count} warnings." if found else "Nothing is wrong that can be seen.")
