"""`python -m mpp_cli.edge`: serves the origin until SIGTERM, on the loopback interface unless told otherwise."""

import argparse
import asyncio
import json
import logging
import os
import signal
import sys

from aiohttp import web

from mpp_cli.edge.proxy import RESTART_SECONDS, Edge
from mpp_cli.edge.routes import missing
from mpp_cli.ports import HOST, loopback_sockets


async def serve(host: str, port: int, routes: dict[str, str], patience: float) -> None:
    """Until SIGTERM or SIGINT; requests under way get ten seconds."""
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    runner = web.AppRunner(
        Edge(routes, patience).app(), access_log=None, auto_decompress=False, shutdown_timeout=10, keepalive_timeout=30
    )
    await runner.setup()
    if host == HOST:
        for bound in loopback_sockets(port):
            await web.SockSite(runner, bound).start()
    else:
        await web.TCPSite(runner, host, port).start()
    logging.getLogger("mpp.edge").info("serving on port %d", port)
    await stop.wait()
    await runner.cleanup()


def main() -> None:
    """Arguments: the port, and the targets as JSON `{"catalog": "http://127.0.0.1:41001", ...}`."""
    parser = argparse.ArgumentParser(prog="python -m mpp_cli.edge", description=__doc__)
    parser.add_argument("--host", default=HOST, help="address to listen at; a container has its own network: 0.0.0.0")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--routes", type=json.loads, required=True, help="JSON object: process name to address")
    parser.add_argument(
        "--patience",
        type=float,
        default=os.environ.get("MPP_EDGE_PATIENCE", RESTART_SECONDS),
        help="seconds to wait for a part that just left (MPP_EDGE_PATIENCE, or %(default)s)",
    )
    arguments = parser.parse_args()
    if absent := missing(arguments.routes):
        sys.exit(f"--routes has no address for: {', '.join(absent)}")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    asyncio.run(serve(arguments.host, arguments.port, arguments.routes, arguments.patience))


if __name__ == "__main__":
    main()
