"""What a person chose: language, and e-mail or not."""

from dataclasses import dataclass

from mpp_notifications.domain.languages import Language


@dataclass(frozen=True)
class Preferences:
    """A person's choice.

    Attributes:
        email: send e-mails; mandatory messages (decisions, corrections) are sent anyway.
        language: None follows the language of the account.
        version: for If-Match; 0 while nothing was chosen.
    """

    email: bool = True
    language: Language | None = None
    version: int = 0
