"""A mail as it is handed to the SMTP server."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mpp_notifications.domain.languages import Language


@dataclass(frozen=True)
class Mail:
    """A plain text mail.

    Attributes:
        id: what the Message-ID is derived from: the same mail sent again has the same one.
        written_at: for the Date header, the same on every try.
    """

    id: UUID
    to: str
    subject: str
    body: str
    language: Language
    written_at: datetime
