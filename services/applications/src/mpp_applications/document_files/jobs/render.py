"""Job: a Typst template and its data → PDF/A-2b, or a picture of it. The same input gives the same bytes."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import typst

from mpp_applications.document_files.jobs.child import Answer, run

STANDARD: "typst.PDFStandard" = "a-2b"
SIZE = re.compile(rb' (?:width|height)="[0-9.]+pt"')
PLACE = b'<svg y="%g" width="%g" height="%g" '
MARK = (
    b'<text x="%g" y="%g" transform="rotate(-45 %g %g)" text-anchor="middle" font-family="sans-serif" font-size="80" '
    b'font-weight="700" fill="#8a1c1c" fill-opacity=".14">PRATINJAU</text>'
)
VIEW_BOX = re.compile(rb'viewBox="0 0 ([0-9.]+) ([0-9.]+)"')


def render(header: Mapping[str, Any], body: bytes) -> Answer:
    """`header` is {"data": JSON text, "timestamp": UNIX seconds, "format"}, `body` the template's source.

    "format" is "pdf", or "svg" for a preview: all pages below each other in one picture.
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
    """SVG pages as one SVG, the first one on top, each marked across as no document."""
    drawn: list[bytes] = []
    top = width = 0.0
    for page in pages:
        across, down = (float(size) for size in VIEW_BOX.search(page).groups())  # type: ignore[union-attr]
        # In the units of the whole: a page's own size is in points, which are larger.
        drawn.append(SIZE.sub(b"", page, count=2).replace(b"<svg ", PLACE % (top, across, down), 1))
        drawn.append(MARK % (across / 2, top + down / 2, across / 2, top + down / 2))
        top, width = top + down, max(width, across)
    frame = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {top:g}">'.encode()
    return frame + b"".join(drawn) + b"</svg>"


if __name__ == "__main__":
    run(render)
