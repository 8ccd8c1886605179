"""Runs the parts of a service as one process, and ends them in the right order."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import mpp_telemetry
import uvicorn
from fastapi import FastAPI
from mpp_failpoints import arm
from mpp_telemetry.log import describe, get_logger
from mpp_telemetry.metrics import Observation, observe

from mpp_runtime.grpc_server import GrpcServer
from mpp_runtime.health import checks_observed
from mpp_runtime.settings import Settings

Background = Callable[[asyncio.Event], Awaitable[None]]
_log = get_logger(__name__)


class _Server(uvicorn.Server):
    """Leaves the signals to us: readiness goes off before it stops accepting."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def run_service(
    settings: Settings,
    *,
    name: str,
    app: FastAPI,
    grpc: GrpcServer | None = None,
    background: Sequence[Background] = (),
    observations: Sequence[Observation] = (),
    close: Sequence[Callable[[], Awaitable[None]]] = (),
) -> None:
    """Serves until SIGTERM or SIGINT: readiness off, leave in peace, no new work, drain, close in the given order.

    A background task that ends by itself ends the process with exit code 1, so that the supervisor starts it afresh.
    """
    arm(settings.environment)
    _log.info("starting", settings=settings.masked())
    halt, signalled = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signalled.set)
    server = _Server(
        uvicorn.Config(
            app,
            host=settings.rest_host,
            port=settings.rest_port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            timeout_graceful_shutdown=settings.drain_seconds,
        )
    )
    failed = False
    tasks: list[asyncio.Future[None]] = []
    try:
        if grpc:
            await grpc.start()
        tasks = [asyncio.ensure_future(run(halt)) for run in background]
        tasks.append(asyncio.ensure_future(observe([checks_observed(app.state.checks), *observations], halt)))
        # uvicorn ends the process by itself when the address is taken.
        serving = asyncio.ensure_future(server.serve())
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn offers a flag only
            await asyncio.sleep(0.01)
        app.state.ready = server.started
        ports = [s.getsockname()[1] for one in getattr(server, "servers", ()) for s in one.sockets]
        _log.info("ready", port=ports[0] if ports else settings.rest_port)
        ended = asyncio.ensure_future(signalled.wait())
        watched: list[asyncio.Future[Any]] = [ended, serving, *tasks]
        await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        failed = not signalled.is_set()
        ended.cancel()
        for task in tasks:
            if task.done() and not signalled.is_set():
                error = task.exception()
                _log.error("background task ended", **(describe(error) if error else {}))
        _log.info("draining")
        app.state.ready = False
        await asyncio.sleep(settings.leave_seconds if signalled.is_set() else 0)
        server.should_exit = True
        await asyncio.gather(
            asyncio.wait([serving], timeout=settings.drain_seconds + 1),
            grpc.stop(settings.drain_seconds) if grpc else asyncio.sleep(0),
        )
    finally:
        halt.set()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=settings.drain_seconds)
            for task in late:
                task.cancel()
        for end in close:
            try:
                await asyncio.wait_for(end(), timeout=5)
            except Exception as error:
                _log.warning("not closed cleanly", **describe(error))
        mpp_telemetry.shutdown()
        _log.info("stopped", exit_code=int(failed))
    if failed:
        raise SystemExit(1)
