"""Files that a browser keeps for ever: their address changes with their content."""

import gzip
import hashlib
from dataclasses import dataclass, field
from importlib.resources import files


@dataclass(frozen=True)
class Asset:
    """One file as it is served.

    Attributes:
        name: the last part of its address, "design.css".
        media_type: its Content-Type.
        content: its bytes.
        packed: the same, compressed by gzip.
        version: 12 hexadecimal digits that change with the content.
    """

    name: str
    media_type: str
    content: bytes
    packed: bytes = field(init=False, repr=False)
    version: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "packed", gzip.compress(self.content, 9, mtime=0))
        object.__setattr__(self, "version", hashlib.sha256(self.content).hexdigest()[:12])

    def path(self, below: str) -> str:
        """Its address below a folder such as "/static"."""
        return f"{below}/{self.version}/{self.name}"

    def answer(self, accept_encoding: str) -> tuple[bytes, dict[str, str]]:
        """Body and headers for a client that accepts these encodings."""
        headers = {
            "Content-Type": self.media_type,
            "Cache-Control": "public, max-age=31536000, immutable",
            "Vary": "Accept-Encoding",
        }
        if "gzip" in accept_encoding:
            return self.packed, {**headers, "Content-Encoding": "gzip"}
        return self.content, headers


_STATIC = files("mpp_design") / "static"
_SHEETS = ("tokens.css", "page.css", "forms.css", "parts.css", "work.css", "print.css")
STYLE = Asset("design.css", "text/css; charset=utf-8", b"\n".join((_STATIC / sheet).read_bytes() for sheet in _SHEETS))
# Beside it on the pages that need it: nobody else waits for it.
EDITING = Asset("edit.css", "text/css; charset=utf-8", (_STATIC / "edit.css").read_bytes())
MARK = Asset("mark.svg", "image/svg+xml", (_STATIC / "mark.svg").read_bytes())
