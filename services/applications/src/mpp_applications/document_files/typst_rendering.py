"""Render a template to PDF/A-2b and the address of its verification to a QR code."""

import json
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

import segno
from mpp_runtime.errors import Conflict, Text
from mpp_telemetry.log import get_logger

from mpp_applications.document_files.workers import JobFailed, WorkerProcesses

log = get_logger(__name__)


class TypstRenderer:
    """Implements `document_ports.Renderer`."""

    def __init__(self, workers: WorkerProcesses) -> None:
        self._workers = workers

    async def render(self, template: str, data: Mapping[str, Any], at: datetime) -> bytes:
        """PDF/A-2b made as of `at`. Conflict("template-failed") is the operator's: trying again does not help."""
        return await self._run("pdf", template, data, at)

    async def picture(self, template: str, data: Mapping[str, Any], at: datetime) -> bytes:
        return await self._run("svg", template, data, at)

    async def _run(self, format: str, template: str, data: Mapping[str, Any], at: datetime) -> bytes:
        text = json.dumps(data, ensure_ascii=False, sort_keys=True)
        header = {"data": text, "timestamp": int(at.timestamp()), "format": format}
        try:
            answer, made = await self._workers.run("render", header, template.encode())
        except JobFailed as error:
            raise _template_failed(str(error)) from error
        if "error" in answer:
            raise _template_failed(f"{answer['error']} {answer['diagnostic']}".strip())
        return made

    def qr_code(self, address: str) -> str:
        """An SVG picture, 25 % of which may be damaged."""
        picture = BytesIO()
        segno.make(address, error="q", micro=False).save(picture, kind="svg", border=2, xmldecl=False)
        return picture.getvalue().decode()


def _template_failed(reason: str) -> Conflict:
    return Conflict(
        "template-failed",
        Text("Templat dokumen tidak dapat dicetak. Operator perlu memperbaikinya.",
             "The document's template cannot be rendered. An operator has to mend it."),
        reason=reason[:1000],
    )  # fmt: skip
