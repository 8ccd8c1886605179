"""Papers, documents and previews: passed on from the API as they come, shown and never run."""

import zlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from mpp_runtime.errors import NotFound, Text
from starlette.exceptions import HTTPException

from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.officer.desk import APPLICATIONS
from mpp_portal.rest_api.pages import Pages
from mpp_portal.rest_api.routing import OfficerOnly

# What a browser shows by itself. Everything else is saved, never opened inside our origin.
_DRAWING = "image/svg+xml"
_PICTURES = ("image/png", "image/jpeg", _DRAWING)
_PDF = "application/pdf"
_GONE = Text("Berkas ini tidak ada lagi.", "This paper is no longer there.")
_QUIET = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
_HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
}


def add(routes: APIRouter, pages: Pages, api: Api) -> None:
    @routes.get("/office/applications/{application}/papers/{paper}")
    async def paper(request: Request, _who: OfficerOnly, application: UUID, paper: UUID) -> Response:
        return await passed_on(request, api, f"{APPLICATIONS}/applications/{application}/attachments/{paper}")

    @routes.get("/office/applications/{application}/documents/{document}")
    async def document(request: Request, _who: OfficerOnly, application: UUID, document: UUID) -> Response:
        return await passed_on(request, api, f"{APPLICATIONS}/applications/{application}/documents/{document}/file")

    @routes.get("/office/applications/{application}/preview/{output}")
    async def preview(request: Request, _who: OfficerOnly, application: UUID, output: str) -> Response:
        if not output.replace("-", "").isalnum():
            raise HTTPException(404)
        return await passed_on(request, api, f"{APPLICATIONS}/applications/{application}/outputs/{output}/preview")


async def passed_on(request: Request, api: Api, path: str) -> Response:
    """A file of the API on our own origin. Raises NotFound for what this officer may not see."""
    stack = AsyncExitStack()
    status, headers, chunks = await stack.enter_async_context(api.stream(request, path))
    if status != 200:
        await stack.aclose()
        raise NotFound("paper-gone", _GONE)
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    saved = headers.get("content-disposition", "attachment")
    shown = media_type in (*_PICTURES, _PDF)
    told = {
        **_HEADERS,
        "Content-Disposition": saved.replace("attachment", "inline", 1) if shown else saved,
        # A browser's own reader of PDF files does not work in a sandbox; it runs nothing of the file in our origin.
        "Content-Security-Policy": _QUIET if media_type == _PDF else f"sandbox; {_QUIET}",
    }
    # A drawing is text: a quarter of its bytes on a slow line. What people upload is packed already.
    packed = media_type == _DRAWING and "gzip" in request.headers.get("accept-encoding", "")
    if packed:
        told |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    elif length := headers.get("content-length"):
        told["Content-Length"] = length

    async def body() -> AsyncIterator[bytes]:
        async with stack:
            async for chunk in _gzip(chunks) if packed else chunks:
                yield chunk

    return StreamingResponse(body(), media_type=media_type if shown else "application/octet-stream", headers=told)


async def _gzip(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    async for chunk in chunks:
        yield packer.compress(chunk)
    yield packer.flush()
