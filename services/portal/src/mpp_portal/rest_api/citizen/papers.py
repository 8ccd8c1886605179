"""Papers: what is asked for, what is there; sending, looking at and taking away."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from mpp_runtime.rest import MIB, body_limit
from starlette.datastructures import FormData, UploadFile

from mpp_portal.domain import Answer
from mpp_portal.rest_api.citizen.kept import kept
from mpp_portal.rest_api.citizen.own import APPLICATIONS, File, Own, address, may
from mpp_portal.rest_api.citizen.steps import way_of
from mpp_portal.rest_api.citizen.words import step_names
from mpp_portal.rest_api.pages import Pages, redirect
from mpp_portal.rest_api.routing import PersonOnly

# Several files in one go; the API judges each by the definition's own limit.
_LARGEST_FORM = 60 * MIB
TYPES = {"application/pdf": "PDF", "image/jpeg": "JPG", "image/png": "PNG"}
_PASSED_ON = ("content-type", "content-disposition", "content-length", "etag")


def add(routes: APIRouter, pages: Pages, own: Own) -> None:
    async def page(request: Request, id: UUID, *, status: int = 200, error: str = "", at: str = "") -> Response:
        way = await way_of(own, request, id)
        file = way.file
        if not may(file, "attach"):
            return redirect(address(file))
        return pages.render(
            request,
            "citizen/papers.html",
            status=status,
            file=file,
            way=way,
            progress=step_names(pages, request, way),
            requirements=[paper_wanted(file, each) for each in file["requirements"] if each["state"] in _ASKED],
            undecided=[each for each in file["requirements"] if each["state"] == "unknown"],
            error=error,
            at=at,
            key=secrets.token_urlsafe(16),
        )

    @routes.get("/applications/{id}/papers")
    async def papers(request: Request, who: PersonOnly, id: UUID) -> Response:
        return await page(request, id)

    @routes.post("/applications/{id}/papers")
    @body_limit(_LARGEST_FORM)
    @kept(pages)
    async def attach(request: Request, who: PersonOnly, id: UUID) -> Response:
        sent = await pages.posted(request)
        group = str(sent.get("group", ""))
        refused = await send_files(pages, own, request, id, sent)
        if refused is not None:
            status, sentence = refused
            return await page(request, id, status=status, error=sentence, at=group)
        return redirect(f"/applications/{id}/papers#paper-{quote(group, safe='')}")

    @routes.get("/applications/{id}/papers/{paper}")
    async def look(request: Request, who: PersonOnly, id: UUID, paper: UUID) -> Response:
        return await passed_on(own, request, f"{APPLICATIONS}/{id}/attachments/{paper}")

    @routes.post("/applications/{id}/papers/{paper}/remove")
    @kept(pages)
    async def remove(request: Request, who: PersonOnly, id: UUID, paper: UUID) -> Response:
        sent = await pages.posted(request)
        answer = await own.api.call(request, "DELETE", f"{APPLICATIONS}/{id}/attachments/{paper}")
        if answer.status not in (404, 409):  # gone already, or handed in meanwhile: the page says how it stands
            answer.content()
        return redirect(f"/applications/{id}/{'corrections' if sent.get('to') == 'corrections' else 'papers'}")


_ASKED = ("given", "missing", "optional")


def paper_wanted(file: File, requirement: Mapping[str, Any]) -> dict[str, Any]:
    """A requirement with the files that are there for it and what may be sent."""
    papers = requirement["papers"]
    codes = {paper["code"] for paper in papers}
    return {
        **requirement,
        "choices": papers,
        "attached": [each for each in file["attachments"] if each["requirement"] in codes],
        "accept": ",".join(dict.fromkeys(kind for paper in papers for kind in paper["types"])),
        "words": ", ".join(dict.fromkeys(TYPES.get(kind, kind) for paper in papers for kind in paper["types"])),
        "limit": max(paper["max_bytes"] for paper in papers),
        "notes": [
            item["note"]
            for item in file["corrections"]
            if item["target"] in {f"requirement:{code}" for code in (*codes, requirement["code"])}
        ],
    }


async def send_files(pages: Pages, own: Own, request: Request, id: UUID, sent: FormData) -> tuple[int, str] | None:
    """Sends each file of the form to the API; None if all arrived, else status and sentence of the first refusal."""
    files = [file for file in sent.getlist("file") if isinstance(file, UploadFile) and file.filename]
    requirement, key = str(sent.get("requirement", "")), str(sent.get("key", "")) or secrets.token_urlsafe(16)
    if not requirement:
        return 422, pages.text(request, "paper_choose_kind")
    if not files:
        return 422, pages.text(request, "paper_choose_file")
    for index, file in enumerate(files):
        answer = await _send(own, request, id, requirement, f"{key[:100]}-{index}", file)
        if not answer.ok:
            if answer.status in (401, 403, 404):
                answer.content()
            sentence = answer.problem.detail or pages.text(request, "paper_refused")
            return answer.status, f"{file.filename}: {sentence}" if len(files) > 1 else sentence
    return None


async def _send(own: Own, request: Request, id: UUID, requirement: str, key: str, file: UploadFile) -> Answer:
    return await own.api.call(
        request,
        "POST",
        f"{APPLICATIONS}/{id}/attachments",
        params={"requirement": requirement},
        key=key,
        files={"file": (file.filename, file.file, file.content_type or "application/octet-stream")},
    )


async def passed_on(own: Own, request: Request, path: str) -> Response:
    """A file of the API, as it comes: saved by the browser, never shown inside our origin. Raises NotFound."""
    async with AsyncExitStack() as stack:
        status, headers, chunks = await stack.enter_async_context(own.api.stream(request, path))
        if status != 200:
            Answer(status).content()
        kept_open = stack.pop_all()
    passed = {name: headers[name] for name in _PASSED_ON if name in headers}
    passed |= {
        "cache-control": "private, no-store",
        "content-security-policy": "sandbox; default-src 'none'",
        "x-content-type-options": "nosniff",
    }

    async def content() -> AsyncIterator[bytes]:
        async with kept_open:
            async for chunk in chunks:
                yield chunk

    return StreamingResponse(content(), 200, passed)
