"""An attachment is judged by its bytes, counted while it comes in, and stored whole or not there at all."""

import asyncio
import os
import resource
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from mpp_applications.document_files.inspection import FileInspector
from mpp_applications.document_files.jobs.inspect_pdf import inspect
from mpp_applications.document_files.store import FileStore
from mpp_applications.document_files.workers import WorkerProcesses
from mpp_applications.domain.documents import StoredFile
from mpp_applications.use_cases.attachments import AttachmentFiles
from mpp_runtime.errors import Invalid, NotFound, Refusal, TooLarge, TryLater, UnsupportedMedia

from tests.integration.applications_documents.bad_files import BAD, GOOD, bomb, pdf

TYPES = ("application/pdf", "image/jpeg", "image/png")
APPLICATION = UUID("019a0000-0000-7000-8000-00000000000a")
LIMIT = 5_000_000


async def pieces(data: bytes, size: int = 10_000) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


class Desk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = FileStore.at(folder.as_uri())
        self.now = datetime.now(UTC)
        self.attachments = AttachmentFiles(self.store, FileInspector(WorkerProcesses(limit=2)), uuid4, lambda: self.now)

    async def receive(
        self, chunks: AsyncIterator[bytes], types: Collection[str] = TYPES, name: str = "surat.pdf"
    ) -> StoredFile:
        return await self.attachments.receive(
            application=APPLICATION, types=types, max_bytes=LIMIT, file_name=name, chunks=chunks
        )

    def left(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "files")


@pytest.mark.parametrize("name", sorted(GOOD))
async def test_an_ordinary_file_is_stored_under_its_real_type(desk: Desk, name: str) -> None:
    make, media_type = GOOD[name]
    data = make()
    stored = await desk.receive(pieces(data, 7), name="../../KTP Siti\u202e.exe")
    assert (stored.media_type, stored.size, stored.sha256) == (media_type, len(data), sha256(data).hexdigest())
    assert stored.storage_key == f"attachments/{APPLICATION}/{stored.id}"
    assert stored.file_name.startswith("KTP Siti.exe.")
    assert desk.left() == [stored.storage_key]
    assert b"".join([piece async for piece in await desk.attachments.open(stored.storage_key)]) == data


@pytest.mark.parametrize("name", [name for name in sorted(BAD) if BAD[name][1]])
async def test_a_bad_file_is_refused_by_name_and_leaves_nothing(desk: Desk, name: str) -> None:
    make, code, reason = BAD[name]
    with pytest.raises(Refusal) as refused:
        await desk.receive(pieces(make()))
    assert refused.value.code == code
    if reason:
        assert reason in (refused.value.extra.get("reason"), refused.value.extra.get("found"))
    assert refused.value.detail.id != refused.value.detail.en
    assert desk.left() == []


def test_there_are_enough_bad_files() -> None:
    assert sum(bool(code) for _, code, _ in BAD.values()) >= 40


async def test_a_page_tree_without_end_ends(desk: Desk) -> None:
    """Harmless to whoever follows each reference once. What matters is that we return."""
    make, _, _ = BAD["pdf whose page tree is a loop"]
    async with asyncio.timeout(20):
        await desk.receive(pieces(make()))


