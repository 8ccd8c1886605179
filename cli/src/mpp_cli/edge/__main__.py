"""`python -m mpp_cli.edge`: serves the origin until SIGTERM, on the loopback interface unless told otherwise."""

import argparse
import asyncio
import json
import logging
import signal
import sys

from aiohttp import web

from mpp_cli.edge.proxy import Edge
from mpp_cli.edge.routes import missing
from mpp_cli.ports import loopback_sockets


async def serve(port: int, routes: dict[str, str], host: str | None = None) -> None:
    """Until SIGTERM or SIGINT; requests under way get ten seconds. Without `host` only this machine is answered."""
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    runner = web.AppRunner(
        Edge(routes).app(), access_log=None, auto_decompress=False, shutdown_timeout=10, keepalive_timeout=30
    )
    await runner.setup()
    if host is not None:
        await web.TCPSite(runner, host, port).start()
    else:
        for bound in loopback_sockets(port):
            await web.SockSite(runner, bound).start()
    logging.getLogger("mpp.edge").info("serving on port %d", port)
    await stop.wait()
    await runner.cleanup()


def main() -> None:
    """Arguments: the port, and the targets as JSON `{"catalog": "http://127.0.0.1:41001", ...}`."""
    parser = argparse.ArgumentParser(prog="python -m mpp_cli.edge", description=__doc__)
    parser.add_argument("--host", help="address to listen on; without it, this machine's own")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--routes", type=json.loads, required=True, help="JSON object: process name to address")
    arguments = parser.parse_args()
    if absent := missing(arguments.routes):
        sys.exit(f"--routes has no address for: {', '.join(absent)}")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    asyncio.run(serve(arguments.port, arguments.routes, arguments.host))


if __name__ == "__main__":
    main()
