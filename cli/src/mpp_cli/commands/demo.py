"""mpp demo: one application's life, through the public API of the running mall."""

import json
import sys
import time
from typing import Annotated, Any

import httpx
import typer

from mpp_cli.commands.control import running
from mpp_cli.commands.options import DataDir, folder
from mpp_cli.demo.story import LOCAL_STORIES, STORIES, Mall
from mpp_cli.errors import CommandError
from mpp_cli.terminal import console, says_refusals


@says_refusals
def demo(
    only: Annotated[
        list[str] | None, typer.Option("--only", help=f"A story: {', '.join(STORIES)}. Repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a step, for programs.")] = False,
    url: Annotated[
        str | None, typer.Option(help="A mall that runs elsewhere; without it the one of this folder.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Play one application's life, then a return, a rejection, and an agency away and back.

    Prints each step with its time and the links to look at. The exit status is not 0 when any step fails.

    Example: mpp demo --only issue --only away
    """
    data = folder(data_dir)
    # What needs a process stopped can only be played where the processes are ours.
    chosen = only or [name for name in STORIES if url is None or name not in LOCAL_STORIES]
    if unknown := set(chosen) - set(STORIES):
        raise CommandError(
            f"There is no story {', '.join(sorted(unknown))}.", hint=f"Choose from: {', '.join(STORIES)}."
        )

    def say(what: str, seconds: float, note: str) -> None:
        if as_json:
            step: dict[str, Any] = {"step": what, "seconds": round(seconds, 3), "note": note}
            sys.stdout.write(json.dumps(step, ensure_ascii=False) + "\n")
        else:
            console.print(f"  ✓ {what}  {seconds:.2f} s" + (f"\n      {note}" if note else ""), markup=False)

    mall = Mall(
        url=(url or running(data, "status")["url"]).rstrip("/"),
        say=say,
        stop=lambda name: void(running(data, "stop", name)),
        start=lambda name: void(running(data, "start", name)),
        documents=data.root / "demo",
    )
    begun = time.monotonic()
    for name in chosen:
        if not as_json:
            console.print(f"{name}: {(STORIES[name].__doc__ or '').strip()}", markup=False)
        try:
            STORIES[name](mall)
        except (httpx.HTTPError, KeyError, IndexError) as error:
            raise CommandError(
                f"{name} broke off: {type(error).__name__}: {error}", hint="Look at: mpp status, mpp logs"
            ) from error
    if not as_json:
        console.print(f"Every step was as told, in {time.monotonic() - begun:.1f} s.")


def void(_answer: Any) -> None:
    """The supervisor's answer is for people; the story waits for what it needs by itself."""
