"""What a message is about, as applications and identity tell it."""

from dataclasses import dataclass
from uuid import UUID

from mpp_runtime.errors import Text


@dataclass(frozen=True)
class Correction:
    """One thing the applicant must mend: its label, and the officer's words."""

    label: Text
    note: str


@dataclass(frozen=True)
class MessageText:
    """A subject line and a body, both templates."""

    subject: str
    body: str


@dataclass(frozen=True)
class Facts:
    """An application at one version.

    Attributes:
        recipient: account to tell.
        promised_date: ISO 8601, empty if none.
        reason: of a return or a rejection, as the officer wrote it.
        links: absolute URL by kind: "tracking", "application", "document".
        texts: message texts the definition brings for this event, by language.
    """

    recipient: UUID
    number: str
    service_name: Text
    mall_name: str
    state_label: Text
    desk_label: Text
    promised_date: str
    reason: str
    corrections: tuple[Correction, ...]
    links: dict[str, str]
    texts: dict[str, MessageText]


@dataclass(frozen=True)
class Contact:
    """How to reach a person. `email` is empty if there is none."""

    email: str
    name: str
    language: str


NOBODY = Contact(email="", name="", language="id")
"""The contact of a person that identity does not know a way to reach: the in-app inbox still tells them."""
