"""Attaching papers: received and checked as a stream, recorded in a transaction, removed again if that fails."""

import hashlib
from collections.abc import AsyncIterator
from uuid import UUID

from mpp_runtime.errors import CommitUnknown, Conflict, FieldError, Invalid, NotFound, Text

from mpp_applications.domain import refusals
from mpp_applications.domain.actors import Actor, applicant
from mpp_applications.domain.definition import Offering
from mpp_applications.use_cases.access import Access
from mpp_applications.use_cases.changing import Changing
from mpp_applications.use_cases.ports import Answer, Head, Once, Paper, PaperFiles, once_key
from mpp_applications.use_cases.views import Reply, view

MAX_FILES_OF_ONE_REQUIREMENT = 5
_UNKNOWN = Text("Berkas tidak ditemukan.", "There is no such file.")


class Papers:
    def __init__(self, changing: Changing, access: Access, files: PaperFiles) -> None:
        self._changing = changing
        self._access = access
        self._files = files

    async def attach(
        self, person: str, id: UUID, requirement: str, file_name: str, chunks: AsyncIterator[bytes], reply: Reply
    ) -> Answer:
        """Raises Invalid for an unknown requirement, Conflict when nothing may be attached, and what the content check
        raises. The answer is given after the file and its record are stored.
        """
        head = await self._access.as_applicant(person, id, "apply")
        offering = await self._changing.offerings.get(head.digest)
        before = await self._changing.store.read(id, offering)
        if not before.editable:
            raise refusals.not_possible("attach", before.label, before.possible())
        paper = offering.papers.get(requirement)
        if paper is None:
            known = ", ".join(sorted(offering.papers))
            detail = Text(f"Persyaratan tidak dikenal. Pilih: {known}.", f"Unknown requirement. Choose: {known}.")
            raise Invalid("requirement-unknown", detail, (FieldError("/requirement", "not-an-option", detail),))
        stored = await self._files.receive(
            application=id, types=paper.types, max_bytes=paper.max_bytes, file_name=file_name, chunks=chunks
        )
        once = _with_content(reply.once, stored.sha256)
        try:
            answer, recorded = await self._record(
                head, offering, Paper(id, requirement, stored, self._changing.now()), Reply(reply.render, once)
            )
        except CommitUnknown:
            # The record may be there: the file stays, and the sweep removes it if the record is not.
            raise
        except BaseException:
            await self._files.remove(stored.storage_key)
            raise
        if not recorded:
            await self._files.remove(stored.storage_key)
        return answer

    async def _record(self, head: Head, offering: Offering, paper: Paper, reply: Reply) -> tuple[Answer, bool]:
        """The answer, and whether this file was recorded (a repeated request records nothing)."""
        id, owner, once = head.id, head.owner, reply.once
        keys = [str(id), *([once_key(owner, once.key)] if once else [])]
        async with self._changing.store.unit(*keys) as unit:
            if once and (repeated := await unit.repeated(owner, once)):
                return repeated, False
            application = await unit.load(id, offering)
            papers = await unit.papers(id)
            if sum(each.requirement == paper.requirement for each in papers) >= MAX_FILES_OF_ONE_REQUIREMENT:
                raise Conflict(
                    "too-many-files",
                    Text(
                        f"Paling banyak {MAX_FILES_OF_ONE_REQUIREMENT} berkas untuk satu persyaratan.",
                        f"At most {MAX_FILES_OF_ONE_REQUIREMENT} files for one requirement.",
                    ),
                )
            given = {each.requirement for each in papers} | {paper.requirement}
            application.change_papers(paper.requirement, given, self._changing.now())
            await unit.add_paper(paper)
            await unit.save(application)
            answer = reply.render(await view(application, applicant(owner), unit, self._changing.now()))
            if once:
                await unit.remember(owner, once, answer)
        return answer, True

    async def remove(self, person: str, id: UUID, file: UUID, reply: Reply) -> Answer:
        head = await self._access.as_applicant(person, id, "apply")
        offering = await self._changing.offerings.get(head.digest)
        async with self._changing.store.unit(str(id)) as unit:
            application = await unit.load(id, offering)
            removed = await unit.remove_paper(id, file, self._changing.now())
            if removed is None:
                raise NotFound("attachment-unknown", _UNKNOWN)
            given = {each.requirement for each in await unit.papers(id)}
            application.change_papers(removed.requirement, given, self._changing.now())
            await unit.save(application)
            answer = reply.render(await view(application, applicant(head.owner), unit, self._changing.now()))
        # After the commit: a file without a record is swept, a record without its file would be a loss.
        await self._files.remove(removed.file.storage_key)
        return answer

    async def open(self, actor: Actor, id: UUID, file: UUID) -> tuple[Paper, AsyncIterator[bytes]]:
        head = await self._access.as_reader(actor, id)
        paper = await self._changing.store.paper(id, file)
        if paper is None:
            raise NotFound("attachment-unknown", _UNKNOWN)
        if actor.kind == "officer":
            await self._access.log_reading(actor, head, "review:attachment", ("name",))
        return paper, await self._files.open(paper.file.storage_key)


def _with_content(once: Once | None, sha256: str) -> Once | None:
    """The content is known only after it came in, and belongs to what makes two requests the same."""
    if once is None:
        return None
    return Once(once.key, hashlib.sha256(once.fingerprint + sha256.encode()).digest())
