"""Job: may this PDF be handed to an officer's viewer? Refuses what acts, carries other files, or cannot be read."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import filters, generic
from pyhanko.pdf_utils.reader import PdfFileReader

from mpp_applications.document_files.jobs.child import Answer, run

# pyHanko imports its filters when it meets the first one; in the child no file can be opened by then.
IMPORTED_EARLY = (filters,)

MAX_OBJECTS = 300_000
MAX_PAGES = 300
MAX_PICTURE_PIXELS = 200_000_000

ACTIVE_KEYS = {"/JS", "/JavaScript", "/AA", "/XFA", "/RichMediaContent"}
ACTIVE_ACTIONS = {
    "/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToR", "/GoToE", "/Rendition", "/Movie", "/Sound",
    "/RichMediaExecute",
}  # fmt: skip
ACTIVE_SUBTYPES = {"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"}
CARRYING_KEYS = {"/EF", "/EmbeddedFiles"}


class Unsafe(Exception):
    """`args[0]` is the reason: one of the codes of `document_ports.Unsafe`."""


def inspect(data: bytes) -> str | None:
    """Why the PDF is refused, or None."""
    try:
        reader = PdfFileReader(BytesIO(data), strict=False)
        if reader.encrypted:
            return "encrypted"
        _check_pages(reader)
        for dictionary in _dictionaries(reader):
            _check(dictionary)
    except Unsafe as found:
        return str(found)
    except ImportError:
        raise  # ours: something was not imported before the limits were put on
    # The parser raises what it pleases on a broken file, and a file it cannot read is one we cannot vouch for.
    except Exception:
        return "broken"
    return None


def _check_pages(reader: PdfFileReader) -> None:
    pages = reader.root["/Pages"]
    count = pages["/Count"]
    if not isinstance(count, int) or not 0 < count <= MAX_PAGES:
        raise Unsafe("too-many-pages" if isinstance(count, int) and count > MAX_PAGES else "broken")


def _check(dictionary: generic.DictionaryObject) -> None:
    keys, subtype = set(dictionary), _name(dictionary, "/Subtype")
    if keys & ACTIVE_KEYS or subtype in ACTIVE_SUBTYPES or _name(dictionary, "/S") in ACTIVE_ACTIONS:
        raise Unsafe("active-content")
    if keys & CARRYING_KEYS or subtype == "/FileAttachment":
        raise Unsafe("carries-files")
    if subtype == "/Image":
        width, height = dictionary.get("/Width", 0), dictionary.get("/Height", 0)
        if not isinstance(width, int) or not isinstance(height, int) or width * height > MAX_PICTURE_PIXELS:
            raise Unsafe("picture-too-large")


def _name(dictionary: generic.DictionaryObject, key: str) -> str | None:
    value = dictionary.get(key)
    return str(value) if isinstance(value, generic.NameObject) else None


def _dictionaries(reader: PdfFileReader) -> Iterator[generic.DictionaryObject]:
    """Every dictionary that can be reached from the trailer, in object streams too. A loop: recursion can be bombed."""
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [reader.trailer_view]
    visited = 0
    while waiting:
        value = waiting.pop()
        visited += 1
        if visited > MAX_OBJECTS:
            raise Unsafe("too-many-objects")
        if isinstance(value, generic.IndirectObject):
            key = (value.idnum, value.generation)
            if key not in seen:
                seen.add(key)
                waiting.append(value.get_object())  # type: ignore[no-untyped-call]
        elif isinstance(value, generic.DictionaryObject):  # streams are dictionaries too
            yield value
            waiting.extend(value.raw_get(key) for key in value)
        elif isinstance(value, generic.ArrayObject):
            waiting.extend(value.raw_get(index) for index in range(len(value)))


def job(_: Mapping[str, Any], body: bytes) -> Answer:
    return {"unsafe": inspect(body)}, b""


if __name__ == "__main__":
    run(job)
