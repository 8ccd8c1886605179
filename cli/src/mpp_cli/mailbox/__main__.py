"""`python -m mpp_cli.mailbox`: SMTP and pages until SIGTERM, on the loopback interface unless told otherwise."""

import argparse
import asyncio
import logging
import signal
from pathlib import Path

from aiohttp import web

from mpp_cli.mailbox.page import Pages
from mpp_cli.mailbox.smtp import listen
from mpp_cli.mailbox.store import MailStore
from mpp_cli.ports import HOST


async def serve(folder: Path, host: str, smtp_port: int, http_port: int) -> None:
    """Until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    store = MailStore(folder)
    smtp = await listen(store, host, smtp_port)
    runner = web.AppRunner(Pages(store).app(), access_log=None, shutdown_timeout=5)
    await runner.setup()
    await web.TCPSite(runner, host, http_port).start()
    logging.getLogger("mpp.mailbox").info("SMTP on port %d, pages on port %d", smtp_port, http_port)
    await stop.wait()
    smtp.close()
    await runner.cleanup()


def main() -> None:
    """Arguments: folder of the mails and the two ports."""
    parser = argparse.ArgumentParser(prog="python -m mpp_cli.mailbox", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--host", default=HOST, help="address to listen at; a container has its own network: 0.0.0.0")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # aiosmtpd writes every command to the log: addresses do not belong there.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    asyncio.run(serve(arguments.folder, arguments.host, arguments.smtp_port, arguments.http_port))


if __name__ == "__main__":
    main()
