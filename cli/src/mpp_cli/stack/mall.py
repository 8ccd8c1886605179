"""The life of a running mall: up, watched until told to stop, down in order."""

import asyncio
import signal
from collections.abc import Callable, Sequence

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from mpp_cli.progress import Progress
from mpp_cli.stack.environments import Layout
from mpp_cli.stack.startup import Startup
from mpp_cli.supervisor.control import Control
from mpp_cli.supervisor.supervisor import ChildStatus, Supervisor
from mpp_cli.terminal import console, status_table

REFRESH_SECONDS = 0.5


async def run(layout: Layout, say: Callable[[str], None], *, live: bool) -> None:
    """Until a signal or `mpp down`. Raises CommandError when the start fails; everything is stopped by then."""
    stop, hurry = asyncio.Event(), asyncio.Event()
    _listen_to_signals(stop, hurry, say)
    supervisor = Supervisor(layout.data, say)
    supervisor.url = layout.public_url
    progress = Progress(say)
    startup = Startup(layout, supervisor, progress)
    control = Control(supervisor, layout.data.control_socket(), stop.set, startup.publish)
    await control.open()
    try:
        if await _start(startup, stop):
            supervisor.phase = "ready"
            for line in greeting(layout, progress.elapsed):
                say(line)
            await _watch(supervisor, stop, live=live)
    finally:
        say("Stopping ...")
        await supervisor.stop_all(hurry)
        await control.close()
        say("Stopped.")


async def _start(startup: Startup, stop: asyncio.Event) -> bool:
    """Whether it came up; False when it was told to stop meanwhile."""
    starting = asyncio.create_task(startup.run())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if starting.done():
        starting.result()
        return True
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    return False


async def _watch(supervisor: Supervisor, stop: asyncio.Event, *, live: bool) -> None:
    watching = asyncio.create_task(supervisor.watch(stop))
    if not live:
        await watching
        return
    with Live(console=console, auto_refresh=False, transient=True) as view:
        while not watching.done():
            view.update(short_status(supervisor.status(), supervisor.url), refresh=True)
            await asyncio.wait({watching}, timeout=REFRESH_SECONDS)
    watching.result()


def short_status(rows: Sequence[ChildStatus], url: str) -> RenderableType:
    """One line when all is well; the processes that are not ready are listed above it."""
    late = [row for row in rows if not row.ready]
    line = Text(f"{len(rows) - len(late)} of {len(rows)} processes ready · {url} · Ctrl-C stops", style="bold")
    return Group(status_table([vars(row) for row in late]), line) if late else line


def _listen_to_signals(stop: asyncio.Event, hurry: asyncio.Event, say: Callable[[str], None]) -> None:
    def told() -> None:
        if stop.is_set():
            say("Ending what is left at once.")
            hurry.set()
        stop.set()

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(signum, told)


def greeting(layout: Layout, seconds: float) -> list[str]:
    """What to do next."""
    url = layout.public_url
    play = "play one application's life: mpp demo   " if layout.environment == "demo" else ""
    return [
        f"The mall is ready after {seconds:.1f} s: {url}",
        f"  developers: {url}/developers   demonstration mailbox: {url}/mailbox",
        f"  {play}state: mpp status   logs: mpp logs   stop: Ctrl-C or mpp down",
    ]
