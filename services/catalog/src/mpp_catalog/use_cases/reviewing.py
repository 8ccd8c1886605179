"""Proposing a draft and having a second person publish it, or hand it back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mpp_runtime.errors import FieldError, Invalid, Text

from mpp_catalog.domain.canonical import digest
from mpp_catalog.domain.drafts import Draft, Officer, Proposal
from mpp_catalog.domain.offerings import Definition
from mpp_catalog.use_cases.drafting import Drafting, Judged, RevisionCheck, version_published
from mpp_catalog.use_cases.editing_ports import Drafts, EditedPublishing
from mpp_catalog.use_cases.judging import Judge, as_definition, refuse_problems
from mpp_catalog.use_cases.message_templates import check_messages
from mpp_catalog.use_cases.ports import Clock, MessageTemplates, Offerings
from mpp_catalog.use_cases.publish import put_periods

# Somebody waits for the answer.
_PATIENCE_SECONDS = 3.0


@dataclass(frozen=True)
class Ground:
    """Why something is done to a definition, and on which legal ground: {"title", "source"?}."""

    reason: str
    legal_reference: Mapping[str, Any]


class Reviewing:
    """Raises Conflict for what cannot be done to a draft now, or by this officer."""

    def __init__(
        self,
        drafting: Drafting,
        drafts: Drafts,
        publishing: EditedPublishing,
        offerings: Offerings,
        judge: Judge,
        templates: MessageTemplates,
        clock: Clock,
    ) -> None:
        self._drafting = drafting
        self._drafts = drafts
        self._publishing = publishing
        self._offerings = offerings
        self._judge = judge
        self._templates = templates
        self._clock = clock

    async def propose(self, id: UUID, ground: Ground, revision: RevisionCheck, by: Officer) -> Judged:
        """Raises Invalid while there are problems, TryLater if notifications cannot be asked."""
        known = await self._drafting.get(id)
        around = await self._judge.around()
        check_source(ground, around.sources)
        revision.check(known)
        known.check_editable()
        refuse_problems(await self._judge.problems_now(known.document, known.templates))
        refuse_problems(await check_messages(self._templates, known.document, _PATIENCE_SECONDS))
        proposal = Proposal(
            by, ground.reason, ground.legal_reference, as_definition(known.document, known.templates, around).body
        )
        async with self._drafts.change(known.service) as change:
            draft = await change.get(id)
            assert draft is not None
            # What was judged is what is proposed.
            RevisionCheck(f'"{known.revision}"').check(draft)
            proposed = draft.proposed(proposal, self._clock.now())
            await change.put(proposed)
        return Judged(proposed, [])

    async def give_back(self, id: UUID, comment: str, revision: RevisionCheck, by: Officer) -> Judged:
        known = await self._drafting.get(id)
        async with self._drafts.change(known.service) as change:
            draft = await change.get(id)
            assert draft is not None
            revision.check(draft)
            returned = draft.returned(by, comment, self._clock.now())
            await change.put(returned)
        return await self._drafting.judge(returned)

    async def approve(self, id: UUID, comment: str | None, revision: RevisionCheck, by: Officer) -> Draft:
        """Publishes what was proposed, at every mall. Whoever did it before gets the same answer again."""
        known = await self._drafting.get(id)
        if _was_approved(known, by):
            return known
        # Also before the lock: nobody waits for what cannot succeed.
        revision.check(known)
        known.published(by, comment, self._clock.now())
        around = await self._judge.around()
        published = {version.version for version in await self._offerings.definitions(known.service)}
        if known.version in published:
            raise version_published(known.service, known.version)
        refuse_problems(await self._judge.problems(known.document, known.templates, published, around))
        async with self._publishing.service(known.service) as publication:
            draft = await publication.drafts.get(id)
            assert draft is not None
            if _was_approved(draft, by):
                return draft
            revision.check(draft)
            at = self._clock.now()
            done = draft.published(by, comment, at)
            assert draft.proposal is not None
            definition = _proposed(draft, draft.proposal)
            versions = {version.version: version for version in await publication.definitions()}
            if definition.version in versions:
                raise version_published(definition.service, definition.version)
            await publication.drafts.put(done)
            await publication.add_definition(definition, at)
            # Read under the lock: a seeding has either said its terms by now, or does this public service after us.
            around = await self._judge.around()
            overrides = await publication.overrides()
            await put_periods(publication, [*versions.values(), definition], overrides, around, at)
        return done


def check_source(ground: Ground, sources: frozenset[str]) -> None:
    """Raises Invalid for a source that is not in the list of sources."""
    source = ground.legal_reference.get("source")
    if source is not None and source not in sources:
        told = Text(f"Sumber '{source}' tidak ada.", f"There is no source '{source}'.")
        raise Invalid("unknown-source", told, (FieldError("/legal_reference/source", "unknown-source", told),))


def _was_approved(draft: Draft, by: Officer) -> bool:
    approver = draft.approved_by()
    return approver is not None and approver.id == by.id


def _proposed(draft: Draft, proposal: Proposal) -> Definition:
    """The very bytes that were proposed. Raises LookupError if they are not what the draft says."""
    body = json.loads(proposal.body)
    definition = Definition(draft.service, draft.version, body["definition"], body["templates"])
    if definition.digest != digest(proposal.body) or definition.document != draft.document:
        raise LookupError(f"draft {draft.id} is not what was proposed")
    return definition
