"""What notifications reads from its environment, beside what every service reads."""

from typing import Self

from mpp_runtime.settings import Settings
from pydantic import SecretStr, field_validator, model_validator


class NotificationsSettings(Settings):
    """Settings of notifications.

    Attributes:
        retry_seconds: pause before each further try of an e-mail, a JSON list; short first steps in demonstrations.
        poll_seconds: how often due work is looked for when there was none.
    """

    database_url: SecretStr
    applications_grpc: str
    identity_grpc: str
    smtp_host: str
    smtp_port: int
    smtp_starttls: bool = False
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    mail_from: str
    retry_seconds: tuple[float, ...] = (60, 300, 1800, 7200, 21600)
    poll_seconds: float = 0.5

    @field_validator("retry_seconds")
    @classmethod
    def _positive(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if any(seconds <= 0 for seconds in value):
            raise ValueError("every pause must be longer than 0")
        return value

    @model_validator(mode="after")
    def _no_password_in_clear(self) -> Self:
        if self.smtp_user and not self.smtp_starttls:
            raise ValueError("MPP_SMTP_USER needs MPP_SMTP_STARTTLS=true: a password never travels in clear")
        return self
