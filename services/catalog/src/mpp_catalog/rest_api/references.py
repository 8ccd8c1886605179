"""What a definition may name beside agencies, for the pages that let people choose."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from mpp_catalog.rest_api.drafts import NO_STORE, National
from mpp_catalog.use_cases.judging import Judge


class ReferencesModel(BaseModel):
    templates: list[str] = Field(description="Names of the templates of outputs")
    sources: list[str] = Field(description="Codes in the list of sources")


def router(judge: Judge) -> APIRouter:
    """Routes for national operators; no cache keeps an answer."""
    routes = APIRouter(tags=["editing"])

    @routes.get("/references")
    async def list_references(response: Response, caller: National) -> ReferencesModel:
        """What the catalogue knows, by name."""
        response.headers.update(NO_STORE)
        around = await judge.around()
        return ReferencesModel(templates=sorted(around.templates), sources=sorted(around.sources))

    return routes
