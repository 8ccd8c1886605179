"""What is always true of a person's session and of an answer of the public API."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from mpp_runtime.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    Refusal,
    Stale,
    Text,
    TooLarge,
    TooMany,
    Unauthenticated,
    UnsupportedMedia,
)

HOME = "/"
LONGEST_NEXT = 300
_REFRESH_BEFORE = 60  # seconds before an access token ends


@dataclass(frozen=True)
class Who:
    """Who is signed in.

    Attributes:
        id: subject of the tokens, a UUID.
        name: as the person is called on pages.
        kind: "person" or "officer".
        title: an officer's office, "" for others.
        roles: an officer's roles, each {"role", "agency", "region"}.
    """

    id: str
    name: str
    kind: Literal["person", "officer"]
    title: str = ""
    roles: tuple[Mapping[str, str | None], ...] = ()

    @property
    def officer(self) -> bool:
        return self.kind == "officer"

    @property
    def operator(self) -> bool:
        """A national operator: the definitions of public services are theirs to write."""
        return any(role.get("role") == "operator" and not role.get("region") for role in self.roles)


@dataclass(frozen=True)
class Session:
    """A sign-in: who, and the tokens to act for them. `expires_at` is the access token's end, seconds since 1970."""

    who: Who
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    id_token: str = field(repr=False)
    expires_at: int

    def wants_refresh(self, now: float | None = None) -> bool:
        """The access token has ended or is about to."""
        return (time.time() if now is None else now) >= self.expires_at - _REFRESH_BEFORE


class SessionOver(Unauthenticated):
    """Somebody must sign in (again) before this goes on."""

    def __init__(self) -> None:
        super().__init__(
            "sign-in-needed",
            Text("Masuk dahulu untuk melanjutkan.", "Sign in to go on."),
        )


@dataclass(frozen=True)
class Problem:
    """A problem document of the API (RFC 9457): stable `code`, a sentence, and what is wrong with which field.

    Attributes:
        errors: (JSON pointer into the body, code, sentence) each.
        content: the whole document, for what else it says.
    """

    code: str
    detail: str
    errors: tuple[tuple[str, str, str], ...] = ()
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """An answer of the public API below 500; what is a matter of time or of operators is raised as TryLater.

    Attributes:
        status: HTTP status.
        body: parsed JSON; None if there was none.
        etag: the ETag header as it is to be sent in If-Match, "" for none.
    """

    status: int
    body: Any = None
    etag: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def problem(self) -> Problem:
        """What the API refused; empty sentences where it sent no problem document."""
        told = self.body if isinstance(self.body, Mapping) else {}
        found = told.get("errors")
        errors = tuple(
            (str(one.get("field", "")), str(one.get("code", "")), str(one.get("detail", "")))
            for one in (found if isinstance(found, list) else ())
            if isinstance(one, Mapping)
        )
        return Problem(str(told.get("code", "")), str(told.get("detail", "")), errors, told)

    def content(self) -> Any:
        """The body of a success. Raises the Refusal that fits the status for all else, with the API's own sentence."""
        if self.ok:
            return self.body
        problem = self.problem
        kind = _REFUSALS.get(self.status, Invalid)
        detail = Text(problem.detail, problem.detail) if problem.detail else _SILENT
        if self.status == 429:
            seconds = problem.content.get("retry_after")
            raise TooMany("too-many", detail, retry_after=seconds if isinstance(seconds, int) else None)
        raise kind(problem.code or f"status-{self.status}", detail)


_SILENT = Text("Permintaan ini tidak dapat dijalankan.", "This request cannot be carried out.")
_REFUSALS: Mapping[int, type[Refusal]] = {
    403: NotAllowed, 404: NotFound, 409: Conflict, 412: Stale, 413: TooLarge, 415: UnsupportedMedia, 422: Invalid,
}  # fmt: skip


def local_path(asked: str) -> str:
    """`asked` if it is a path of this origin, the home page for all that could lead elsewhere."""
    if len(asked) > LONGEST_NEXT or not asked.startswith("/") or not asked.isascii() or not asked.isprintable():
        return HOME
    # "//host", "/\host" and, after tabs and line breaks are dropped by browsers, what would become one of them.
    if asked.startswith(("//", "/\\")) or "\\" in asked:
        return HOME
    parts = urlsplit(asked)
    return HOME if parts.scheme or parts.netloc else asked
