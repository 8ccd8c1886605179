"""Files in a folder or in S3, behind obstore."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from mpp_runtime.errors import NotFound, Text, TryLater
from mpp_telemetry.log import get_logger
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore, from_url

log = get_logger(__name__)

AWAY = Text("Penyimpanan berkas sedang tidak dapat dihubungi.", "The file store cannot be reached right now.")
MISSING = Text("Berkas tidak ditemukan.", "There is no such file.")
BUFFER_BYTES = 5 * 1024 * 1024  # the smallest part of a multipart upload S3 takes


class FileStore:
    """Implements `document_ports.Files`."""

    def __init__(self, store: obstore.store.ObjectStore, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    @classmethod
    def at(cls, url: str) -> "FileStore":
        """`file:///absolute/folder` (made if missing, for the owner only) or `s3://bucket/prefix` (AWS_* variables)."""
        parts = urlsplit(url)
        if parts.scheme != "file":
            return cls(from_url(url))
        folder = Path(unquote(parts.path))
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(LocalStore(prefix=folder, automatic_cleanup=True), folder)

    async def create(self, key: str, data: bytes) -> bool:
        with _errors():
            try:
                await obstore.put_async(self._store, key, data, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
            await self._sync(key)
        return True

    async def write(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        # Not closing the writer is what leaves nothing behind: obstore shows a file only when it is closed.
        writer = obstore.open_writer_async(self._store, key, buffer_size=BUFFER_BYTES)
        async for chunk in chunks:
            with _errors():
                await writer.write(chunk)
        with _errors():
            await writer.close()
            await self._sync(key)

    async def read(self, key: str) -> bytes:
        with _errors():
            result = await obstore.get_async(self._store, key)
            return bytes(await result.bytes_async())

    async def read_if_there(self, key: str) -> bytes | None:
        try:
            return await self.read(key)
        except NotFound:
            return None

    async def open(self, key: str) -> AsyncIterator[bytes]:
        with _errors():
            result = await obstore.get_async(self._store, key)
        return _pieces(result)

    async def move(self, key: str, to: str) -> None:
        with _errors():
            await obstore.rename_async(self._store, key, to)
            await self._sync(to)

    async def remove(self, key: str) -> None:
        with _errors():
            try:
                await obstore.delete_async(self._store, key)
            except (NotFoundError, FileNotFoundError):
                return

    async def list(self, prefix: str) -> AsyncIterator[tuple[str, datetime]]:
        with _errors():
            async for batch in obstore.list(self._store, prefix):
                for found in batch:
                    yield found["path"], found["last_modified"]

    async def _sync(self, key: str) -> None:
        """What is acknowledged must survive a power cut; obstore leaves a local file in the page cache."""
        if self._folder is not None:
            await asyncio.to_thread(_sync_to_disk, self._folder, self._folder / key)


async def _pieces(result: "obstore.GetResult") -> AsyncIterator[bytes]:
    with _errors():
        async for piece in result.stream():
            yield bytes(piece)


def _sync_to_disk(folder: Path, path: Path) -> None:
    # A folder's entry is a write of its own, up to the folder that surely existed before.
    for place in (path, *(parent for parent in path.parents if parent.is_relative_to(folder))):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except (NotFoundError, FileNotFoundError) as error:
        raise NotFound("file-missing", MISSING) from error
    except (BaseError, OSError) as error:
        log.error("file-store-away", error=type(error).__name__)
        raise TryLater("file-store-away", AWAY, retry_after=10) from error
