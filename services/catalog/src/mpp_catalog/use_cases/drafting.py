"""Writing drafts of definitions: whatever is sent is kept, with what is wrong with it."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from mpp_runtime.errors import Conflict, Stale, Text
from mpp_runtime.ids import new_id

from mpp_catalog.domain.checks import Problem
from mpp_catalog.domain.differences import OF_VERSIONS, Difference, differences
from mpp_catalog.domain.drafts import Draft, Entry, Officer, next_version, refuse_unstorable
from mpp_catalog.domain.offerings import Definition, resolve
from mpp_catalog.domain.skeleton import skeleton
from mpp_catalog.domain.terms import terms_of
from mpp_catalog.use_cases.browse import national_day, not_found
from mpp_catalog.use_cases.editing_ports import Drafts, Listed, Once
from mpp_catalog.use_cases.judging import Judge, as_definition, refuse_problems
from mpp_catalog.use_cases.ports import Clock, Offerings


@dataclass(frozen=True)
class Start:
    """What a draft begins from; with nothing but `service` its newest version, or a skeleton for a new one."""

    service: str
    from_version: str | None = None
    copy_of: str | None = None
    version: str | None = None


@dataclass(frozen=True)
class Judged:
    """A draft and what is wrong with it now."""

    draft: Draft
    problems: list[Problem]


class Drafting:
    """Raises NotFound for what is not there, Conflict for what cannot be done to a draft now."""

    def __init__(self, drafts: Drafts, offerings: Offerings, judge: Judge, clock: Clock) -> None:
        self._drafts = drafts
        self._offerings = offerings
        self._judge = judge
        self._clock = clock

    async def listed(self, state: str | None, after: UUID | None, limit: int) -> list[Listed]:
        return await self._drafts.listed(state, after, limit)

    async def get(self, id: UUID) -> Draft:
        draft = await self._drafts.get(id)
        if draft is None:
            raise not_found(Text("Draf", "draft"), str(id))
        return draft

    async def judged(self, id: UUID) -> Judged:
        """A draft with its problems; one that is at its end has none."""
        return await self.judge(await self.get(id))

    async def judge(self, draft: Draft) -> Judged:
        if draft.state in ("published", "discarded"):
            return Judged(draft, [])
        return Judged(draft, await self._judge.problems_now(draft.document, draft.templates))

    async def open(self, start: Start, by: Officer, once: Once | None) -> Judged:
        """A new draft; a repeat of the same request gets the draft it made."""
        versions = await self._offerings.definitions(start.service)
        published = [version.version for version in versions]
        version = start.version or next_version(
            [*published, *await self._drafts.versions_in_work(start.service)], national_day(self._clock)
        )
        if version in published:
            raise version_published(start.service, version)
        base, document = await self._begin(start, versions, version)
        templates = dict(base.templates) if base else {}
        problems = await self._judge.problems(document, templates, published, await self._judge.around())
        at = self._clock.now()
        same = base is not None and base.service == start.service
        draft = Draft(
            id=new_id(),
            service=start.service,
            version=version,
            base_version=base.version if base and same else None,
            revision=1,
            state="editing",
            document=document,
            templates=templates,
            problems=len(problems),
            author=by,
            changed_at=at,
            history=(Entry(at, by, "opened", None if same or base is None else f"{base.service} {base.version}"),),
        )
        async with self._drafts.change(start.service) as change:
            before = await change.repeated(once) if once else None
            if before is None:
                await change.put(draft)
                if once:
                    await change.remember(once, draft.id)
        return Judged(draft, problems) if before is None else await self.judged(before)

    async def edit(self, id: UUID, document: Mapping[str, Any], revision: "RevisionCheck", by: Officer) -> Judged:
        """Keeps it as it is. Raises Stale if somebody else was faster."""
        refuse_unstorable(document)
        known = await self.get(id)
        problems = await self._judge.problems_now({**document, "code": known.service}, known.templates)
        async with self._drafts.change(known.service) as change:
            draft = await change.get(id)
            assert draft is not None
            revision.check(draft)
            edited = draft.edited(document, len(problems), by, self._clock.now())
            if edited is not draft:
                await change.put(edited)
        return Judged(edited, problems)

    async def discard(self, id: UUID, revision: "RevisionCheck", by: Officer) -> Draft:
        known = await self.get(id)
        async with self._drafts.change(known.service) as change:
            draft = await change.get(id)
            assert draft is not None
            revision.check(draft)
            discarded = draft.discarded(by, self._clock.now())
            if discarded is not draft:
                await change.put(discarded)
        return discarded

    async def differences(self, id: UUID) -> tuple[Draft, list[Difference]]:
        """What the draft changes in the version it began from; all of it is new where it began from none."""
        draft = await self.get(id)
        base = None
        if draft.base_version is not None:
            versions = await self._offerings.definitions(draft.service)
            base = next(version for version in versions if version.version == draft.base_version)
        return draft, differences(base.document if base else {}, draft.document, OF_VERSIONS)

    async def preview(self, id: UUID, mall: str) -> bytes:
        """The offering as it would be at a mall, stored nowhere. Raises Invalid while the draft has problems."""
        judged = await self.judged(id)
        around = await self._judge.around()
        found = next((one for one in around.malls if one.code == mall), None)
        if found is None:
            raise not_found(Text("Mal", "mall"), mall)
        refuse_problems(judged.problems)
        draft = judged.draft
        if draft.state == "discarded":
            refuse_problems(await self._judge.problems_now(draft.document, draft.templates))
        definition = as_definition(draft.document, draft.templates, around)
        terms = terms_of(around.terms, mall, draft.service)
        return resolve(found, definition, None, around.agencies, terms).body

    async def _begin(
        self, start: Start, versions: list[Definition], version: str
    ) -> tuple[Definition | None, dict[str, Any]]:
        tomorrow = national_day(self._clock) + timedelta(days=1)
        if start.copy_of is not None:
            if versions:
                told = Text(
                    f"Layanan '{start.service}' sudah ada: mulai dari versinya sendiri.",
                    f"The public service '{start.service}' is there already: begin from a version of its own.",
                )
                raise Conflict("service-exists", told)
            versions = await self._offerings.definitions(start.copy_of)
            if not versions:
                raise not_found(Text("Layanan", "public service"), start.copy_of)
        if start.from_version is not None:
            versions = [one for one in versions if one.version == start.from_version]
            if not versions:
                raise not_found(Text("Versi", "version"), f"{start.copy_of or start.service} {start.from_version}")
        if not versions:
            return None, skeleton(start.service, version, tomorrow)
        base = max(versions, key=lambda one: one.order)
        document = copy.deepcopy(dict(base.document))
        document |= {"code": start.service, "version": version, "effective_to": None}
        document["effective_from"] = tomorrow.isoformat()
        return base, document


@dataclass(frozen=True)
class RevisionCheck:
    """`header` is an If-Match: the revision that the caller has seen; None goes by whatever is there."""

    header: str | None

    def check(self, draft: Draft) -> None:
        """Raises Stale naming who changed it."""
        tags = [tag.strip() for tag in self.header.split(",")] if self.header is not None else ["*"]
        if "*" not in tags and f'"{draft.revision}"' not in tags:
            last = draft.history[-1]
            told = Text(
                f"{last.who.name} sudah mengubah draf ini. Muat ulang dahulu; isian Anda belum tersimpan.",
                f"{last.who.name} has changed this draft meanwhile. Load it again first; yours is not stored.",
            )
            who = {"id": last.who.id, "name": last.who.name}
            raise Stale("stale", told, current=f'"{draft.revision}"', changed_by=who, changed_at=last.at.isoformat())


def version_published(service: str, version: str) -> Conflict:
    told = Text(
        f"{service} {version} sudah terbit. Beri versi baru.",
        f"{service} {version} is published already: give it a new version.",
    )
    return Conflict("version-published", told)
