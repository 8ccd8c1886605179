"""Look into files of strangers; implements `document_ports.Inspector`."""

import asyncio
from typing import cast

from mpp_telemetry.log import get_logger

from mpp_applications.document_files import content
from mpp_applications.document_files.workers import JobFailed, WorkerProcesses
from mpp_applications.use_cases.document_ports import Unsafe

log = get_logger(__name__)


class FileInspector:
    """Bytes and pictures are checked in a thread, PDFs in a process of their own."""

    def __init__(self, workers: WorkerProcesses) -> None:
        self._workers = workers

    def media_type(self, head: bytes) -> str:
        return content.media_type(head)

    async def unsafe(self, media_type: str, data: bytes) -> Unsafe | None:
        found = await asyncio.to_thread(content.unsafe_bytes, media_type, data)
        if found is None and media_type == "application/pdf":
            found = await self._unsafe_pdf(data)
        return cast(Unsafe | None, found)

    async def _unsafe_pdf(self, data: bytes) -> str | None:
        try:
            answer, _ = await self._workers.run("inspect_pdf", {}, data)
        except JobFailed as error:
            # A file that kills its reader is refused, and an operator may want to know that someone sends such files.
            log.warning("pdf-killed-its-reader", reason=str(error), bytes=len(data))
            return "broken"
        unsafe: str | None = answer["unsafe"]
        return unsafe