async def test_a_bomb_costs_little(desk: Desk) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(Invalid):
        await desk.receive(pieces(bomb(300)))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime < 5
    # Kilobytes; the child is capped at 1 GiB. Until it is a program of its own it counts with what its parent holds.
    inherited = max(before.ru_maxrss, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    assert after.ru_maxrss <= max(512 * 1024, inherited)


async def test_a_type_the_requirement_does_not_want_is_refused_before_the_rest_is_read(desk: Desk) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        yield pdf()[:100]
        while True:
            read += 1
            yield bytes(8192)

    with pytest.raises(UnsupportedMedia) as refused:
        await desk.receive(endless(), types=("image/png",))
    assert refused.value.extra == {"found": "application/pdf", "accepted": ["image/png"]}
    assert read <= 2
    assert desk.left() == []


async def test_a_file_without_end_is_cut_at_the_limit(desk: Desk) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        yield b"%PDF-1.7\n"
        while True:
            read += 65_536
            yield bytes(65_536)

    with pytest.raises(TooLarge) as refused:
        await desk.receive(endless())
    assert refused.value.code == "attachment-too-large"
    assert "5 MB" in refused.value.detail.en
    assert read <= LIMIT + 65_536
    assert desk.left() == []


@pytest.mark.parametrize("error", [ConnectionResetError, asyncio.CancelledError])
async def test_a_sender_who_leaves_leaves_nothing(desk: Desk, error: type[BaseException]) -> None:
    async def broken_off() -> AsyncIterator[bytes]:
        yield pdf()[:100]
        raise error

    with pytest.raises(error):
        await desk.receive(broken_off())
    assert desk.left() == []


async def test_open_and_remove(desk: Desk) -> None:
    stored = await desk.receive(pieces(pdf()))
    await desk.attachments.remove(stored.storage_key)
    await desk.attachments.remove(stored.storage_key)
    with pytest.raises(NotFound) as refused:
        await desk.attachments.open(stored.storage_key)
    assert refused.value.code == "file-missing"


async def test_the_sweep_removes_old_files_without_a_row_and_nothing_else(desk: Desk) -> None:
    kept, orphan = await desk.receive(pieces(pdf())), await desk.receive(pieces(pdf()))
    await desk.store.create("pending/left-by-a-crash", b"x")
    await desk.store.create("documents/issued.pdf", b"x")

    async def known(keys: Collection[str]) -> set[str]:
        return {kept.storage_key} & set(keys)

    assert await desk.attachments.sweep(known, timedelta(hours=1)) == 0  # all of it is young: a row may be on its way
    desk.now += timedelta(hours=2)
    assert await desk.attachments.sweep(known, timedelta(hours=1)) == 2
    assert desk.left() == sorted([kept.storage_key, "documents/issued.pdf"])
    assert orphan.storage_key not in desk.left()


@pytest.mark.parametrize(
    "name", ["pdf with a link to a page", "pdf with script hidden in an object stream", "pdf whose page tree is a loop"]
)
async def test_the_limits_of_the_child_change_no_judgement(name: str) -> None:
    """What a library imports or opens late fails in there, and would pass for a broken file."""
    data = (GOOD.get(name) or BAD[name])[0]()
    answer, _ = await WorkerProcesses().run("inspect_pdf", {}, data)
    assert answer["unsafe"] == inspect(data)


async def test_too_many_waiting_are_told_to_come_back() -> None:
    workers = WorkerProcesses(limit=1, waiting=1)
    attempts = await asyncio.gather(*(workers.run("inspect_pdf", {}, pdf()) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(each, TryLater) for each in attempts) == 2
    assert sum(isinstance(each, tuple) for each in attempts) == 2
    assert (await workers.run("inspect_pdf", {}, pdf()))[0] == {"unsafe": None}


async def test_the_reader_of_strangers_files_inherits_no_secret(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPP_DATABASE_URL", "postgresql://secret")
    running = asyncio.create_task(WorkerProcesses().run("inspect_pdf", {}, pdf()))
    seen = ""
    while not seen and not running.done():
        seen = environment_of_a_child("inspect_pdf")
        await asyncio.sleep(0.005)
    await running
    assert "LC_ALL" in seen
    assert "MPP_" not in seen


def environment_of_a_child(command: str) -> str:
    """What a child of this process was started with; empty while there is none."""
    for child in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split():
        try:
            if command in Path(f"/proc/{child}/cmdline").read_text():
                return Path(f"/proc/{child}/environ").read_text()
        except FileNotFoundError:  # it ended meanwhile
            continue
    return ""
