"""Job: a Typst template and its data → PDF/A-2b. The same input gives the same bytes."""

from collections.abc import Mapping
from typing import Any

import typst

from mpp_applications.document_files.jobs.child import Answer, run

STANDARD: "typst.PDFStandard" = "a-2b"


def render(header: Mapping[str, Any], body: bytes) -> Answer:
    """`header` is {"data": JSON text, "timestamp": UNIX seconds}, `body` the template's source."""
    no_fonts: list[bytes] = []
    try:
        pdf, warnings = typst.compile_with_warnings(
            body,
            format="pdf",
            pdf_standards=[STANDARD],
            sys_inputs={"data": header["data"]},
            timestamp=header["timestamp"],
            # The fonts in the wheel are the same everywhere; those of a machine are not.
            font_paths=no_fonts,
            ignore_system_fonts=True,
        )
    except typst.TypstError as error:
        return {"error": error.message, "diagnostic": error.diagnostic, "hints": list(error.hints)}, b""
    return {"warnings": [warning.message for warning in warnings]}, pdf


if __name__ == "__main__":
    run(render)
