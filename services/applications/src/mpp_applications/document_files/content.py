"""What a file is, by its bytes, and whether its bytes are that and nothing else. The declared type is never asked."""

import re
import struct
import zlib

import filetype

HEAD_BYTES = 4096
MAX_SIDE = 16_000
MAX_PIXELS = 60_000_000
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_PNG_CHUNK = 4_000_000  # other than picture data: text and profiles are small

# A file that is also a web page, a script or an archive is made to be opened as something else.
FOREIGN = re.compile(
    rb"<script[\s>/]|<html[\s>]|<!doctype\s+html|<svg[\s>]|<\?php|<iframe[\s>]|<!entity\s", re.IGNORECASE
)
ZIP_END = b"PK\x05\x06"
ZIP_END_REACH = 65_557  # an archive is found from its end: 22 bytes and a comment of at most 65,535


def media_type(head: bytes) -> str:
    """The media type of the first bytes of a file; "application/octet-stream" when nothing is known."""
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    kind = filetype.guess(head)
    return str(kind.mime) if kind else "application/octet-stream"


def unsafe_bytes(kind: str, data: bytes) -> str | None:
    """Why the bytes are refused for a file of that type ("mixed-formats", "broken", "picture-too-large"), or None."""
    if FOREIGN.search(data) or ZIP_END in data[-ZIP_END_REACH:]:
        return "mixed-formats"
    if kind == "application/pdf":
        return _unsafe_pdf_frame(data)
    if data.find(b"%PDF-") >= 0:
        return "mixed-formats"
    return _unsafe_png(data) if kind == "image/png" else _unsafe_jpeg(data)


def _unsafe_pdf_frame(data: bytes) -> str | None:
    """Header at the first byte, end mark at the end, nothing but white space after it."""
    end = data.rfind(b"%%EOF")
    if end < 0:
        return "broken"
    return "mixed-formats" if data[end + 5 :].strip(b"\r\n\t \x00") else None


def _unsafe_png(data: bytes) -> str | None:
    at, first = len(PNG_SIGNATURE), True
    while at + 12 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        checksum = data[at + 8 + length : at + 12 + length]
        if len(checksum) != 4 or zlib.crc32(kind + body) != struct.unpack(">I", checksum)[0]:
            return "broken"
        if first:
            if kind != b"IHDR" or length != 13:
                return "broken"
            if too_large(*struct.unpack(">II", body[:8])):
                return "picture-too-large"
        elif kind != b"IDAT" and length > MAX_PNG_CHUNK:
            return "broken"
        first, at = False, at + 12 + length
        if kind == b"IEND":
            return "mixed-formats" if data[at:] else None
    return "broken"


def _unsafe_jpeg(data: bytes) -> str | None:
    """Walks the segments up to the picture data. What phones put after the picture is left in peace."""
    at, sized = 2, False
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return "broken"
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker == 0xDA:  # picture data begins
            return None if sized and b"\xff\xd9" in data[at:] else "broken"
        if marker in (0x01, 0xD8, 0xD9) or 0xD0 <= marker <= 0xD7:
            return "broken"
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            if length < 8 or at + 9 > len(data):
                return "broken"
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            if too_large(width, height):
                return "picture-too-large"
            sized = True
        at += 2 + length
    return "broken"


def too_large(width: int, height: int) -> bool:
    """Also true for no size at all: a decoder would have to guess."""
    return not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and width * height <= MAX_PIXELS)
