"""What developers need: every API, every fact, every contract, readable without a script from anywhere."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.pages import Pages
from mpp_portal.rest_api.public import openapi_view
from mpp_portal.rest_api.public.contracts import Contracts

SERVICES = ("catalog", "applications", "identity", "notifications")
_PLAIN = {"Cache-Control": "public, max-age=300", "Content-Security-Policy": "default-src 'none'"}


def add(routes: APIRouter, pages: Pages, api: Api, contracts: Contracts) -> None:
    events, parts, headers = contracts.events(), contracts.parts(), contracts.headers()

    @routes.get("/developers")
    async def developers(request: Request) -> Response:
        count = sum(len(of_service) for of_service in events.values())
        return pages.render(
            request, "public/developers.html", services=SERVICES, protos=list(contracts.protos), events=count
        )

    @routes.get("/developers/api/{service}")
    async def api_reference(request: Request, service: str) -> Response:
        if service not in SERVICES:
            raise HTTPException(404)
        told = await api.call_public(request, "GET", openapi_path(service))
        if not told.ok:
            raise HTTPException(404)
        document = told.body
        return pages.render(
            request,
            "public/openapi.html",
            service=service,
            source=openapi_path(service),
            info=document.get("info", {}),
            operations=openapi_view.operations(document),
            schemas=openapi_view.schemas(document),
        )

    @routes.get("/developers/events")
    async def bus(request: Request) -> Response:
        return pages.render(request, "public/events.html", events=events, parts=parts, headers_of_events=headers)

    @routes.get("/developers/asyncapi.yaml")
    async def asyncapi() -> Response:
        return Response(contracts.asyncapi_text, media_type="application/yaml; charset=utf-8", headers=_PLAIN)

    @routes.get("/developers/protos/{path:path}")
    async def proto(request: Request, path: str) -> Response:
        # Looked up among the files read at start: a path from outside never reaches the disk.
        if path.endswith(".txt") and (text := contracts.protos.get(path.removesuffix(".txt"))):
            return Response(text, media_type="text/plain; charset=utf-8", headers=_PLAIN)
        if path not in contracts.protos:
            raise HTTPException(404)
        return pages.render(request, "public/proto.html", name=path, text=contracts.protos[path])


def openapi_path(service: str) -> str:
    """Where a service tells its REST API."""
    return f"/api/{service}/openapi.json"
