"""Whether a draft could be published: by the same checks as a file, on what the catalogue knows now."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from mpp_runtime.errors import FieldError, Invalid, Text, TryLater

from mpp_catalog.domain.checks import Known, Problem, check_definition
from mpp_catalog.domain.drafts import known_templates
from mpp_catalog.domain.offerings import Definition
from mpp_catalog.domain.reference import Agency, Mall
from mpp_catalog.domain.search_text import Synonyms
from mpp_catalog.use_cases.editing_ports import EditedPublishing
from mpp_catalog.use_cases.ports import Offerings, Reference


@dataclass(frozen=True)
class Around:
    """What definitions are judged by and offered among."""

    malls: list[Mall]
    agencies: dict[str, Agency]
    terms: list[Mapping[str, Any]]
    synonyms: Synonyms
    templates: Mapping[str, str]
    sources: frozenset[str]


class Judge:
    """`schema` is the JSON Schema of definitions, `events` the events of applications."""

    def __init__(
        self,
        publishing: EditedPublishing,
        reference: Reference,
        offerings: Offerings,
        schema: dict[str, Any],
        events: frozenset[str],
    ) -> None:
        self._publishing = publishing
        self._reference = reference
        self._offerings = offerings
        self.schema = schema
        self._events = events

    async def around(self) -> Around:
        """Raises TryLater before the first seeding by this release."""
        seeded = await self._publishing.seeded()
        if seeded is None:
            told = Text("Definisi sedang disiapkan. Coba lagi nanti.", "Definitions are being set up. Try again later.")
            raise TryLater("not-seeded", told, retry_after=30)
        agencies = {agency.code: agency for agency in await self._reference.agencies()}
        malls = await self._reference.malls()
        return Around(malls, agencies, list(seeded.terms), seeded.synonyms, seeded.templates, seeded.sources)

    async def problems(
        self, document: Mapping[str, Any], templates: Mapping[str, str], published: Collection[str], around: Around
    ) -> list[Problem]:
        """Every problem of a draft; `templates` are those of its base, `published` the versions that are."""
        names = frozenset({*around.templates, *templates})
        known = Known(self._events, around.agencies, names, around.sources)
        # Large ones take tens of milliseconds, in which everybody else is answered.
        found = await asyncio.to_thread(check_definition, dict(document), self.schema, known)
        if document.get("version") in published:
            found.append(Problem("/version", f"version {document['version']} is published already: give it a new one"))
        return found

    async def problems_now(self, document: Mapping[str, Any], templates: Mapping[str, str]) -> list[Problem]:
        """The same, on what is known now."""
        published = [version.version for version in await self._offerings.definitions(str(document.get("code")))]
        return await self.problems(document, templates, published, await self.around())


def as_definition(document: Mapping[str, Any], templates: Mapping[str, str], around: Around) -> Definition:
    """What a draft without problems would be published as."""
    named = {output["template"] for output in document["outputs"]}
    sources = known_templates(templates, around.templates, named)
    return Definition(document["code"], document["version"], dict(document), sources)


def refuse_problems(problems: Collection[Problem]) -> None:
    """Raises Invalid naming each of them."""
    if problems:
        told = Text(
            f"Draf ini belum dapat dipakai: {len(problems)} hal perlu diperbaiki.",
            f"This draft cannot be used yet: {len(problems)} things are to be mended.",
        )
        errors = tuple(FieldError(problem.where, "problem", problem.text) for problem in problems)
        raise Invalid("draft-has-problems", told, errors)
