"""The catalogue for other systems and for people: CPSV-AP, the shape of SIPPN, CSV and XLSX. The address says which."""

import asyncio
import json
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from mpp_runtime.errors import NotFound, Text
from rdflib import Graph

from mpp_catalog.domain.offerings import Definition
from mpp_catalog.domain.reference import Agency
from mpp_catalog.rest_api.exports import sippn, tables
from mpp_catalog.rest_api.exports.cpsv_ap import PREFIXES, Vocabulary
from mpp_catalog.rest_api.prepared import PREFIX
from mpp_catalog.rest_api.reference import CACHE, Anyone
from mpp_catalog.use_cases.browse import Browse, PublicService

__all__ = ["as_graph", "router"]

_CACHE = {"Cache-Control": CACHE}
_CONTEXT = {prefix: str(namespace) for prefix, namespace in PREFIXES.items()}
Form = Literal["ttl", "jsonld"]
MEDIA = {"ttl": "text/turtle; charset=utf-8", "jsonld": "application/ld+json"}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_GRAPH: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "CPSV-AP 3.2",
        "content": {"text/turtle": {"schema": {"type": "string"}}, "application/ld+json": {"schema": {}}},
    }
}


def router(browse: Browse, public_url: str) -> APIRouter:
    """Routes that anyone may read; `public_url` is the mall's."""
    routes = APIRouter(tags=["exports"])
    site = public_url.rstrip("/")
    address = f"{site}{PREFIX}"
    vocabulary = Vocabulary(site, address)

    async def in_force() -> tuple[list[Definition], dict[str, Agency]]:
        services = await browse.services()
        return [one.in_force for one in services if one.in_force], {one.code: one for one in await browse.agencies()}

    async def one_in_force(code: str) -> tuple[Definition, dict[str, Agency]]:
        return _current(await browse.service(code)), {one.code: one for one in await browse.agencies()}

    @routes.get("/cpsv-ap", status_code=303, response_class=RedirectResponse, response_model=None)
    async def get_cpsv_ap(request: Request, caller: Anyone) -> Response:
        """The whole catalogue; `Accept` chooses between the two addresses below."""
        form = "jsonld" if "json" in request.headers.get("accept", "") else "ttl"
        return RedirectResponse(f"{address}/cpsv-ap.{form}", 303, {"Vary": "Accept"})

    @routes.get("/cpsv-ap.{form}", response_model=None, responses=_GRAPH)
    async def get_cpsv_ap_as(form: Form, caller: Anyone) -> Response:
        """Every public service in force, as one dataset in CPSV-AP 3.2."""
        definitions, agencies = await in_force()
        return await asyncio.to_thread(lambda: as_graph(vocabulary.catalogue(definitions, agencies), form))

    @routes.get("/services/{code}/cpsv-ap.{form}", response_model=None, responses=_GRAPH)
    async def get_service_cpsv_ap(code: str, form: Form, caller: Anyone) -> Response:
        """The definition in force in CPSV-AP 3.2."""
        definition, agencies = await one_in_force(code)
        return await asyncio.to_thread(lambda: as_graph(vocabulary.service(definition, agencies), form))

    @routes.get("/sippn")
    async def get_sippn(response: Response, caller: Anyone) -> dict[str, Any]:
        """Every public service in force in the shape of the national catalogue of service standards."""
        response.headers.update(_CACHE)
        definitions, agencies = await in_force()
        return {"layanan": [sippn.standard_of(definition, agencies) for definition in definitions]}

    @routes.get("/services/{code}/sippn")
    async def get_service_sippn(code: str, response: Response, caller: Anyone) -> dict[str, Any]:
        """The definition in force in that shape."""
        response.headers.update(_CACHE)
        return sippn.standard_of(*await one_in_force(code))

    @routes.get("/services.csv", response_model=None, responses={200: {"content": {"text/csv": {}}}})
    async def get_services_csv(caller: Anyone) -> Response:
        """Every public service in force, a row each."""
        return Response(tables.as_csv(tables.rows(*await in_force())), headers=_CACHE, media_type="text/csv")

    @routes.get("/services.xlsx", response_model=None, responses={200: {"content": {_XLSX: {}}}})
    async def get_services_xlsx(caller: Anyone) -> Response:
        """The same as a workbook."""
        table = list(tables.rows(*await in_force()))
        return Response(await asyncio.to_thread(tables.as_xlsx, table), headers=_CACHE, media_type=_XLSX)

    return routes


def as_graph(graph: Graph, form: Form) -> Response:
    """A graph as it travels."""
    if form == "jsonld":
        told = json.loads(graph.serialize(format="json-ld", context=_CONTEXT, auto_compact=False))
        content = json.dumps(_in_order(told), ensure_ascii=False, sort_keys=True).encode()
    else:
        content = graph.serialize(format="turtle", encoding="utf-8")
    return Response(content, headers=_CACHE, media_type=MEDIA[form])


def _in_order(value: Any) -> Any:
    """The same statements in one order: without it each copy of the service would have an ETag of its own."""
    if isinstance(value, dict):
        return {key: _in_order(part) for key, part in value.items()}
    if isinstance(value, list):
        return sorted(map(_in_order, value), key=lambda part: json.dumps(part, sort_keys=True))
    return value


def _current(service: PublicService) -> Definition:
    if service.in_force is None:
        raise NotFound(
            "not-in-force",
            Text(f"Tidak ada versi '{service.code}' yang berlaku.", f"No version of '{service.code}' is in force."),
        )
    return service.in_force
