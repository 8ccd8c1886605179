"""Discovery, keys, token, userinfo and revocation endpoints: Starlette on one side, the provider core on the other."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from mpp_runtime.errors import Malformed
from mpp_runtime.rest import Allow
from mpp_runtime.tokens import ANONYMOUS, Caller

from mpp_identity.domain.discovery import metadata
from mpp_identity.use_cases.oidc import form
from mpp_identity.use_cases.oidc.core import Reply
from mpp_identity.use_cases.oidc.token_endpoint import BearerError, TokenEndpoint

FORM = "application/x-www-form-urlencoded"
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
PUBLIC = {"Cache-Control": "public, max-age=300"}


class _Protocol(Allow):
    """Anyone may call; the protocol itself judges the credentials, which are not always a bearer token, and words the
    refusal as its specification wants."""

    def __init__(self) -> None:
        super().__init__(["anonymous"], ())

    async def __call__(self, request: Request, _documented: Any = None) -> Caller:
        return ANONYMOUS


Anyone = Annotated[Caller, Depends(_Protocol())]


def router(endpoint: TokenEndpoint, jwks: dict[str, Any], issuer: str) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    async def discovery(caller: Anyone) -> Response:
        return JSONResponse(metadata(issuer), headers=PUBLIC)

    async def keys(caller: Anyone) -> Response:
        return JSONResponse(jwks, headers=PUBLIC, media_type="application/jwk-set+json")

    async def token(request: Request, caller: Anyone) -> Response:
        pairs = await _form(request)
        return _oauth(await endpoint.token(pairs, _headers(request)) if pairs is not None else NOT_A_FORM)

    async def revoke(request: Request, caller: Anyone) -> Response:
        pairs = await _form(request)
        return _oauth(await endpoint.revoke(pairs, _headers(request)) if pairs is not None else NOT_A_FORM)

    async def userinfo(request: Request, caller: Anyone) -> Response:
        try:
            return JSONResponse(await endpoint.userinfo(await _bearer(request)), headers=NO_STORE)
        except BearerError as error:
            challenge = f'Bearer realm="mpp", error="{error.error}"' if error.error else 'Bearer realm="mpp"'
            body = {"error": error.error} if error.error else {}
            return JSONResponse(body, error.status, NO_STORE | {"WWW-Authenticate": challenge})

    for path in ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"):
        routes.add_api_route(path, discovery, methods=["GET"])
    routes.add_api_route("/oidc/jwks", keys, methods=["GET"])
    routes.add_api_route("/oidc/token", token, methods=["POST"])
    routes.add_api_route("/oidc/revoke", revoke, methods=["POST"])
    routes.add_api_route("/oidc/userinfo", userinfo, methods=["GET", "POST"])
    return routes


NOT_A_FORM = Reply(400, {"error": "invalid_request", "error_description": f"The body must be {FORM}."}, ())


def _oauth(reply: Reply) -> Response:
    headers = {name: value for name, value in reply.headers if name.lower() != "content-type"}
    return JSONResponse(reply.body, reply.status, headers | NO_STORE)


def _headers(request: Request) -> dict[str, str]:
    """What the core looks at: client authentication. Two Authorization headers are none."""
    found = request.headers.getlist("authorization")
    return {"authorization": found[0]} if len(found) == 1 else {}


async def _form(request: Request) -> list[tuple[str, str]] | None:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return None
    try:
        return form.parse(await request.body())
    except Malformed:
        return None


async def _bearer(request: Request) -> str | None:
    """RFC 6750 §2.1 and §2.2, not both (§2: more than one way is an invalid request)."""
    header = request.headers.get("authorization")
    body = dict(await _form(request) or ()).get("access_token") if request.method == "POST" else None
    if header is not None and body is not None:
        raise BearerError(400, "invalid_request")
    if header is None:
        return body
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise BearerError(401, "invalid_token")
    return token.strip()
