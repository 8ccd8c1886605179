"""Published versions: who published them and why, what changed from one to the next, and ending one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from mpp_runtime.errors import Conflict, Text
from mpp_runtime.ids import new_id

from mpp_catalog.domain.differences import OF_VERSIONS, Difference, differences
from mpp_catalog.domain.drafts import Draft, Officer
from mpp_catalog.domain.offerings import Definition, version_on
from mpp_catalog.domain.retirement import Retirement
from mpp_catalog.use_cases.browse import national_day, not_found
from mpp_catalog.use_cases.editing_ports import Drafts, EditedPublishing, Retirements
from mpp_catalog.use_cases.judging import Judge
from mpp_catalog.use_cases.ports import Clock, Offerings
from mpp_catalog.use_cases.publish import put_periods
from mpp_catalog.use_cases.reviewing import Ground, check_source

Standing = Literal["published", "in-force", "retired"]


@dataclass(frozen=True)
class Version:
    """A version, the draft it was published from (none: from files) and its retirement, once that is approved."""

    definition: Definition
    published_at: datetime
    standing: Standing
    draft: Draft | None
    retirement: Retirement | None


class Versions:
    """Raises NotFound for what is not published."""

    def __init__(
        self,
        offerings: Offerings,
        drafts: Drafts,
        retirements: Retirements,
        publishing: EditedPublishing,
        judge: Judge,
        clock: Clock,
    ) -> None:
        self._offerings = offerings
        self._drafts = drafts
        self._retirements = retirements
        self._publishing = publishing
        self._judge = judge
        self._clock = clock

    async def all_of(self, service: str) -> list[Version]:
        """The newest first."""
        definitions = await self._definitions(service)
        published = await self._offerings.published_at(service)
        drafts = {draft.version: draft for draft in await self._drafts.published(service)}
        retired = {one.version: one for one in await self._retirements.of(service) if one.approver}
        today = national_day(self._clock)
        current = version_on(definitions, today)
        return [
            Version(
                one, published[one.version], _standing(one, current, today), drafts.get(one.version),
                retired.get(one.version),
            )
            for one in sorted(definitions, key=lambda one: one.order, reverse=True)
        ]  # fmt: skip

    async def get(self, service: str, version: str) -> Definition:
        found = next((one for one in await self._definitions(service) if one.version == version), None)
        if found is None:
            raise not_found(Text("Versi", "version"), f"{service} {version}")
        return found

    async def differences(self, service: str, before: str, after: str) -> list[Difference]:
        """What `after` changes in `before`."""
        one, two = await self.get(service, before), await self.get(service, after)
        return differences(one.document, two.document, OF_VERSIONS)

    async def retirement(self, service: str, version: str) -> Retirement:
        """What was asked last, approved or not."""
        await self.get(service, version)
        found = [one for one in await self._retirements.of(service) if one.version == version]
        if not found:
            raise not_found(Text("Usulan pengakhiran", "retirement"), f"{service} {version}")
        return found[-1]

    async def ask_retirement(
        self, service: str, version: str, effective_to: date, ground: Ground, by: Officer
    ) -> Retirement:
        """Asks that the version ends after that day, in place of what was asked before. Raises Conflict."""
        check_source(ground, (await self._judge.around()).sources)
        await self.get(service, version)
        async with self._publishing.service(service) as publication:
            definition = next(one for one in await publication.definitions() if one.version == version)
            asked = Retirement(
                new_id(), service, version, effective_to, ground.reason, ground.legal_reference, by, self._clock.now()
            )
            asked.check(definition, national_day(self._clock))
            await publication.retirements.put(asked)
        return asked

    async def approve_retirement(self, service: str, version: str, by: Officer) -> Retirement:
        """Ends the offerings of the version at every mall after its last day. Again by the same officer: the same."""
        await self.get(service, version)
        async with self._publishing.service(service) as publication:
            asked = await publication.retirements.newest(version)
            if asked is None:
                told = Text("Belum ada yang mengusulkan pengakhiran.", "Nobody has asked for a retirement.")
                raise Conflict("retirement-not-asked", told)
            if asked.approver is not None and asked.approver.id == by.id:
                return asked
            definitions = {one.version: one for one in await publication.definitions()}
            asked.check(definitions[version], national_day(self._clock))
            at = self._clock.now()
            approved = asked.approved(by, at)
            await publication.retirements.put(approved)
            # Read again: a definition is stored with its retirement.
            definitions = {one.version: one for one in await publication.definitions()}
            around, overrides = await self._judge.around(), await publication.overrides()
            await put_periods(publication, definitions.values(), overrides, around, at)
        return approved

    async def _definitions(self, service: str) -> list[Definition]:
        found = await self._offerings.definitions(service)
        if not found:
            raise not_found(Text("Layanan", "public service"), service)
        return found


def _standing(version: Definition, current: Definition | None, today: date) -> Standing:
    if current is not None and version.version == current.version:
        return "in-force"
    return "published" if version.effective_from > today else "retired"
