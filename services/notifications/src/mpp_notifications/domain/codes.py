"""One-time codes: to which channel a contact belongs, and what may be sent."""

import re
from enum import StrEnum

from mpp_runtime.errors import FieldError, Invalid, Text

_EMAIL = re.compile(r"[^@\s\x00-\x1f<>,;\"\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_CODE = re.compile(r"[0-9]{6}")  # \d would take digits of other scripts too
MAX_MINUTES = 24 * 60


class CodeChannel(StrEnum):
    """How a code travels."""

    EMAIL = "email"
    SMS = "sms"


class CodePurpose(StrEnum):
    """What a code is for."""

    SIGN_UP = "sign-up"
    SIGN_IN = "sign-in"
    CONTACT_CHANGE = "contact-change"


def channel_of(contact: str) -> CodeChannel | None:
    """The channel of an e-mail address or a phone in E.164; None if it is neither."""
    if _PHONE.fullmatch(contact):
        return CodeChannel.SMS
    return CodeChannel.EMAIL if _EMAIL.fullmatch(contact) else None


def check_request(*, contact: str, purpose: str, code: str, valid_minutes: int, request_id: str) -> None:
    """Raises:
    Invalid: `code-request-invalid`, with every wrong field.
    """
    wrong = {
        "/contact": (channel_of(contact) is not None, "an e-mail address or a phone in E.164", "surel atau nomor +62…"),
        "/purpose": (purpose in list(CodePurpose), "sign-up, sign-in or contact-change", "tujuan yang dikenal"),
        "/code": (_CODE.fullmatch(code) is not None, "6 digits", "6 angka"),
        "/valid_minutes": (1 <= valid_minutes <= MAX_MINUTES, f"1 to {MAX_MINUTES}", f"1 sampai {MAX_MINUTES}"),
        "/request_id": (0 < len(request_id) <= 200, "1 to 200 characters", "1 sampai 200 huruf"),
    }
    errors = tuple(
        FieldError(field=field, code="wrong-shape", detail=Text(id=f"Harus {id_}.", en=f"Must be {en}."))
        for field, (good, en, id_) in wrong.items()
        if not good
    )
    if errors:
        raise Invalid(
            "code-request-invalid",
            Text(id="Permintaan kode tidak lengkap.", en="The request for a code is not complete."),
            errors=errors,
        )
