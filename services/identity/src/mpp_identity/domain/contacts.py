"""E-mail addresses and phone numbers: one form each, so that the same contact is found again."""

import re
from dataclasses import dataclass
from typing import Literal

from mpp_runtime.errors import FieldError, Invalid, Text

Channel = Literal["email", "phone"]

EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{3,190}\Z)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)
PHONE = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)
INDONESIAN_MOBILE = re.compile(r"08[0-9]{8,11}", re.ASCII)  # domain notes §2


def _refuse(field: str, code: str, detail: Text) -> Invalid:
    return Invalid(code, detail, errors=(FieldError(field, code, detail),))


@dataclass(frozen=True)
class Contact:
    """`value` is lower case (e-mail) or E.164 (phone)."""

    channel: Channel
    value: str

    @classmethod
    def email(cls, text: str, field: str = "/email") -> "Contact":
        value = text.strip().lower()
        if not EMAIL.fullmatch(value):
            raise _refuse(
                field,
                "email-invalid",
                Text(
                    "Alamat email tidak lengkap. Contoh: nama@contoh.id",
                    "The e-mail address is not complete. Example: name@example.org",
                ),
            )
        return cls("email", value)

    @classmethod
    def phone(cls, text: str, field: str = "/phone") -> "Contact":
        value = re.sub(r"[\s().\-]", "", text)
        if INDONESIAN_MOBILE.fullmatch(value):
            value = f"+62{value[1:]}"
        elif value.startswith("62"):
            value = f"+{value}"
        if not PHONE.fullmatch(value) or (value.startswith("+62") and not 9 <= len(value) - 3 <= 13):
            raise _refuse(
                field,
                "phone-invalid",
                Text(
                    "Nomor telepon tidak sesuai. Contoh: 081234567890",
                    "The phone number is not valid. Example: 081234567890",
                ),
            )
        return cls("phone", value)

    @property
    def masked(self) -> str:
        """si***@warga.example.id, +62*****0001."""
        if self.channel == "email":
            name, host = self.value.split("@", 1)
            return f"{name[:2]}***@{host}"
        return f"{self.value[:3]}*****{self.value[-4:]}"

    def __repr__(self) -> str:
        return f"Contact({self.channel}, {self.masked})"
