"""Job: a Typst template and its data → PDF/A-2b, or a picture of it. The same input gives the same bytes."""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

import typst

from mpp_applications.document_files.jobs.child import Answer, run

STANDARD: "typst.PDFStandard" = "a-2b"
VIEW_BOX = re.compile(rb'viewBox="0 0 ([0-9.]+) ([0-9.]+)"')


def render(header: Mapping[str, Any], body: bytes) -> Answer:
    """`header` is {"data": JSON text, "timestamp": UNIX seconds, "format"}, `body` the template's source.

    "format" is "pdf", or "svg" for all pages below each other in one picture.
    """
    # The fonts in the wheel are the same everywhere; those of a machine are not.
    no_fonts: list[bytes] = []
    compiler = typst.Compiler(body, font_paths=no_fonts, ignore_system_fonts=True, sys_inputs={"data": header["data"]})
    try:
        if header["format"] == "svg":
            pages = compiler.compile(format="svg", timestamp=header["timestamp"])
            return {}, stacked(pages if isinstance(pages, list) else [pages or b""])
        pdf, warnings = compiler.compile_with_warnings(
            format="pdf", pdf_standards=[STANDARD], timestamp=header["timestamp"]
        )
    except typst.TypstError as error:
        return {"error": error.message, "diagnostic": error.diagnostic, "hints": list(error.hints)}, b""
    assert isinstance(pdf, bytes), "a PDF is one file, however many pages it has"
    return {"warnings": [warning.message for warning in warnings]}, pdf


def stacked(pages: Sequence[bytes]) -> bytes:
    """SVG pages as one SVG, the first one on top."""
    sizes = [tuple(map(float, VIEW_BOX.search(page).groups())) for page in pages]  # type: ignore[union-attr]
    width, height = max(size[0] for size in sizes), sum(size[1] for size in sizes)
    tops = itertools.accumulate((size[1] for size in sizes), initial=0.0)
    placed = [page.replace(b"<svg ", b'<svg y="%g" ' % top, 1) for page, top in zip(pages, tops, strict=False)]
    frame = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}">'.encode()
    return frame + b"".join(placed) + b"</svg>"


if __name__ == "__main__":
    run(render)
