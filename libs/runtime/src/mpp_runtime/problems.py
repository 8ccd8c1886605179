"""Refusals and framework errors as RFC 9457 problem details, in the reader's language."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from mpp_telemetry import current_trace_id
from starlette.exceptions import HTTPException

from mpp_runtime.errors import (
    FieldError,
    Invalid,
    Malformed,
    MethodNotAllowed,
    NotFound,
    PreconditionMissing,
    Refusal,
    Text,
    TooLarge,
    UnsupportedMedia,
)  # fmt: skip

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
_NO_KEY = Malformed(
    "idempotency-key-missing",
    Text("Sertakan Idempotency-Key, 1-255 karakter ASCII.", "Send an Idempotency-Key, 1-255 ASCII characters."),
)
_TAG = Text("Sertakan If-Match dengan ETag terakhir.", "Send If-Match with the last ETag.")
_NO_TAG = PreconditionMissing("if-match-missing", _TAG)
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
    no_method = Text("Metode ini tidak tersedia di sini.", "This method is not available here.")
    refusals: dict[int, Refusal] = {
        404: NotFound("not-found", NOT_FOUND),
        405: MethodNotAllowed("method-not-allowed", no_method),
        413: TooLarge("too-large", TOO_LARGE),
    }
    unread = Malformed("malformed", Text("Isi permintaan tidak dapat dibaca.", "The request cannot be read."))
    answer = problem(refusals.get(error.status_code, unread), request)
    if error.status_code == 405:
        answer.headers["Allow"] = ", ".join(sorted(_methods_at(request)))
    return answer


def _methods_at(request: Request) -> set[str]:
    """Starlette names those of the first route only. `/{id}:act` looks like `/{id}` too: the closer one counts."""
    found: dict[int, set[str]] = {0: set()}
    for template, operations in request.app.openapi()["paths"].items():
        if re.fullmatch(re.sub("{.*?}", "[^/]+", template), request.url.path):
            found.setdefault(len(re.sub("{.*?}", "", template)), set()).update(name.upper() for name in operations)
    return found[max(found)]


async def on_invalid(request: Request, error: Exception) -> Response:
    """FastAPI's own validation: a wrong path parameter is a thing that does not exist, the rest is named by field."""
    assert isinstance(error, RequestValidationError)
    found: Sequence[Mapping[str, Any]] = error.errors()
    kinds = {str(e["type"]) for e in found}
    places = {e["loc"][0] for e in found if e["loc"]}
    if "path" in places:
        return problem(NotFound("not-found", NOT_FOUND), request)
    for header, refused in (("Idempotency-Key", _NO_KEY), ("If-Match", _NO_TAG)):
        if not (others := [e for e in found if tuple(e["loc"]) != ("header", header)]):
            return problem(refused, request)
        found = others
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
