"""Published versions: anyone may read them and who decided on them; national operators end them."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from mpp_catalog.domain.as_yaml import as_yaml
from mpp_catalog.rest_api.drafts import NO_STORE, National
from mpp_catalog.rest_api.editing_models import (
    ApprovalIn,
    DefinitionModel,
    PublishedVersion,
    PublishedVersionList,
    RetirementIn,
    RetirementModel,
    VersionDifferences,
)
from mpp_catalog.rest_api.reference import CACHE, Anyone
from mpp_catalog.use_cases.versions import Versions
from mpp_catalog.use_cases.who import Who

# What is published never changes.
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
Number = Annotated[str, Path(pattern=r"^[0-9]{4}[.][0-9]{1,3}$")]


def router(versions: Versions, who: Who, schema: dict[str, Any]) -> APIRouter:
    """Routes that anyone may read, and those of a retirement."""
    routes = APIRouter(tags=["editing"])

    @routes.get("/services/{code}/versions")
    async def list_versions(code: str, response: Response, caller: Anyone) -> PublishedVersionList:
        """Every version: since when, by whom, why and on which legal ground."""
        response.headers["Cache-Control"] = CACHE
        return PublishedVersionList(items=[PublishedVersion.of(version) for version in await versions.all_of(code)])

    # Before the route by version: `2026.1.yaml` is none.
    @routes.get(
        "/services/{code}/versions/{version}.yaml",
        response_class=Response,
        responses={200: {"description": "As a file of definitions/", "content": {"text/yaml": {}}}},
    )
    async def get_version_yaml(code: str, version: Number, caller: Anyone) -> Response:
        """A version as a YAML file: it reads back to the same definition."""
        definition = await versions.get(code, version)
        headers = _FOR_EVER | {"ETag": f'"{definition.digest}-yaml"'}
        return Response(as_yaml(definition.document, schema), media_type="text/yaml; charset=utf-8", headers=headers)

    @routes.get("/services/{code}/versions/{version}")
    async def get_version(code: str, version: Number, response: Response, caller: Anyone) -> DefinitionModel:
        """A version as it was published."""
        definition = await versions.get(code, version)
        response.headers.update(_FOR_EVER | {"ETag": f'"{definition.digest}"'})
        return DefinitionModel(
            service=code, version=version, digest=definition.digest, definition=dict(definition.document)
        )

    @routes.get("/services/{code}/versions/{before}/differences/{after}")
    async def compare_versions(
        code: str, before: Number, after: Number, response: Response, caller: Anyone
    ) -> VersionDifferences:
        """What one version changes in another."""
        found = await versions.differences(code, before, after)
        response.headers.update(_FOR_EVER)
        return VersionDifferences.of(code, before, after, found)

    @routes.get("/services/{code}/versions/{version}/retirement")
    async def get_retirement(code: str, version: Number, response: Response, caller: National) -> RetirementModel:
        """What was asked last, approved or not."""
        response.headers.update(NO_STORE)
        return RetirementModel.of(await versions.retirement(code, version))

    @routes.post("/services/{code}/versions/{version}/retirement", status_code=201)
    async def ask_retirement(
        code: str, version: Number, body: RetirementIn, response: Response, caller: National
    ) -> RetirementModel:
        """Asks that a version ends after a day; what was asked before is replaced."""
        by = await who.operator(caller.id)
        response.headers.update(NO_STORE)
        return RetirementModel.of(await versions.ask_retirement(code, version, body.effective_to, body.ground(), by))

    @routes.post("/services/{code}/versions/{version}/retirement/approval")
    async def approve_retirement(
        code: str, version: Number, response: Response, caller: National, body: ApprovalIn | None = None
    ) -> RetirementModel:
        """Makes it so, by somebody else than who asked."""
        by = await who.operator(caller.id)
        response.headers.update(NO_STORE)
        return RetirementModel.of(await versions.approve_retirement(code, version, by))

    return routes
