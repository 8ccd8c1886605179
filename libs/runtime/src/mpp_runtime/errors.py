"""Refusals: each says who must act, and is mapped once to HTTP, gRPC and the acknowledgement of an event.

Pure Python; the only module of the runtime that `domain` and `use_cases` may import.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

AckDecision = Literal["retry", "park"]


@dataclass(frozen=True)
class Text:
    """One user-facing text in both languages."""

    id: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.id


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field; `field` is a JSON pointer into the body."""

    field: str
    code: str
    detail: Text


class Refusal(Exception):
    """A request that is not carried out, with a stable kebab-case `code`. Subclasses say who must act."""

    http_status: ClassVar[int] = 500
    grpc_code_name: ClassVar[str] = "INTERNAL"
    ack: ClassVar[AckDecision] = "park"
    title: ClassVar[Text] = Text("Kesalahan", "Error")

    def __init__(self, code: str, detail: Text, errors: tuple[FieldError, ...] = (), **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.errors = errors
        self.extra = extra

    def as_dict(self) -> dict[str, Any]:
        """Both languages, for the trailing metadata of a gRPC call."""
        kind = next(c.__name__ for c in type(self).__mro__ if c.__name__ in REFUSALS)
        errors = [{"field": e.field, "code": e.code, "detail": vars(e.detail)} for e in self.errors]
        return {"class": kind, "code": self.code, "detail": vars(self.detail), "errors": errors, "extra": self.extra}

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> "Refusal":
        """The refusal that `as_dict` described. Raises KeyError, TypeError or ValueError on anything else."""
        errors = tuple(FieldError(e["field"], e["code"], Text(**e["detail"])) for e in data["errors"])
        return REFUSALS[data["class"]](data["code"], Text(**data["detail"]), errors, **data["extra"])


class Invalid(Refusal):
    http_status, grpc_code_name = 422, "INVALID_ARGUMENT"
    title = Text("Isian tidak sah", "Invalid content")


class Malformed(Refusal):
    http_status, grpc_code_name = 400, "INVALID_ARGUMENT"
    title = Text("Permintaan tidak dapat dibaca", "Malformed request")


def unstorable_text() -> Invalid:
    """For text with NUL or half a surrogate pair, which JSON may carry and neither UTF-8 nor PostgreSQL can."""
    told = Text("Isian memuat karakter yang tidak dapat disimpan.", "The content has characters that cannot be stored.")
    return Invalid("unstorable-text", told)


class Unauthenticated(Refusal):
    http_status, grpc_code_name = 401, "UNAUTHENTICATED"
    title = Text("Perlu masuk", "Sign-in needed")


class NotAllowed(Refusal):
    http_status, grpc_code_name = 403, "PERMISSION_DENIED"
    title = Text("Tidak berwenang", "Not allowed")


class NotFound(Refusal):
    http_status, grpc_code_name = 404, "NOT_FOUND"
    title = Text("Tidak ditemukan", "Not found")


class MethodNotAllowed(Refusal):
    http_status, grpc_code_name = 405, "UNIMPLEMENTED"
    title = Text("Metode tidak tersedia", "Method not allowed")


class Conflict(Refusal):
    http_status, grpc_code_name = 409, "FAILED_PRECONDITION"
    title = Text("Bertentangan dengan keadaan sekarang", "Conflict with the present state")


class Stale(Refusal):
    http_status, grpc_code_name = 412, "ABORTED"
    title = Text("Sudah berubah", "Changed meanwhile")


class TooLarge(Refusal):
    http_status, grpc_code_name = 413, "OUT_OF_RANGE"
    title = Text("Terlalu besar", "Too large")


class UnsupportedMedia(Refusal):
    http_status, grpc_code_name = 415, "INVALID_ARGUMENT"
    title = Text("Jenis isi tidak didukung", "Unsupported media type")


class PreconditionMissing(Refusal):
    http_status, grpc_code_name = 428, "FAILED_PRECONDITION"
    title = Text("Syarat belum disertakan", "Precondition required")


class _Waiting(Refusal):
    default_seconds: ClassVar[int]

    def __init__(
        self,
        code: str,
        detail: Text,
        errors: tuple[FieldError, ...] = (),
        *,
        retry_after: int | None = None,
        **extra: Any,
    ) -> None:
        self.retry_after = self.default_seconds if retry_after is None else retry_after
        super().__init__(code, detail, errors, retry_after=self.retry_after, **extra)


class TooMany(_Waiting):
    """Too often; `retry_after` in seconds."""

    http_status, grpc_code_name, default_seconds = 429, "RESOURCE_EXHAUSTED", 60
    title = Text("Terlalu sering", "Too many requests")


class TryLater(_Waiting):
    """Time must pass; `retry_after` in seconds."""

    http_status, grpc_code_name, default_seconds, ack = 503, "UNAVAILABLE", 5, "retry"
    title = Text("Coba lagi nanti", "Try again later")


class CommitUnknown(TryLater):
    """COMMIT got no answer: it may have happened. Only a repeat under the same idempotency key resolves it."""


REFUSALS: dict[str, type[Refusal]] = {
    c.__name__: c
    for c in (
        Refusal, Invalid, Malformed, Unauthenticated, NotAllowed, NotFound, MethodNotAllowed, Conflict, Stale, TooLarge,
        UnsupportedMedia, PreconditionMissing, TooMany, TryLater, CommitUnknown,
    )
}  # fmt: skip
