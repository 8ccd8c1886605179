"""Wire shapes of editing: drafts, published versions, retirements."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mpp_catalog.domain.differences import Difference
from mpp_catalog.domain.drafts import Draft, Entry, Officer
from mpp_catalog.domain.retirement import Retirement
from mpp_catalog.rest_api.models import DifferenceModel, TextModel
from mpp_catalog.use_cases.drafting import Judged
from mpp_catalog.use_cases.editing_ports import Listed
from mpp_catalog.use_cases.reviewing import Ground
from mpp_catalog.use_cases.versions import Version

State = Literal["editing", "proposed", "returned", "published", "discarded"]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
VersionText = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}[.][0-9]{1,3}$")]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewDraftIn(_In):
    """Without `from_version` and `copy_of`: from the newest version, or a skeleton for a code that is new."""

    service: Code = Field(examples=["sip-perawat"])
    from_version: VersionText | None = None
    copy_of: Code | None = Field(default=None, description="Another public service, whose definition is copied")
    version: VersionText | None = Field(default=None, description="The next free one of this year unless given")


class DocumentIn(_In):
    document: dict[str, Any] = Field(description="The whole definition, finished or not")


class LegalReferenceIn(_In):
    title: Said
    source: Code | str | None = Field(default=None, max_length=60, description="Code in the list of sources")


class GroundIn(_In):
    reason: Said
    legal_reference: LegalReferenceIn

    def ground(self) -> Ground:
        return Ground(self.reason, self.legal_reference.model_dump(exclude_none=True))


class CommentIn(_In):
    comment: Said


class ApprovalIn(_In):
    comment: Said | None = None


class RetirementIn(GroundIn):
    effective_to: date = Field(description="Last day in force")


class OfficerModel(BaseModel):
    id: str
    name: str

    @staticmethod
    def of(officer: Officer) -> "OfficerModel":
        return OfficerModel(id=officer.id, name=officer.name)


class PublicOfficerModel(BaseModel):
    """An officer as on documents: name and position."""

    name: str
    title: str

    @staticmethod
    def of(officer: Officer) -> "PublicOfficerModel":
        return PublicOfficerModel(name=officer.name, title=officer.title)


class DraftSummary(BaseModel):
    id: UUID
    service: str
    version: str
    base_version: str | None
    revision: int
    state: State
    author: OfficerModel
    changed_at: datetime
    problems: int = Field(description="How many it had when it was last changed")

    @staticmethod
    def of(listed: Listed) -> "DraftSummary":
        return DraftSummary.model_validate({**vars(listed), "author": OfficerModel.of(listed.author)})


class DraftPage(BaseModel):
    """The newest first."""

    items: list[DraftSummary]
    next_cursor: str | None


class DraftProblem(BaseModel):
    where: str = Field(description="JSON pointer into the document")
    message: TextModel


class HistoryEntry(BaseModel):
    at: datetime
    who: OfficerModel
    what: Literal["opened", "edited", "proposed", "returned", "published", "discarded"]
    comment: str | None
    changed: list[str] = Field(description="JSON pointers of what an edit touched, at most twenty")

    @staticmethod
    def of(entry: Entry) -> "HistoryEntry":
        return HistoryEntry.model_validate(
            {**vars(entry), "who": OfficerModel.of(entry.who), "changed": list(entry.changed)}
        )


class DraftModel(BaseModel):
    """A draft; `reason`, `legal_reference`, `proposer` and `digest` are of its last proposal."""

    id: UUID
    service: str
    version: str
    base_version: str | None
    revision: int
    state: State
    document: dict[str, Any]
    problems: list[DraftProblem]
    reason: str | None
    legal_reference: dict[str, Any] | None
    digest: str | None
    author: OfficerModel
    proposer: OfficerModel | None
    changed_at: datetime
    history: list[HistoryEntry]

    @staticmethod
    def of(judged: Judged) -> "DraftModel":
        draft, proposal = judged.draft, judged.draft.proposal
        problems = [
            DraftProblem(where=problem.where, message=TextModel.of(problem.text)) for problem in judged.problems
        ]
        return DraftModel.model_validate(
            {
                **{name: value for name, value in vars(draft).items() if name in DraftModel.model_fields},
                "document": dict(draft.document),
                "problems": problems,
                "reason": proposal.reason if proposal else None,
                "legal_reference": dict(proposal.legal_reference) if proposal else None,
                "digest": proposal.digest if proposal else None,
                "author": OfficerModel.of(draft.author),
                "proposer": OfficerModel.of(proposal.by) if proposal else None,
                "history": [HistoryEntry.of(entry) for entry in draft.history],
            }
        )


class VersionDifferences(BaseModel):
    """What `version` changes in `base_version`; without a base all of it is new."""

    service: str
    base_version: str | None
    version: str
    differences: list[DifferenceModel]

    @staticmethod
    def of(service: str, before: str | None, after: str, found: list[Difference]) -> "VersionDifferences":
        told = [DifferenceModel.of(difference) for difference in found]
        return VersionDifferences(service=service, base_version=before, version=after, differences=told)

    @staticmethod
    def of_draft(draft: Draft, found: list[Difference]) -> "VersionDifferences":
        return VersionDifferences.of(draft.service, draft.base_version, draft.version, found)


class RetirementModel(BaseModel):
    """A version ends after `effective_to`; `approved_by` null: it is asked, and somebody else must approve."""

    service: str
    version: str
    effective_to: date
    reason: str
    legal_reference: dict[str, Any]
    asked_by: OfficerModel
    asked_at: datetime
    approved_by: OfficerModel | None
    approved_at: datetime | None

    @staticmethod
    def of(retirement: Retirement) -> "RetirementModel":
        approver = retirement.approver
        return RetirementModel.model_validate(
            {
                **{name: value for name, value in vars(retirement).items() if name in RetirementModel.model_fields},
                "legal_reference": dict(retirement.legal_reference),
                "asked_by": OfficerModel.of(retirement.asker),
                "approved_by": OfficerModel.of(approver) if approver else None,
            }
        )


class PublicRetirement(BaseModel):
    """Why a version ends, and who decided it."""

    effective_to: date
    reason: str
    legal_reference: dict[str, Any]
    asked_by: PublicOfficerModel
    approved_by: PublicOfficerModel


class PublishedVersion(BaseModel):
    """A version and how it came about; what is not known of a version from files is null."""

    version: str
    digest: str
    effective_from: date
    effective_to: date | None
    published_at: datetime
    state: Literal["published", "in-force", "retired"]
    origin: Literal["draft", "files"]
    proposed_by: PublicOfficerModel | None
    approved_by: PublicOfficerModel | None
    reason: str | None
    legal_reference: dict[str, Any] | None
    retirement: PublicRetirement | None

    @staticmethod
    def of(version: Version) -> "PublishedVersion":
        definition, draft = version.definition, version.draft
        proposal, approver = (draft.proposal, draft.approved_by()) if draft else (None, None)
        retirement = version.retirement
        return PublishedVersion(
            version=definition.version,
            digest=definition.digest,
            effective_from=definition.effective_from,
            effective_to=definition.effective_to,
            published_at=version.published_at,
            state=version.standing,
            origin="draft" if draft else "files",
            proposed_by=PublicOfficerModel.of(proposal.by) if proposal else None,
            approved_by=PublicOfficerModel.of(approver) if approver else None,
            reason=proposal.reason if proposal else None,
            legal_reference=dict(proposal.legal_reference) if proposal else None,
            retirement=PublicRetirement(
                effective_to=retirement.effective_to,
                reason=retirement.reason,
                legal_reference=dict(retirement.legal_reference),
                asked_by=PublicOfficerModel.of(retirement.asker),
                approved_by=PublicOfficerModel.of(retirement.approver),
            )
            if retirement and retirement.approver
            else None,
        )


class PublishedVersionList(BaseModel):
    """The newest first."""

    items: list[PublishedVersion]


class DefinitionModel(BaseModel):
    """A version as it was published: it never changes. When it ends is in the list of versions."""

    service: str
    version: str
    digest: str
    definition: dict[str, Any]
