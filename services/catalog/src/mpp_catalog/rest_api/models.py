"""Wire shapes. A `TextModel` is one text in Indonesian and English."""

from datetime import date
from typing import Any, Literal

from mpp_runtime.errors import Text
from pydantic import BaseModel, Field

from mpp_catalog.domain.calendar import Calendar
from mpp_catalog.domain.differences import Difference
from mpp_catalog.domain.offerings import Definition
from mpp_catalog.domain.reference import Agency, Mall, Region
from mpp_catalog.use_cases.browse import PublicService
from mpp_catalog.use_cases.offerings import Comparison
from mpp_catalog.use_cases.search_offerings import Found, Happening
from mpp_catalog.use_cases.unmet_demand import Unmet


class TextModel(BaseModel):
    id: str
    en: str

    @staticmethod
    def of(text: Text) -> "TextModel":
        return TextModel(id=text.id, en=text.en)


class RegionModel(BaseModel):
    """A region of the Kemendagri code list that is in force."""

    code: str = Field(examples=["33.14"])
    name: str
    parent: str | None
    level: Literal["province", "regency", "district"]

    @staticmethod
    def of(region: Region) -> "RegionModel":
        return RegionModel.model_validate(
            {"code": region.code, "name": region.name, "parent": region.parent, "level": region.level}
        )


class RegionPage(BaseModel):
    items: list[RegionModel]
    next_cursor: str | None


class MallModel(BaseModel):
    code: str = Field(examples=["33.14"])
    name: str
    region: dict[str, str]
    time_zone: str
    working_weekdays: list[int] = Field(description="ISO weekdays, 1 is Monday")
    calendar_version: str
    note: TextModel

    @staticmethod
    def of(mall: Mall) -> "MallModel":
        return MallModel(
            code=mall.code,
            name=mall.name,
            region={"code": mall.code, "name": mall.region_name},
            time_zone=mall.time_zone,
            working_weekdays=list(mall.working_weekdays),
            calendar_version=mall.calendar_version,
            note=TextModel.of(mall.note),
        )


class MallList(BaseModel):
    items: list[MallModel]


class TaskGrantModel(BaseModel):
    name: str
    services: list[str]


class AgencyModel(BaseModel):
    """An agency and what its connector may answer. `simulated`: its answers are synthetic."""

    code: str
    name: TextModel
    kind: str
    simulated: bool
    has_connector: bool
    lookups: list[str]
    tasks: list[TaskGrantModel]

    @staticmethod
    def of(agency: Agency) -> "AgencyModel":
        return AgencyModel(
            code=agency.code,
            name=TextModel.of(agency.name),
            kind=agency.kind,
            simulated=agency.simulated,
            has_connector=agency.has_connector,
            lookups=list(agency.lookups),
            tasks=[TaskGrantModel(name=task.name, services=list(task.services)) for task in agency.tasks],
        )


class AgencyList(BaseModel):
    items: list[AgencyModel]


class VersionModel(BaseModel):
    version: str
    digest: str
    effective_from: date
    effective_to: date | None

    @staticmethod
    def of(definition: Definition) -> "VersionModel":
        return VersionModel(
            version=definition.version,
            digest=definition.digest,
            effective_from=definition.effective_from,
            effective_to=definition.effective_to,
        )


class PublicServiceSummary(BaseModel):
    code: str
    name: TextModel
    description: TextModel
    category: str
    version_in_force: str | None

    @staticmethod
    def of(service: PublicService) -> "PublicServiceSummary":
        shown = (service.in_force or service.versions[-1]).document
        return PublicServiceSummary(
            code=service.code,
            name=TextModel(**shown["name"]),
            description=TextModel(**shown["description"]),
            category=shown["category"],
            version_in_force=service.in_force.version if service.in_force else None,
        )


class PublicServiceList(BaseModel):
    items: list[PublicServiceSummary]


class PublicServiceModel(BaseModel):
    """A public service as the nation defines it; `definition` is the version in force (docs/service-definition.md)."""

    code: str
    version_in_force: str | None
    versions: list[VersionModel]
    definition: dict[str, Any] | None

    @staticmethod
    def of(service: PublicService) -> "PublicServiceModel":
        current = service.in_force
        return PublicServiceModel(
            code=service.code,
            version_in_force=current.version if current else None,
            versions=[VersionModel.of(version) for version in service.versions],
            definition=dict(current.document) if current else None,
        )


class HolidayModel(BaseModel):
    date: date
    kind: Literal["national", "collective-leave", "regional"]
    name: TextModel
    confirmed: bool = Field(description="false: the day may still move")


