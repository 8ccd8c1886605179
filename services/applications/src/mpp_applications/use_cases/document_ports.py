"""What documents, verification and attachments need of the world."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from mpp_applications.domain.documents import IssuedFacts, SignatureReport, Signer

Unsafe = Literal[
    "mixed-formats", "broken", "encrypted", "active-content", "carries-files", "picture-too-large", "too-many-pages",
    "too-many-objects",
]  # fmt: skip


class Files(Protocol):
    """Where bytes are kept. Keys are relative paths. A written file is on disk (or acknowledged) when the call returns.

    All raise TryLater("file-store-away") when the store cannot be reached and NotFound("file-missing") for no such key.
    """

    async def create(self, key: str, data: bytes) -> bool:
        """Write a file that is not there yet; False, and nothing changed, when it is."""
        ...

    async def write(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        """Write a file piece by piece. It is not there until all of it is; an error in `chunks` leaves nothing."""
        ...

    async def read(self, key: str) -> bytes: ...

    async def read_if_there(self, key: str) -> bytes | None: ...

    async def open(self, key: str) -> AsyncIterator[bytes]:
        """Piece by piece; a missing file is refused here, before the first piece."""
        ...

    async def move(self, key: str, to: str) -> None: ...

    async def remove(self, key: str) -> None:
        """Also fine when there is no such file."""
        ...

    def list(self, prefix: str) -> AsyncIterator[tuple[str, datetime]]:
        """Keys under `prefix` and when they were last written."""
        ...


class Renderer(Protocol):
    async def render(self, template: str, data: Mapping[str, Any], at: datetime) -> bytes:
        """A PDF/A of the template, the same bytes for the same arguments. Conflict("template-failed") if it cannot."""
        ...

    async def picture(self, template: str, data: Mapping[str, Any], at: datetime) -> bytes:
        """The same as an SVG picture for a page, all pages below each other."""
        ...

    def qr_code(self, address: str) -> str:
        """An SVG picture."""
        ...


@dataclass(frozen=True)
class SignerCertificates:
    """PEM of the signer's certificate, its issuer, the root; whether the agency that gave them is a simulation."""

    certificates: tuple[str, ...]
    simulated: bool


class Certificates(Protocol):
    async def of(self, signer: Signer) -> SignerCertificates:
        """TryLater("signer-away") when the agency does not answer; Conflict("signer-refused") when it says no."""
        ...


@dataclass(frozen=True)
class Unsigned:
    """A file with room for a signature. `place` is JSON: what `Signatures.complete` needs besides the file."""

    pdf: bytes
    signed_attributes: bytes
    place: Mapping[str, Any]


class Signatures(Protocol):
    async def prepare(
        self, pdf: bytes, certificates: Sequence[str], *, reason: str, location: str, at: datetime
    ) -> Unsigned: ...

    async def complete(self, unsigned: Unsigned, answer: Mapping[str, Any]) -> bytes:
        """The signed file. Invalid("signature-invalid") when the answer is not a signature at all."""
        ...

    async def judge(self, pdf: bytes, now: datetime) -> SignatureReport:
        """For files of our own making."""
        ...

    async def judge_stranger(self, pdf: bytes, now: datetime) -> SignatureReport:
        """For files of anybody: read in a process of its own, within limits. TryLater when too many are being read."""
        ...


class IssuedDocuments(Protocol):
    async def by_code(self, code: str) -> IssuedFacts | None: ...

    async def by_sha256(self, sha256: str) -> IssuedFacts | None: ...


class Inspector(Protocol):
    """Reads files of strangers."""

    def media_type(self, head: bytes) -> str:
        """By the first 4,096 bytes."""
        ...

    async def unsafe(self, media_type: str, data: bytes) -> Unsafe | None:
        """Why a file of that type is refused, or None."""
        ...
