"""Publishing a folder of definitions: a published version never changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from mpp_runtime.errors import Conflict, Invalid, Text

from mpp_catalog.domain.offerings import Definition, Override, timeline
from mpp_catalog.domain.reference import Agency, Mall
from mpp_catalog.domain.search_text import Synonyms
from mpp_catalog.domain.terms import terms_of
from mpp_catalog.use_cases.check_folder import Content
from mpp_catalog.use_cases.message_templates import check_messages
from mpp_catalog.use_cases.ports import Clock, MessageTemplates, Offerings, Publishing, Seeded, ServicePublication

PATIENCE_SECONDS = 20.0


class Surroundings(Protocol):
    """What a definition is offered among."""

    @property
    def malls(self) -> Iterable[Mall]: ...

    @property
    def agencies(self) -> Mapping[str, Agency]: ...

    @property
    def terms(self) -> Iterable[Mapping[str, Any]]: ...

    @property
    def synonyms(self) -> Synonyms: ...


@dataclass(frozen=True)
class Report:
    """What a publication did."""

    regions: int
    malls: int
    agencies: int
    published: tuple[str, ...]
    changed_offerings: int


class Publish:
    """Brings the catalogue to what a checked folder says. Doing it again changes nothing."""

    def __init__(
        self,
        publishing: Publishing,
        offerings: Offerings,
        templates: MessageTemplates,
        clock: Clock,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._publishing = publishing
        self._offerings = offerings
        self._templates = templates
        self._clock = clock
        self._patience = patience

    async def run(self, content: Content) -> Report:
        """Raises Conflict if a published version would change, Invalid for a bad message, TryLater if it cannot ask."""
        stored = {(d.service, d.version): d for d in await self._offerings.definitions()}
        for definition in content.definitions:
            _refuse_change(stored.get((definition.service, definition.version)), definition)
        new = [d for d in content.definitions if (d.service, d.version) not in stored]
        for definition in new:
            await self._check_messages(definition)
        await self._publishing.put_reference(
            content.regions,
            content.time_zones,
            content.malls,
            list(content.agencies.values()),
            content.calendars,
            content.life_events,
            self._clock.now(),
        )
        await self._publishing.put_seeded(Seeded(content.terms, content.synonyms, content.templates, content.sources))
        changed = 0
        for service in sorted({*await self._publishing.services(), *(d.service for d in content.definitions)}):
            changed += await self._publish(service, content)
        return Report(
            len(content.regions),
            len(content.malls),
            len(content.agencies),
            tuple(f"{definition.service} {definition.version}" for definition in new),
            changed,
        )

    async def _publish(self, service: str, content: Content) -> int:
        at = self._clock.now()
        given = [definition for definition in content.definitions if definition.service == service]
        async with self._publishing.service(service) as publication:
            stored = {definition.version: definition for definition in await publication.definitions()}
            for definition in given:
                _refuse_change(stored.get(definition.version), definition)
                if definition.version not in stored:
                    await publication.add_definition(definition, at)
                    stored[definition.version] = definition
            # A version that is no longer in the folder keeps the overrides it had.
            here = {definition.version for definition in given}
            overrides = [o for o in await publication.overrides() if o.version not in here]
            overrides += [o for o in content.overrides if o.service == service]
            await publication.replace_overrides(overrides)
            return await put_periods(publication, stored.values(), overrides, content, at)

    async def _check_messages(self, definition: Definition) -> None:
        for problem in await check_messages(self._templates, definition.document, self._patience):
            where = f"{definition.service} {definition.version}, {problem.where.lstrip('/')}: {problem.message}"
            raise Invalid("message-template", Text(where, where))


async def put_periods(
    publication: ServicePublication,
    definitions: Iterable[Definition],
    overrides: Iterable[Override],
    around: Surroundings,
    at: datetime,
) -> int:
    """What each mall offers of these versions, and when; how many offerings are new."""
    versions, changes, changed = list(definitions), list(overrides), 0
    for mall in around.malls:
        terms = terms_of(around.terms, mall.code, publication.code)
        periods = timeline(mall, versions, changes, around.agencies, terms)
        changed += await publication.replace_periods(mall.code, periods, around.agencies, around.synonyms, at)
    return changed


def _refuse_change(stored: Definition | None, given: Definition) -> None:
    if stored is not None and stored.digest != given.digest:
        what = "templates" if stored.document == given.document else "definition"
        raise Conflict(
            "version-published",
            Text(
                f"{given.service} {given.version} sudah terbit dengan isi lain ({what}). Beri versi baru.",
                f"{given.service} {given.version} is already published with another {what} "
                f"(digest {stored.digest[:12]}, now {given.digest[:12]}). A published version never changes: "
                "give it a new version.",
            ),
        )
