"""Send a one-time code now. The code is never stored and never logged; only its request id is remembered."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from mpp_runtime.errors import Invalid, Text, TryLater

from mpp_notifications.domain.codes import CodeChannel, CodePurpose, channel_of, check_request
from mpp_notifications.domain.deliveries import Accepted, AnswerLost, Refused
from mpp_notifications.domain.languages import to_language
from mpp_notifications.domain.mail import Mail
from mpp_notifications.domain.wording import Wording
from mpp_notifications.use_cases.ports import Clock, Journal, Mailer, Store

LEASE = timedelta(seconds=15)
SMS_SINK = "sms.example.id"

LATER = Text(id="Kode belum bisa dikirim. Coba lagi sebentar lagi.", en="The code could not be sent. Try again soon.")


@dataclass(frozen=True)
class SendCode:
    """Sends codes.

    Attributes:
        sms_simulated: phones are served by the simulator, which writes to the mail sink; else they are refused.
    """

    store: Store
    mailer: Mailer
    wording: Wording
    clock: Clock
    journal: Journal
    sms_simulated: bool

    async def __call__(
        self,
        *,
        contact: str,
        purpose: str,
        code: str,
        language: str,
        valid_minutes: int,
        request_id: str,
        within: timedelta,
    ) -> CodeChannel:
        """Returns when the channel accepted the code.

        Args:
            contact: e-mail address or phone in E.164.
            within: how long the caller waits.

        Raises:
            Invalid: the request is wrong, the address is refused, or there is no channel for it.
            TryLater: the channel did not accept it, or another call is sending it.
        """
        check_request(contact=contact, purpose=purpose, code=code, valid_minutes=valid_minutes, request_id=request_id)
        channel = channel_of(contact)
        if channel is None or (channel is CodeChannel.SMS and not self.sms_simulated):
            raise Invalid(
                "channel-not-available",
                Text(id="Kode tidak bisa dikirim ke nomor telepon.", en="Codes cannot be sent to phones here."),
            )
        # The Message-ID comes from the request, so that a code sent again after a lost answer is the same mail.
        mail_id = uuid5(NAMESPACE_URL, f"code:{request_id}")
        async with self.store.transaction() as unit:
            state = await unit.codes.begin(request_id, mail=mail_id, channel=channel, now=self.clock.now(), lease=LEASE)
        if state == "sent":
            return channel
        if state == "busy":
            raise TryLater("code-being-sent", LATER, retry_after=1)
        spoken = to_language(language)
        text = self.wording.code(
            channel, CodePurpose(purpose), code=code, minutes=valid_minutes, contact=contact, language=spoken
        )
        to = contact if channel is CodeChannel.EMAIL else f"{contact}@{SMS_SINK}"
        outcome = await self.mailer.send(
            Mail(mail_id, to, text.subject, text.body, spoken, self.clock.now()), within=within
        )
        async with self.store.transaction() as unit:
            await unit.codes.end(
                request_id, sent=isinstance(outcome, Accepted), ambiguous=isinstance(outcome, AnswerLost)
            )
        if isinstance(outcome, Accepted):
            return channel
        self.journal.note("code-not-sent", id=str(mail_id), code=getattr(outcome, "reason", "answer-lost"))
        if isinstance(outcome, Refused):
            raise Invalid(
                "contact-refused",
                Text(id="Alamat ini menolak surel kami.", en="This address refuses our mail."),
            )
        raise TryLater("code-not-sent", LATER, retry_after=5)
