"""A draft as the citizen would see it at a mall."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mpp_portal.rest_api.catalogue import CATALOG, Malls
from mpp_portal.rest_api.officer.definitions.drafts import Drafts
from mpp_portal.rest_api.officer.definitions.listing import HERE
from mpp_portal.rest_api.pages import Pages
from mpp_portal.rest_api.routing import OperatorOnly


def add(routes: APIRouter, pages: Pages, drafts: Drafts, malls: Malls) -> None:
    @routes.get(f"{HERE}/drafts/{{draft}}/preview")
    async def preview(request: Request, who: OperatorOnly, draft: UUID, mall: str = "") -> Response:
        known = await malls.all(request)
        chosen = mall if mall in known else next(iter(known), "")
        told, _ = await drafts.draft(request, draft)
        answer = await drafts.send(request, "GET", f"/drafts/{draft}/preview", params={"mall": chosen})
        if answer.status in (404, 409, 422):
            # It cannot be shown yet, or that mall would not offer it: said, with the way back to mend it.
            problem = answer.problem
            return pages.render(
                request, "officer/definitions/no_preview.html", status=answer.status, draft=told, detail=problem.detail,
                problems=told["problems"], malls=known, chosen=chosen,
            )  # fmt: skip
        offering = answer.content()
        return pages.render(
            request,
            "officer/definitions/preview.html",
            draft=told,
            malls=known,
            chosen=chosen,
            offering=offering,
            definition=offering["definition"],
            compared=None,
            exports=f"{CATALOG}/services/{told['service']}",
            linked=None,
        )
