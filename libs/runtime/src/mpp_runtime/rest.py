"""The REST side of a service: the app, who may call, and the headers every API of ours speaks."""

import base64
import hashlib
from collections.abc import Callable, Collection, Sequence
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

import orjson
from fastapi import Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from mpp_runtime.edge import Edge
from mpp_runtime.errors import Invalid, Malformed, NotAllowed, Refusal, Stale, Text, Unauthenticated
from mpp_runtime.health import Check, run_checks
from mpp_runtime.problems import language_of, on_http, on_invalid, on_refusal
from mpp_runtime.settings import Settings
from mpp_runtime.tokens import ANONYMOUS, Caller, Kind, TokenVerifier

MIB = 1024 * 1024
F = TypeVar("F", bound=Callable[..., Any])


class ProblemField(BaseModel):
    field: str
    code: str
    detail: str


class Problem(BaseModel):
    """RFC 9457 problem details; `code` is stable, `errors` name fields by JSON pointer."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[ProblemField] | None = None
    trace_id: str | None = None


def create_app(
    settings: Settings,
    *,
    service: str,
    title: str,
    description: str,
    verifier: TokenVerifier | None,
    checks: Sequence[Check] = (),
    body_limit: int = MIB,
) -> FastAPI:
    """An app with problem answers, traces, a cap on bodies, /healthz, /readyz and /api/<service>/openapi.json."""
    refused = {"description": "Problem", "content": {"application/problem+json": {"schema": _PROBLEM}}}
    app = FastAPI(
        title=title,
        description=description,
        version="1",
        openapi_url=f"/api/{service}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # its log would quote the bodies it refuses
        responses={"4XX": refused, "5XX": refused, 422: refused},
        servers=[{"url": settings.public_url}],
    )
    app.state.verifier, app.state.ready, app.state.checks = verifier, False, checks
    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_middleware(Edge, body_limit=body_limit)
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))

    async def healthz(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def readyz(_request: Request) -> JSONResponse:
        good, parts = await run_checks(checks)
        status = "draining or starting" if not app.state.ready else "ok" if good else "failed"
        return JSONResponse({"status": status, "checks": parts}, 200 if status == "ok" else 503)

    app.router.routes += [Route("/healthz", healthz), Route("/readyz", readyz)]
    return app


_PROBLEM = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
_PROBLEM["properties"]["errors"] = {"type": "array", "items": ProblemField.model_json_schema()}
_PROBLEM.pop("$defs", None)
_bearer = HTTPBearer(auto_error=False, scheme_name="token", description="Access token of /oidc/token")


class Allow:
    """Who may call a route; the architecture tests read `kinds` and `roles`."""

    def __init__(self, kinds: Collection[Kind], roles: Collection[str]) -> None:
        self.kinds = frozenset(kinds)
        self.roles = frozenset(roles)

    async def __call__(self, request: Request) -> Caller:
        header = request.headers.get("authorization")
        if header is None:
            if "anonymous" in self.kinds:
                return ANONYMOUS
            raise Unauthenticated("token-missing", Text("Masuk dahulu.", "Sign in first."))
        scheme, _, token = header.partition(" ")
        verifier: TokenVerifier | None = request.app.state.verifier
        if scheme.lower() != "bearer" or not token or verifier is None:
            raise Unauthenticated("invalid-token", Text("Token akses tidak sah.", "The access token is invalid."))
        caller = await verifier.verify(token.strip())
        if "anonymous" not in self.kinds and caller.kind not in self.kinds:
            raise NotAllowed("caller-not-allowed", Text("Anda tidak berwenang di sini.", "You may not do this."))
        if self.roles and caller.kind == "officer" and self.roles.isdisjoint(r.role for r in caller.roles):
            raise NotAllowed("role-missing", Text("Peran Anda tidak mencakup ini.", "Your role does not cover this."))
        return caller


class AllowSignedIn(Allow):
    """The same, and the API's document says that a token is needed."""

    async def __call__(self, request: Request, _documented: Annotated[Any, Depends(_bearer)] = None) -> Caller:
        return await super().__call__(request)


def allow(*kinds: Kind, roles: Collection[str] = ()) -> Any:
    """`caller: Annotated[Caller, allow("person")]`, one per route. "anonymous" is anyone, but a bad token is 401.

    `roles`: an officer needs one of them; their agency and region are for the use case to judge.
    """
    if not kinds:
        raise ValueError("say who may call")
    return Depends((Allow if "anonymous" in kinds else AllowSignedIn)(kinds, roles))


def body_limit(limit: int) -> Callable[[F], F]:
    """Sets the cap on the body of one endpoint, in bytes; put it under the route decorator."""

    def mark(endpoint: F) -> F:
        endpoint.__mpp_body_limit__ = limit  # type: ignore[attr-defined]
        return endpoint

    return mark


async def language(request: Request) -> Literal["id", "en"]:
    """The reader's language."""
    return language_of(request.headers.get("accept-language", ""))


Language = Annotated[Literal["id", "en"], Depends(language)]


# What is wrong with these two headers has codes of its own: see `problems.on_invalid`.
_ONCE = Header(alias="Idempotency-Key", min_length=1, max_length=255, pattern="^[ -~]+$", description="Any unique text")
IdempotencyKey = Annotated[str, _ONCE]
IfMatch = Annotated[str, Header(alias="If-Match", description="ETag of the version that is changed")]


async def fingerprint(request: Request) -> bytes:
    """What makes two requests the same: method, path and body."""
    return hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + await request.body()).digest()


Fingerprint = Annotated[bytes, Depends(fingerprint)]


def etag(version: int) -> str:
    """The ETag header of a version."""
    return f'"{version}"'


def require_match(header: str, version: int) -> None:
    """Checks If-Match. Raises Stale if it names another version."""
    if header.strip() != "*" and etag(version) not in (tag.strip() for tag in header.split(",")):
        raise Stale(
            "stale",
            Text("Data ini sudah berubah. Muat ulang dahulu.", "This has changed meanwhile. Load it again first."),
            current=etag(version),
        )


def checked_key(key: str) -> str:
    """An Idempotency-Key. Raises Malformed for what is none."""
    if not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        raise Malformed(
            "idempotency-key-malformed",
            Text("Idempotency-Key 1-255 karakter ASCII.", "Idempotency-Key has 1-255 ASCII characters."),
        )
    return key


def encode_cursor(position: dict[str, Any]) -> str:
    """An opaque `next_cursor`."""
    return base64.urlsafe_b64encode(orjson.dumps(position)).decode().rstrip("=")


def decode_cursor(cursor: str) -> dict[str, Any]:
    """What `encode_cursor` took; its values are the client's word. Raises Invalid for anything else."""
    try:
        position = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        position = None
    if not isinstance(position, dict):
        raise Invalid("invalid-cursor", Text("Kursor tidak sah.", "The cursor is not valid."))
    return position


def cursor_id(cursor: str | None, name: str = "id") -> UUID | None:
    """The id that a cursor of ours carries under `name`. Raises Invalid for anything else."""
    if cursor is None:
        return None
    try:
        return UUID(str(decode_cursor(cursor).get(name)))
    except ValueError as error:
        raise Invalid("invalid-cursor", Text("Kursor tidak sah.", "The cursor is not valid.")) from error
