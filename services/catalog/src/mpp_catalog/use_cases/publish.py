"""Publishing a folder of definitions: a published version never changes."""

import asyncio
import time
from dataclasses import dataclass

from mpp_runtime.errors import Conflict, Invalid, Text, TryLater

from mpp_catalog.domain.offerings import Definition, timeline
from mpp_catalog.domain.terms import terms_of
from mpp_catalog.use_cases.check_folder import Content
from mpp_catalog.use_cases.ports import Clock, MessageTemplates, Offerings, Publishing

PATIENCE_SECONDS = 20.0


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
            changed = 0
            for mall in content.malls:
                terms = terms_of(content.terms, mall.code, service)
                periods = timeline(mall, stored.values(), overrides, content.agencies, terms)
                changed += await publication.replace_periods(mall.code, periods, content.agencies, content.synonyms, at)
            return changed

    async def _check_messages(self, definition: Definition) -> None:
        for event, languages in definition.document["messages"].items():
            for language, message in languages.items():
                for problem in await self._ask(event, language, message["subject"], message["body"]):
                    where = f"{definition.service} {definition.version}, messages/{event}/{language}"
                    raise Invalid("message-template", Text(f"{where}: {problem}", f"{where}: {problem}"))

    async def _ask(self, event: str, language: str, subject: str, body: str) -> list[str]:
        ends = time.monotonic() + self._patience
        while True:
            try:
                return await self._templates.check(event, language, subject, body)
            except TryLater as error:
                if time.monotonic() >= ends:
                    raise TryLater(
                        "notifications-away",
                        Text(
                            "Layanan notifikasi tidak menjawab; tidak ada yang terbit. Jalankan dahulu, lalu ulangi.",
                            "Notifications does not answer; nothing was published. Start it, then seed again.",
                        ),
                    ) from error
                await asyncio.sleep(min(0.5, self._patience))


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
