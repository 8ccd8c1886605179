"""What travels over REST, made from and to what the use cases speak."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from mpp_runtime.errors import Invalid, Text
from mpp_runtime.rest import decode_cursor, encode_cursor
from pydantic import BaseModel, ConfigDict, Field

from mpp_notifications.domain.languages import Language
from mpp_notifications.domain.messages import InboxEntry
from mpp_notifications.domain.preferences import Preferences
from mpp_notifications.use_cases.watch_deliveries import Overview

EmailState = Literal["none", "waiting", "sent", "failed"]
_EMAIL_STATES: dict[str, EmailState] = {"SENT": "sent", "FAILED": "failed"}


class EmailOut(BaseModel):
    """What became of a message's e-mail."""

    state: EmailState = Field(description="none: no e-mail for this message; waiting: being sent or tried again")
    note: str = Field(description="The same in words", examples=["Surel terkirim."])


class EntryOut(BaseModel):
    """A message in the inbox, in the reader's language."""

    id: UUID
    application: UUID
    event: str = Field(
        description="Full proto name of the event it tells", examples=["mpp.applications.v1.DocumentIssued"]
    )
    subject: str
    body: str = Field(description="Plain text")
    links: Mapping[str, str] = Field(description='Absolute URL by kind: "tracking", "application", "document"')
    created_at: datetime
    read_at: datetime | None
    email: EmailOut


class InboxOut(BaseModel):
    """A page of the inbox."""

    items: list[EntryOut]
    next_cursor: str | None
    unread: int = Field(description="Unread messages in the whole inbox")


class PreferencesIn(BaseModel):
    """What a person chooses."""

    model_config = ConfigDict(extra="forbid", strict=True)

    email: bool = Field(description="Send e-mails. Decisions and requests for correction are e-mailed anyway.")
    language: Language | None = Field(description="Language of e-mails; null follows the account")


class PreferencesOut(PreferencesIn):
    """What a person chose."""


class CountOut(BaseModel):
    """How many stand there."""

    channel: str
    state: str
    reason: str
    count: int


class DeliveryOut(BaseModel):
    """An e-mail in trouble: no address, no text, no person."""

    id: UUID
    message: UUID
    application: UUID
    channel: str
    state: str
    reason: str
    attempts: int
    ambiguous: int = Field(description="Tries whose answer was lost: the mail may have arrived more than once")
    created_at: datetime
    next_at: datetime | None = Field(description="When it is tried again")


class DeliveriesOut(BaseModel):
    """Where messages and e-mails stand."""

    counts: list[CountOut]
    ambiguous: int = Field(description="Tries whose answer was lost, e-mails and codes together")
    retry_seconds: list[float] = Field(description="Pause before each further try of an e-mail")
    items: list[DeliveryOut] = Field(description="Waiting to be tried again, failed, or ambiguous; newest first")
    next_cursor: str | None


def entry_out(entry: InboxEntry, language: Language, notes: Mapping[str, Text]) -> EntryOut:
    """An entry in the reader's language."""
    text = entry.texts[language]
    note = notes[entry.email_state or "NONE"]
    state: EmailState = "none" if entry.email_state is None else _EMAIL_STATES.get(entry.email_state, "waiting")
    return EntryOut(
        id=entry.id,
        application=entry.application,
        event=entry.event_type,
        subject=text.subject,
        body=text.body,
        links=entry.links,
        created_at=entry.created_at,
        read_at=entry.read_at,
        email=EmailOut(state=state, note=note.in_language(language)),
    )


def preferences_out(chosen: Preferences) -> PreferencesOut:
    """The choice without its version, which is the ETag."""
    return PreferencesOut(email=chosen.email, language=chosen.language)


def deliveries_out(overview: Overview, retry_seconds: list[float], limit: int) -> DeliveriesOut:
    """The overview and where the next page begins."""
    lines = overview.troubled[:limit]
    return DeliveriesOut(
        counts=[CountOut(**vars(count)) for count in overview.counts],
        ambiguous=overview.ambiguous,
        retry_seconds=retry_seconds,
        items=[
            DeliveryOut(
                id=line.delivery.id,
                message=line.delivery.message,
                application=line.application,
                channel=line.channel,
                state=line.delivery.state,
                reason=line.delivery.reason,
                attempts=line.delivery.attempts,
                ambiguous=line.delivery.ambiguous,
                created_at=line.created_at,
                next_at=line.delivery.next_at if line.delivery.state in ("RETRY", "PENDING") else None,
            )
            for line in lines
        ],
        next_cursor=cursor(lines[-1].created_at, lines[-1].delivery.id) if len(overview.troubled) > limit else None,
    )


def cursor(at: datetime, id_: UUID) -> str:
    """Where a page ended."""
    return encode_cursor({"at": at.isoformat(), "id": str(id_)})


def position(text: str | None) -> tuple[datetime, UUID] | None:
    """Where the page before ended; None for the first.

    Raises:
        Invalid: it is not a cursor of ours.
    """
    if text is None:
        return None
    told = decode_cursor(text)
    try:
        at, id_ = datetime.fromisoformat(told["at"]), UUID(told["id"])
        if at.tzinfo is None:
            raise ValueError("a time without offset")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid("invalid-cursor", Text("Kursor tidak sah.", "The cursor is not valid.")) from error
    return at, id_
