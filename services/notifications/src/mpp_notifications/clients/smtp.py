"""Mails over SMTP (RFC 5321), and what each answer of the server means."""

import asyncio
import ssl
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr

import aiosmtplib
from mpp_failpoints import Failpoint

from mpp_notifications.domain.deliveries import Accepted, AnswerLost, Deferred, Outcome, Refused
from mpp_notifications.domain.mail import Mail

_PROBE_SECONDS = 2.0
_QUIT_SECONDS = 1.0
_BEFORE_HANDOVER = Failpoint("mail.before_handover")
_AFTER_HANDOVER = Failpoint("mail.after_handover")


class SmtpMailer:
    """Hands mails to one SMTP server, a connection each.

    Args:
        starttls: refuse to go on without TLS.
        user: empty for a server that asks for no login.
        sender: address of the From header, with or without a name.
    """

    def __init__(self, *, host: str, port: int, starttls: bool, user: str, password: str, sender: str) -> None:
        self._host, self._port, self._starttls = host, port, starttls
        self._user, self._password = user, password
        self._sender = sender
        self._address = parseaddr(sender)[1]
        self._domain = self._address.rpartition("@")[2]
        if not self._domain:
            raise ValueError(f"{sender!r} is not a sender's address")

    async def send(self, mail: Mail, *, within: timedelta) -> Outcome:
        """One try. What the server or the network does is the outcome, never an error."""
        if not mail.to.isascii():
            return Refused("address-not-supported")
        handed_over = False
        client = self._client(within.total_seconds())
        try:
            async with asyncio.timeout(within.total_seconds()):
                await self._open(client)
                await client.mail(self._address)
                await client.rcpt(mail.to)
                content = self.message(mail).as_bytes(policy=SMTP_POLICY)
                # From here on a lost connection may mean that the server has it.
                handed_over = True
                await _BEFORE_HANDOVER.reach()
                await client.data(content)
                await _AFTER_HANDOVER.reach()
            # It is accepted: a server that is rude at the end changes nothing.
            with suppress(OSError, TimeoutError, aiosmtplib.SMTPException):
                await client.quit(timeout=_QUIT_SECONDS)
        except aiosmtplib.SMTPRecipientRefused as error:
            return _by_code(error.code, deferred="mailbox-busy", refused="mailbox-refused")
        except aiosmtplib.SMTPDataError as error:
            return _by_code(error.code, deferred="message-deferred", refused="message-refused")
        except aiosmtplib.SMTPResponseException as error:
            # A refusal of greeting, TLS, login or sender is ours to mend, not the recipient's: other tries may succeed.
            return Deferred(f"smtp-{error.code}")
        except (OSError, TimeoutError):
            return AnswerLost() if handed_over else Deferred("smtp-unreachable")
        except aiosmtplib.SMTPException:
            # It speaks, but not what we ask for: no STARTTLS, no way to log in.
            return AnswerLost() if handed_over else Deferred("smtp-not-usable")
        finally:
            client.close()
        return Accepted()

    async def probe(self) -> None:
        """Raises unless the server greets, speaks TLS if it must, and lets us in."""
        client = self._client(_PROBE_SECONDS)
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                await self._open(client)
                await client.quit()
        finally:
            client.close()

    def message(self, mail: Mail) -> EmailMessage:
        """The mail as it travels. Its Message-ID comes from the mail's id, so it is the same on every try."""
        message = EmailMessage(policy=SMTP_POLICY)
        message["From"] = self._sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(mail.written_at)
        message["Message-ID"] = f"<{mail.id}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.body)  # which drops every header called Content-*
        message["Content-Language"] = mail.language
        return message

    def _client(self, seconds: float) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            timeout=seconds,
            local_hostname=self._domain,  # the default asks the name service for this machine's own name
            use_tls=False,
            start_tls=self._starttls,
            tls_context=ssl.create_default_context() if self._starttls else None,
        )

    async def _open(self, client: aiosmtplib.SMTP) -> None:
        await client.connect()
        await client.ehlo()
        if self._user:
            await client.login(self._user, self._password)


def _by_code(code: int, *, deferred: str, refused: str) -> Outcome:
    return Refused(refused) if 500 <= code < 600 else Deferred(deferred)