class CalendarModel(BaseModel):
    """The working days of a mall in one year."""

    mall: str
    version: str
    year: int
    time_zone: str
    working_weekdays: list[int]
    working_days: int
    holidays: list[HolidayModel]

    @staticmethod
    def of(mall: str, version: str, calendar: Calendar, year: int) -> "CalendarModel":
        return CalendarModel.model_validate(
            {
                "mall": mall,
                "version": version,
                "year": year,
                "time_zone": calendar.time_zone,
                "working_weekdays": list(calendar.working_weekdays),
                "working_days": calendar.working_days_of(year),
                "holidays": [day for day in calendar.as_dict()["holidays"] if day["date"].startswith(f"{year}-")],
            }
        )


class WorkingDayModel(BaseModel):
    """The day a promise made on `start` falls due."""

    mall: str
    version: str
    start: date
    working_days: int
    date: date


class CardModel(BaseModel):
    """An offering in a list; `digest` is the one of the whole offering."""

    mall: str
    service: str
    version: str
    digest: str
    name: TextModel
    description: TextModel
    category: str
    agency: dict[str, Any]
    working_days: int
    fee: dict[str, Any]
    overridden: bool = Field(description="true: this mall changes the national definition")


class LifeEventModel(BaseModel):
    """A life event that the question names, and the offerings that help then, in the order a person needs them."""

    code: str
    name: TextModel
    items: list[CardModel]

    @staticmethod
    def of(happening: Happening) -> "LifeEventModel":
        return LifeEventModel(
            code=happening.event.code,
            name=TextModel.of(happening.event.name),
            items=[CardModel.model_validate(hit.card) for hit in happening.hits],
        )


class OfferingPage(BaseModel):
    """`corrected`: words of the question that were taken for others. `partial`: no offering has all the words."""

    items: list[CardModel]
    next_cursor: str | None
    corrected: dict[str, str]
    partial: bool
    life_event: LifeEventModel | None


class SuggestionModel(BaseModel):
    """A public service at a mall that offers it, or a life event: then `service` and `mall` are null."""

    service: str | None
    life_event: str | None
    mall: str | None
    name: TextModel


class SuggestionList(BaseModel):
    """At most nine, the best first; `corrected`: words that were taken for others."""

    items: list[SuggestionModel]
    corrected: dict[str, str]

    @staticmethod
    def of(found: Found) -> "SuggestionList":
        items = [
            SuggestionModel.model_validate(
                {"service": hit.card["service"], "life_event": None, "mall": hit.card["mall"], "name": hit.card["name"]}
            )
            for hit in found.hits
        ]
        if found.happening is not None:
            event = found.happening.event
            name = TextModel.of(event.name)
            items.insert(0, SuggestionModel(service=None, life_event=event.code, mall=None, name=name))
        return SuggestionList(items=items, corrected=found.corrected)


class UnmetSearchModel(BaseModel):
    """Nothing was found for `words` (in alphabetical order) at `mall`, null for all malls, `searches` times."""

    mall: str | None
    words: str
    searches: int
    first: date
    last: date

    @staticmethod
    def of(unmet: Unmet) -> "UnmetSearchModel":
        return UnmetSearchModel(
            mall=unmet.mall or None, words=unmet.words, searches=unmet.searches, first=unmet.first, last=unmet.last
        )


class UnmetSearchList(BaseModel):
    """Most searched first. What fewer than three asked for is not in it."""

    items: list[UnmetSearchModel]


class DifferenceModel(BaseModel):
    kind: Literal["added", "removed", "changed"]
    path: str = Field(description="JSON pointer; entries of coded lists are named by their code")
    baseline: Any
    here: Any
    text: TextModel

    @staticmethod
    def of(difference: Difference) -> "DifferenceModel":
        return DifferenceModel.model_validate({**vars(difference), "text": TextModel.of(difference.text)})


class HeldDifferenceModel(DifferenceModel):
    since: date = Field(description="First day since which this difference has held without a gap")


class ComparisonModel(BaseModel):
    """What a mall changes in the national definition, and on which legal ground."""

    mall: str
    service: str
    digest: str
    definition_digest: str
    override: dict[str, Any] | None = Field(description="reason, legal_reference, effective_from, effective_to, patch")
    differences: list[HeldDifferenceModel]

    @staticmethod
    def of(comparison: Comparison) -> "ComparisonModel":
        offering = comparison.offering
        return ComparisonModel(
            mall=offering.mall,
            service=offering.service,
            digest=offering.digest,
            definition_digest=offering.definition_digest,
            override=comparison.override,
            differences=[
                HeldDifferenceModel(**vars(DifferenceModel.of(difference)), since=comparison.since[difference.path])
                for difference in comparison.differences
            ],
        )
