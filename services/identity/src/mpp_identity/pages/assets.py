"""The design's style sheet and mark, under addresses that change with their content."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from mpp_design import MARK, STYLE
from mpp_runtime.errors import NotFound
from mpp_runtime.problems import NOT_FOUND
from mpp_runtime.rest import allow
from mpp_runtime.tokens import Caller

from mpp_identity.pages.rendering import ASSETS

_SERVED = {(asset.version, asset.name): asset for asset in (STYLE, MARK)}


def add_assets(routes: APIRouter) -> None:
    @routes.get(f"{ASSETS}/{{version}}/{{name}}")
    async def asset(
        request: Request, version: str, name: str, caller: Annotated[Caller, allow("anonymous")]
    ) -> Response:
        found = _SERVED.get((version, name))
        if found is None:
            raise NotFound("not-found", NOT_FOUND)
        body, headers = found.answer(request.headers.get("accept-encoding", ""))
        return Response(body, headers=headers)
