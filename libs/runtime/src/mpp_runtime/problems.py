"""Refusals and framework errors as RFC 9457 problem details, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from mpp_runtime.errors import (
    FieldError,
    Invalid,
    Malformed,
    MethodNotAllowed,
    NotFound,
    Refusal,
    Text,
    TooLarge,
    UnsupportedMedia,
)  # fmt: skip
from mpp_runtime.telemetry import current_trace_id

NOT_FOUND = Text("Alamat atau data ini tidak ada.", "There is nothing at this address.")
TOO_LARGE = Text("Isi permintaan terlalu besar.", "The request body is too large.")
_INVALID = Text("Periksa isian yang ditandai.", "Check the fields that are marked.")
_FIELD_TEXTS = {
    "missing": Text("Wajib diisi.", "Required."),
    "extra_forbidden": Text("Tidak dikenal.", "Not known here."),
    "string_type": Text("Harus berupa teks.", "Must be text."),
    "string_too_short": Text("Terlalu pendek (paling sedikit {min_length}).", "Too short (at least {min_length})."),
    "string_too_long": Text("Terlalu panjang (paling banyak {max_length}).", "Too long (at most {max_length})."),
    "string_pattern_mismatch": Text("Bentuknya tidak sesuai.", "Not in the expected form."),
    "too_short": Text("Terlalu sedikit (paling sedikit {min_length}).", "Too few (at least {min_length})."),
    "too_long": Text("Terlalu banyak (paling banyak {max_length}).", "Too many (at most {max_length})."),
    "int_parsing": Text("Harus bilangan bulat.", "Must be a whole number."),
    "int_type": Text("Harus bilangan bulat.", "Must be a whole number."),
    "bool_parsing": Text("Harus ya atau tidak.", "Must be true or false."),
    "greater_than_equal": Text("Paling kecil {ge}.", "At least {ge}."),
    "less_than_equal": Text("Paling besar {le}.", "At most {le}."),
    "enum": Text("Harus salah satu dari {expected}.", "Must be one of {expected}."),
    "literal_error": Text("Harus salah satu dari {expected}.", "Must be one of {expected}."),
    "dict_type": Text("Harus berupa objek.", "Must be an object."),
    "model_attributes_type": Text("Harus berupa objek.", "Must be an object."),
    "list_type": Text("Harus berupa daftar.", "Must be a list."),
}
_ANY_FIELD = Text("Nilai tidak sah.", "Not a valid value.")


def language_of(header: str) -> Literal["id", "en"]:
    """The better of Indonesian and English by Accept-Language; Indonesian where it says nothing."""
    best: tuple[float, Literal["id", "en"]] = (0.0, "id")
    for part in header.split(","):
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        name = tag.strip().lower()[:2]
        if name in ("id", "en") and quality > best[0]:
            best = (quality, "en" if name == "en" else "id")
    return best[1]


def problem(refusal: Refusal, request: Request) -> Response:
    """The answer to a request that is not carried out."""
    language = language_of(request.headers.get("accept-language", ""))
    body: dict[str, Any] = {
        "type": f"urn:mpp:problem:{refusal.code}",
        "title": refusal.title.in_language(language),
        "status": refusal.http_status,
        "detail": refusal.detail.in_language(language),
        "instance": request.url.path,
        "code": refusal.code,
    }
    if refusal.errors:
        body["errors"] = [
            {"field": e.field, "code": e.code, "detail": e.detail.in_language(language)} for e in refusal.errors
        ]
    if refusal.http_status == 500:
        body["trace_id"] = current_trace_id()
    extra = {k: v.in_language(language) if isinstance(v, Text) else v for k, v in refusal.extra.items()}
    headers = {"Content-Language": language, "Cache-Control": "no-store"}
    if "retry_after" in extra:
        headers["Retry-After"] = str(extra["retry_after"])
    if refusal.http_status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    content = orjson.dumps({**extra, **body}, default=str)
    return Response(content, refusal.http_status, headers, media_type="application/problem+json")


async def on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return problem(error, request)


async def on_http(request: Request, error: Exception) -> Response:
    """What the framework refuses by itself: unknown route, method, unreadable body."""
    assert isinstance(error, HTTPException)
    refusal: Refusal
    if error.status_code == 404:
        refusal = NotFound("not-found", NOT_FOUND)
    elif error.status_code == 405:
        refusal = MethodNotAllowed(
            "method-not-allowed", Text("Metode ini tidak tersedia di sini.", "This method is not available here.")
        )
    elif error.status_code == 413:
        refusal = TooLarge("too-large", TOO_LARGE)
    else:
        refusal = Malformed("malformed", Text("Isi permintaan tidak dapat dibaca.", "The request cannot be read."))
    answer = problem(refusal, request)
    if error.status_code == 405 and error.headers:
        answer.headers.update(error.headers)
    return answer


async def on_invalid(request: Request, error: Exception) -> Response:
    """FastAPI's own validation: a wrong path parameter is a thing that does not exist, the rest is named by field."""
    assert isinstance(error, RequestValidationError)
    found: Sequence[Mapping[str, Any]] = error.errors()
    kinds = {str(e["type"]) for e in found}
    places = {e["loc"][0] for e in found if e["loc"]}
    if "path" in places:
        return problem(NotFound("not-found", NOT_FOUND), request)
    if "json_invalid" in kinds:
        return problem(Malformed("malformed-json", Text("Isi bukan JSON yang sah.", "The body is not JSON.")), request)
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    unread = any(tuple(e["loc"]) == ("body",) for e in found) and await request.body()
    if unread and not (media == "application/json" or media.endswith("+json")):
        wanted = Text("Kirim sebagai application/json.", "Send it as application/json.")
        return problem(UnsupportedMedia("unsupported-media-type", wanted), request)
    return problem(Invalid("invalid", _INVALID, tuple(_field(e) for e in found)), request)


def _field(error: Mapping[str, Any]) -> FieldError:
    place, *rest = error["loc"] or ("body",)
    steps = rest if place == "body" else [place, *rest]
    pointer = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    kind = str(error["type"])
    told, context = _FIELD_TEXTS.get(kind, _ANY_FIELD), error.get("ctx", {})
    try:
        told = Text(told.id.format(**context), told.en.format(**context))
    except (KeyError, IndexError):
        told = _ANY_FIELD
    return FieldError(pointer, kind.replace("_", "-"), told)
