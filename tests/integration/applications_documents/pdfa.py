"""The rules of PDF/A-2b that can be checked by looking; clauses of ISO 19005-2 in brackets. Not a full validator."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

FORBIDDEN_ACTIONS = {
    "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/JavaScript", "/Hide", "/SetOCGState", "/Rendition",
    "/Trans", "/GoTo3DView",
}  # fmt: skip
PRINT, HIDDEN, INVISIBLE, NO_VIEW, TOGGLE_NO_VIEW = 4, 2, 1, 32, 256


def violations(pdf: bytes) -> list[str]:
    """Every clause the file breaks, as far as this looks."""
    found = []
    reader = PdfFileReader(BytesIO(pdf))
    if not re.match(rb"%PDF-1\.[0-7]\r?\n%[\x80-\xff]{4}", pdf):
        found.append("header (6.1.2)")
    if not pdf.rstrip().endswith(b"%%EOF"):
        found.append("bytes after the end (6.1.3)")
    if "/ID" not in reader.trailer_view or reader.encrypted:
        found.append("trailer: ID, no encryption (6.1.3)")
    if reader.input_version > (1, 7):
        found.append(f"version {reader.input_version}, PDF/A-2 is PDF 1.7")
    root = reader.root
    if "/AA" in root or "/JavaScript" in _get(root, "/Names", {}) or root.get("/NeedsRendering"):
        found.append("actions of the document (6.5, 6.4)")
    found += _output_intent(root) + _metadata(root) + _form(root)
    for value in _objects(reader):
        found += _object(value)
    return found


def _get(dictionary: Any, key: str, default: Any) -> Any:
    """Follows a reference, which `get` does not."""
    try:
        return dictionary[key]
    except KeyError:
        return default


def _output_intent(root: Any) -> list[str]:
    intents = [intent.get_object() for intent in _get(root, "/OutputIntents", [])]
    intents = [intent for intent in intents if intent["/S"] == "/GTS_PDFA1"]
    if len(intents) != 1 or "/DestOutputProfile" not in intents[0]:
        return ["one output intent with its profile (6.2.3)"]
    profile = intents[0]["/DestOutputProfile"]
    colours = {b"RGB ": 3, b"GRAY": 1, b"CMYK": 4}.get(profile.data[16:20])
    return [] if profile.data[36:40] == b"acsp" and profile["/N"] == colours else ["ICC profile (6.2.4.2)"]


def _metadata(root: Any) -> list[str]:
    packet = root["/Metadata"].data.decode() if "/Metadata" in root else ""
    claims = re.search(r"<pdfaid:part>2</pdfaid:part>\s*<pdfaid:conformance>B</pdfaid:conformance>", packet)
    found = [] if claims else ["identification as PDF/A-2b (6.6.4)"]
    if "/Filter" in _get(root, "/Metadata", {}):
        found.append("metadata is not compressed (6.6.2.1)")
    return found


def _form(root: Any) -> list[str]:
    form = _get(root, "/AcroForm", {})
    return ["form (6.4.1)"] if form.get("/NeedAppearances") or "/XFA" in form else []


def _object(value: Any) -> list[str]:
    found = []
    kind, subtype = value.get("/Type"), value.get("/Subtype")
    if kind == "/Font" and subtype in ("/TrueType", "/Type1", "/CIDFontType0", "/CIDFontType2", "/MMType1"):
        descriptor = _get(value, "/FontDescriptor", {})
        if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor):
            found.append(f"font {value.get('/BaseFont')} is not embedded (6.2.11.4)")
    if kind == "/Annot" or subtype == "/Widget":
        flags = value.get("/F", 0)
        if not flags & PRINT or flags & (HIDDEN | INVISIBLE | NO_VIEW | TOGGLE_NO_VIEW):
            found.append("annotation flags (6.3.2)")
        x1, y1, x2, y2 = (float(number) for number in value["/Rect"])
        if (x1, y1) != (x2, y2) and subtype not in ("/Popup", "/Link") and "/AP" not in value:
            found.append("annotation without appearance (6.3.3)")
    if value.get("/S") in FORBIDDEN_ACTIONS or "/JS" in value:
        found.append("action (6.5.1)")
    if isinstance(value, generic.StreamObject):
        filters = value.get("/Filter", [])
        if "/LZWDecode" in (filters if isinstance(filters, list) else [filters]) or "/F" in value:
            found.append("stream filter or external file (6.1.7)")
    if "/EF" in value or kind == "/ObjStm" or value.get("/Interpolate"):
        found.append("embedded file, interpolation (6.8, 6.2.8)")
    return found


def _objects(reader: PdfFileReader) -> Iterator[Any]:
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [reader.trailer_view]
    while waiting:
        value = waiting.pop()
        if isinstance(value, generic.IndirectObject):
            if (value.idnum, value.generation) not in seen:
                seen.add((value.idnum, value.generation))
                waiting.append(value.get_object())  # type: ignore[no-untyped-call]
        elif isinstance(value, generic.DictionaryObject):
            yield value
            waiting.extend(value.raw_get(key) for key in value)
        elif isinstance(value, generic.ArrayObject):
            waiting.extend(value.raw_get(index) for index in range(len(value)))
