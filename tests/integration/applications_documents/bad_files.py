"""Files somebody might send, made here: none is a sample of real malware."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

Objects = dict[int, bytes]

# The string every scanner is tested with, in two halves so that this very file is not taken for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
HTML = b"<html><script>alert(1)</script></html>"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def pdf(catalog: bytes = b"", page: bytes = b"", more: Objects | None = None, trailer: bytes = b"") -> bytes:
    """A small PDF of one empty page, with what is given put into its dictionaries."""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R " + catalog + b">>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100] " + page + b">>",
    } | (more or {})
    return written(objects, trailer)


def written(objects: Objects, trailer: bytes = b"") -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for number, body in sorted(objects.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    size = max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 65535 f \n"
    out += b"trailer\n<</Size %d/Root 1 0 R " % size + trailer + b">>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def stream(dictionary: bytes, data: bytes) -> bytes:
    return b"<<" + dictionary + b"/Length %d>>\nstream\n" % len(data) + data + b"\nendstream"


def in_object_stream(action: bytes) -> bytes:
    """An action hidden in a compressed object stream, reached through a cross-reference stream."""
    inner = b"4 0 " + action
    hidden = zlib.compress(inner)
    objects: Objects = {
        1: b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>",
        5: stream(b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode", hidden),
    }
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    rows = {0: (0, 0, 65535), 4: (2, 5, 0)}
    for number, body in objects.items():
        rows[number] = (1, len(out), 0)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    rows[6] = (1, len(out), 0)
    table = b"".join(struct.pack(">BIH", *rows[number]) for number in range(7))
    head = b"/Type/XRef/Size 7/W[1 4 2]/Root 1 0 R"
    out += b"6 0 obj\n" + stream(head, table) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % rows[6][1]
    return bytes(out)


def bomb(megabytes: int) -> bytes:
    """A cross-reference stream that says it is small and inflates to megabytes."""
    data = zlib.compress(bytes(megabytes << 20), 9)
    out = b"%PDF-1.7\n1 0 obj\n" + stream(b"/Type/XRef/Size 3/W[1 4 2]/Root 1 0 R/Filter/FlateDecode", data)
    return out + b"\nendobj\nstartxref\n9\n%%EOF\n"


def nested(depth: int) -> bytes:
    return pdf(b"/X " + b"[" * depth + b"]" * depth)


def page_tree_loop() -> bytes:
    return written({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[2 0 R]/Count 1/Parent 2 0 R>>"})


def png(width: int = 2, height: int = 2, after: bytes = b"", chunks: bytes = b"", data: bytes | None = None) -> bytes:
    raw = data if data is not None else zlib.compress(b"".join(b"\0" + b"\xff\0\0" * width for _ in range(height)))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return PNG_SIGNATURE + head + chunks + chunk(b"IDAT", raw) + chunk(b"IEND", b"") + after


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def jpeg(width: int = 8, height: int = 8, comment: bytes = b"", after: bytes = b"") -> bytes:
    """The frame of a baseline JPEG; its picture data is a byte, which no check of ours decodes."""
    segments = b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\1\1\0\0\1\0\1\0\0"
    if comment:
        segments += b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment
    segments += b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    segments += b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\1\0\0\x3f\0" + b"\x55"
    return segments + b"\xff\xd9" + after


def archive(name: str = "a.txt", content: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return out.getvalue()


def gif() -> bytes:
    return b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


JS = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
LAUNCH = b"<</S/Launch/F(cmd.exe)>>"

LOCK = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O(" + b"o" * 32 + b")/U(" + b"u" * 32 + b")>>"

# name → (bytes, code of the refusal, reason or type found)
BAD: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "empty": (lambda: b"", "attachment-empty", ""),
    "scanner test string": (lambda: EICAR, "attachment-type-refused", "application/octet-stream"),
    "text": (lambda: b"just text", "attachment-type-refused", "application/octet-stream"),
    "web page": (lambda: HTML, "attachment-type-refused", "application/octet-stream"),
    "svg": (lambda: b"<svg onload=alert(1)></svg>", "attachment-type-refused", "application/octet-stream"),
    "xml with entities": (
        lambda: b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "a"><!ENTITY b "&a;&a;">]><x>&b;</x>',
        "attachment-type-refused", "",
    ),
    "gif with script": (lambda: gif() + b"/*" + HTML, "attachment-type-refused", "image/gif"),
    "archive": (archive, "attachment-type-refused", "application/zip"),
    "archive in an archive": (lambda: archive("b.zip", archive()), "attachment-type-refused", "application/zip"),
    "office document": (lambda: archive("word/document.xml", b"<x/>"), "attachment-type-refused", ""),
    "windows program": (lambda: b"MZ\x90\0" + bytes(200), "attachment-type-refused", ""),
    "linux program": (lambda: b"\x7fELF\2\1\1" + bytes(200), "attachment-type-refused", ""),
    "script": (lambda: b"#!/bin/sh\nrm -rf ~\n", "attachment-type-refused", ""),
    "html before pdf": (lambda: HTML + pdf(), "attachment-type-refused", ""),
    "pdf with script on opening": (lambda: pdf(b"/OpenAction " + JS), "attachment-unsafe", "active-content"),
    "pdf with spelt-out script name": (
        lambda: pdf(b"/OpenAction<</S/J#61vaScript/#4aS(x)>>"), "attachment-unsafe", "active-content",
    ),
    "pdf with script by name": (
        lambda: pdf(b"/Names<</JavaScript<</Names[(a) 4 0 R]>>>>", more={4: JS}), "attachment-unsafe", "active-content",
    ),
    "pdf that launches a program": (lambda: pdf(b"/OpenAction " + LAUNCH), "attachment-unsafe", "active-content"),
    "pdf with script on a page": (lambda: pdf(page=b"/AA<</O " + JS + b">>"), "attachment-unsafe", "active-content"),
    "pdf with script hidden in an object stream": (
        lambda: in_object_stream(JS), "attachment-unsafe", "active-content",
    ),
    "pdf that sends a form": (
        lambda: pdf(page=b"/Annots[<</Subtype/Link/A<</S/SubmitForm/F(http://x)>>>>]"),
        "attachment-unsafe", "active-content",
    ),
    "pdf with an XFA form": (lambda: pdf(b"/AcroForm<</XFA(x)/Fields[]>>"), "attachment-unsafe", "active-content"),
    "pdf with rich media": (
        lambda: pdf(page=b"/Annots[<</Subtype/RichMedia>>]"), "attachment-unsafe", "active-content",
    ),
    "pdf with a file inside": (
        lambda: pdf(b"/Names<</EmbeddedFiles<</Names[(a) <</EF<</F 4 0 R>>>>]>>>>", more={4: stream(b"", EICAR)}),
        "attachment-unsafe", "carries-files",
    ),
    "pdf with a file pinned to a page": (
        lambda: pdf(page=b"/Annots[<</Subtype/FileAttachment>>]"), "attachment-unsafe", "carries-files",
    ),
    "locked pdf": (lambda: pdf(trailer=b"/ID[(a)(a)]" + LOCK), "attachment-unsafe", "encrypted"),
    "pdf and archive": (lambda: pdf()[:-6] + archive() + b"\n%%EOF\n", "attachment-unsafe", "mixed-formats"),
    "pdf with bytes after its end": (lambda: pdf() + b"MZ" + bytes(100), "attachment-unsafe", "mixed-formats"),
    "pdf that is a web page": (
        lambda: pdf(b"/X(" + HTML + b")"), "attachment-unsafe", "mixed-formats",
    ),
    "half a pdf": (lambda: pdf()[:200], "attachment-unsafe", "broken"),
    "pdf header and nothing": (lambda: b"%PDF-1.7\n%%EOF\n", "attachment-unsafe", "broken"),
    "pdf of random bytes": (
        lambda: b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF\n", "attachment-unsafe", "broken",
    ),
    "pdf whose page tree is a loop": (page_tree_loop, "", ""),
    "pdf nested a hundred thousand deep": (lambda: nested(100_000), "attachment-unsafe", "broken"),
    "pdf whose table inflates to 300 MB": (lambda: bomb(300), "attachment-unsafe", "broken"),
    "pdf with a picture of 10 gigapixels": (
        lambda: pdf(page=b"/Resources<</XObject<</I 4 0 R>>>>", more={
            4: stream(b"/Type/XObject/Subtype/Image/Width 100000/Height 100000/BitsPerComponent 1", b"x"),
        }),
        "attachment-unsafe", "picture-too-large",
    ),
    "pdf that counts a million pages": (
        lambda: pdf(more={2: b"<</Type/Pages/Kids[3 0 R]/Count 1000000>>"}), "attachment-unsafe", "too-many-pages",
    ),
    "png of 50,000 x 50,000": (lambda: png(50_000, 50_000, data=b"x"), "attachment-unsafe", "picture-too-large"),
    "png of no width": (lambda: png(0, 10, data=b"x"), "attachment-unsafe", "picture-too-large"),
    "png with a wrong checksum": (lambda: png()[:-8] + b"IEND" + bytes(4), "attachment-unsafe", "broken"),
    "png cut short": (lambda: png()[:40], "attachment-unsafe", "broken"),
    "png and archive": (lambda: png(after=archive()), "attachment-unsafe", "mixed-formats"),
    "png and web page": (lambda: png(chunks=chunk(b"tEXt", b"Comment\0" + HTML)), "attachment-unsafe", "mixed-formats"),
    "png with bytes after its end": (lambda: png(after=b"more"), "attachment-unsafe", "mixed-formats"),
    "png with five megabytes of text": (
        lambda: png(chunks=chunk(b"tEXt", bytes(4_500_000))), "attachment-unsafe", "broken",
    ),
    "jpeg of 65,535 x 65,535": (lambda: jpeg(65_535, 65_535), "attachment-unsafe", "picture-too-large"),
    "jpeg and pdf": (lambda: jpeg(comment=pdf()), "attachment-unsafe", "mixed-formats"),
    "jpeg and script": (lambda: jpeg(comment=b"*/=1;<script >alert(1)</script>"), "attachment-unsafe", "mixed-formats"),
    "jpeg and php": (lambda: jpeg(comment=b"<?php system($_GET[0]); ?>"), "attachment-unsafe", "mixed-formats"),
    "jpeg and archive": (lambda: jpeg(after=archive()), "attachment-unsafe", "mixed-formats"),
    "jpeg without a picture": (lambda: b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(50), "attachment-unsafe", "broken"),
    "jpeg cut short": (lambda: jpeg()[:30], "attachment-unsafe", "broken"),
}  # fmt: skip

GOOD: dict[str, tuple[Callable[[], bytes], str]] = {
    "pdf": (pdf, "application/pdf"),
    "pdf with a link to a page": (
        lambda: pdf(b"/OpenAction[3 0 R/Fit]", b"/Annots[<</Subtype/Link/A<</S/URI/URI(https://example.id)>>>>]"),
        "application/pdf",
    ),
    "png": (png, "image/png"),
    "jpeg": (jpeg, "image/jpeg"),
    "jpeg of a phone, with a second picture behind": (lambda: jpeg(4000, 3000, after=jpeg()), "image/jpeg"),
}
