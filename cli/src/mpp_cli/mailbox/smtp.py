"""The SMTP side. Some recipients are refused on purpose, so that retries and giving up can be seen and tested."""

import asyncio
import logging
from collections import Counter
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from mpp_cli.mailbox.store import MailStore

REFUSED = "refuse-"
BUSY = "busy-"
BUSY_TIMES = 2
SIZE_LIMIT = 10 * 1024 * 1024

log = logging.getLogger("mpp.mailbox")


class Receiver:
    """The aiosmtpd handler: `refuse-*` gets 550, `busy-*` gets 451 the first two times, all others are stored."""

    def __init__(self, store: MailStore) -> None:
        self._store = store
        self._busy: Counter[str] = Counter()

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Accepts or refuses one recipient."""
        local = address.lower()
        if local.startswith(REFUSED):
            return "550 5.1.1 This demonstration address refuses every mail"
        if local.startswith(BUSY) and self._busy[local] < BUSY_TIMES:
            self._busy[local] += 1
            return "451 4.3.0 This demonstration address is busy the first two times, try again"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Stores the mail, then says so."""
        raw = envelope.content
        assert isinstance(raw, bytes)
        try:
            mail = await asyncio.to_thread(self._store.add, envelope.mail_from or "", envelope.rcpt_tos, raw)
        except OSError as error:
            log.error("a mail could not be stored: %r", error)
            return "452 4.3.1 The mail could not be stored, try again"
        log.info("mail %s stored", mail.id)
        return f"250 2.0.0 OK stored as {mail.id}"


async def listen(store: MailStore, host: str, port: int) -> asyncio.Server:
    """An SMTP server without TLS: it is for the loopback interface."""
    receiver = Receiver(store)

    def session() -> Any:
        return SMTP(receiver, data_size_limit=SIZE_LIMIT, enable_SMTPUTF8=True, hostname="mailbox.localhost")

    return await asyncio.get_running_loop().create_server(session, host, port)
