"""Receiving files of strangers: counted and typed while they come in, inspected whole before they get a place."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from datetime import datetime, timedelta
from uuid import UUID

from mpp_runtime.errors import Invalid, Text, TooLarge, UnsupportedMedia

from mpp_applications.domain.documents import StoredFile
from mpp_applications.domain.file_names import clean_file_name
from mpp_applications.use_cases.document_ports import Files, Inspector, Unsafe

HEAD_BYTES = 4096
SWEEP_BATCH = 500
PENDING, KEPT = "pending/", "attachments/"
TYPE_NAMES = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}

EMPTY = Text("Berkas kosong.", "The file is empty.")
UNSAFE: dict[Unsafe, Text] = {
    "mixed-formats": Text(
        "Berkas ini berisi lebih dari satu jenis isi. Simpan ulang sebagai PDF atau gambar biasa.",
        "This file holds more than one kind of content. Save it again as a plain PDF or picture.",
    ),
    "broken": Text(
        "Berkas ini rusak atau tidak dapat dibaca. Simpan atau pindai ulang.",
        "This file is broken or cannot be read. Save or scan it again.",
    ),
    "encrypted": Text(
        "PDF ini terkunci. Unggah tanpa kata sandi.", "This PDF is locked. Upload it without a password."
    ),
    "active-content": Text(
        "PDF ini berisi program atau tindakan otomatis. Cetak ke PDF lalu unggah hasilnya.",
        "This PDF holds a program or an automatic action. Print it to PDF and upload the result.",
    ),
    "carries-files": Text(
        "PDF ini membawa berkas lain di dalamnya. Unggah berkas itu terpisah.",
        "This PDF carries other files inside. Upload those separately.",
    ),
    "picture-too-large": Text(
        "Ukuran gambar terlalu besar (paling banyak 60 megapiksel).",
        "The picture is too large (at most 60 megapixels).",
    ),
    "too-many-pages": Text("PDF ini lebih dari 300 halaman.", "This PDF has more than 300 pages."),
    "too-many-objects": Text("PDF ini terlalu rumit. Pindai ulang.", "This PDF is too complex. Scan it again."),
}


class AttachmentFiles:
    """Receives, opens, removes and sweeps attached files. Whatever is refused leaves nothing behind."""

    def __init__(
        self, files: Files, inspector: Inspector, new_id: Callable[[], UUID], now: Callable[[], datetime]
    ) -> None:
        self._files = files
        self._inspector = inspector
        self._new_id = new_id
        self._now = now

    async def receive(
        self,
        *,
        application: UUID,
        types: Collection[str],
        max_bytes: int,
        file_name: str,
        chunks: AsyncIterator[bytes],
    ) -> StoredFile:
        """Store a file if its content is one of `types` (media types) and safe. What the sender calls it is not asked.

        UnsupportedMedia("attachment-type-refused"), TooLarge("attachment-too-large"), Invalid("attachment-empty"),
        Invalid("attachment-unsafe", reason=...).
        """
        id = self._new_id()
        incoming = _Incoming(chunks, frozenset(types), max_bytes, self._inspector)
        pending, kept = f"{PENDING}{id}", f"{KEPT}{application}/{id}"
        # It waits under a key that nobody can read from, so that a slow sender costs disk and not memory.
        await self._files.write(pending, incoming.checked())
        try:
            reason = await self._inspector.unsafe(incoming.media_type, await self._files.read(pending))
            if reason is not None:
                raise Invalid("attachment-unsafe", UNSAFE[reason], reason=reason)
            await self._files.move(pending, kept)
        except BaseException:
            await self._files.remove(pending)
            raise
        return StoredFile(
            id=id,
            file_name=clean_file_name(file_name, incoming.media_type),
            media_type=incoming.media_type,
            size=incoming.size,
            sha256=incoming.sha256,
            storage_key=kept,
        )

    async def open(self, storage_key: str) -> AsyncIterator[bytes]:
        """The file piece by piece. NotFound before the first piece when it is gone."""
        return await self._files.open(storage_key)

    async def remove(self, storage_key: str) -> None:
        await self._files.remove(storage_key)

    async def sweep(self, known: Callable[[Collection[str]], Awaitable[set[str]]], older_than: timedelta) -> int:
        """Remove files that no row knows: their transaction never came. Returns how many.

        Only those older than `older_than`, because a row comes after its file; `known` returns the keys with a row.
        """
        removed, before = 0, self._now() - older_than
        for prefix in (PENDING, KEPT):
            batch: list[str] = []
            async for key, written in self._files.list(prefix):
                if written < before:
                    batch.append(key)
                if len(batch) == SWEEP_BATCH:
                    removed += await self._remove_unknown(batch, known)
                    batch = []
            removed += await self._remove_unknown(batch, known)
        return removed

    async def _remove_unknown(self, keys: list[str], known: Callable[[Collection[str]], Awaitable[set[str]]]) -> int:
        if not keys:
            return 0
        orphans = set(keys) - await known(keys)
        for key in sorted(orphans):
            await self._files.remove(key)
        return len(orphans)


class _Incoming:
    """Counts, hashes and types a file while it passes through."""

    def __init__(
        self, chunks: AsyncIterator[bytes], types: frozenset[str], max_bytes: int, inspector: Inspector
    ) -> None:
        self._chunks = chunks
        self._types = types
        self._max_bytes = max_bytes
        self._inspector = inspector
        self._hash = hashlib.sha256()
        self.media_type = ""
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    async def checked(self) -> AsyncIterator[bytes]:
        head = b""
        async for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > self._max_bytes:
                raise TooLarge("attachment-too-large", _too_large(self._max_bytes), max_bytes=self._max_bytes)
            self._hash.update(chunk)
            if not self.media_type:
                head += chunk
                if len(head) >= HEAD_BYTES:
                    self._find_type(head)
            yield chunk
        if self.size == 0:
            raise Invalid("attachment-empty", EMPTY)
        if not self.media_type:
            self._find_type(head)

    def _find_type(self, head: bytes) -> None:
        self.media_type = self._inspector.media_type(head[:HEAD_BYTES])
        if self.media_type not in self._types or self.media_type not in TYPE_NAMES:
            possible = ", ".join(TYPE_NAMES[each] for each in sorted(self._types) if each in TYPE_NAMES)
            raise UnsupportedMedia(
                "attachment-type-refused",
                Text(
                    f"Jenis berkas tidak diterima. Unggah {possible}.", f"Type of file not accepted. Upload {possible}."
                ),
                found=self.media_type,
                accepted=sorted(self._types),
            )


def _too_large(max_bytes: int) -> Text:
    megabytes = f"{max_bytes / 1_000_000:g}"
    return Text(f"Berkas lebih dari {megabytes} MB.", f"The file is larger than {megabytes} MB.")
