"""While a document is being signed, and when it is."""

import uuid
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.officer.desk import APPLICATIONS
from mpp_portal.rest_api.pages import Pages
from mpp_portal.rest_api.routing import OfficerOnly


def add(routes: APIRouter, pages: Pages, api: Api) -> None:
    @routes.get("/office/tasks/{task}/signing")
    async def progress(request: Request, who: OfficerOnly, task: UUID, state: str = "") -> Response:
        told = (await api.call(request, "GET", f"{APPLICATIONS}/tasks/{task}")).content()
        documents = []
        if told["status"] == "ISSUED":
            path = f"{APPLICATIONS}/applications/{told['id']}/documents"
            documents = (await api.call(request, "GET", path)).content()["items"]
        return pages.render(
            request,
            "officer/signing.html",
            told=told,
            documents=documents,
            under_way=told["status"] == "APPROVED",
            state=state[:80],
            key=str(uuid.uuid4()),
        )
