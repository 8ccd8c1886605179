"""What goes over the wire. Texts come in both languages; times are RFC 3339 with offset; money is whole rupiah."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Code = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._-]+$")]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class In(BaseModel):
    """Input: what is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class NewApplicationIn(In):
    mall: Code = Field(description='Mall code, for example "33.14"')
    service: Code = Field(description='Public service code, for example "sip-perawat"')
    answers: dict[str, Any] = Field(default_factory=dict, description="Answers so far; may be incomplete")
    submit: bool = Field(default=False, description="Hand it in at once; refused with every error if incomplete")
    applicant: UUID | None = Field(default=None, description="The person it is for, when you hold a mandate")


class AnswersIn(In):
    answers: dict[str, Any] = Field(description="JSON Merge Patch of the answers: null removes")


class ItemIn(In):
    target: str = Field(max_length=200, description='"/practice/name", "requirement:photo" or "" for the whole')
    note: Note


class DecisionIn(In):
    action: Code
    reason: str = Field(default="", max_length=2000)
    items: list[ItemIn] = Field(default_factory=list, max_length=50)
    comment: str = Field(default="", max_length=2000, description="For officers only")


class TextOut(BaseModel):
    id: str
    en: str


class MallOut(BaseModel):
    code: str
    name: str


class ServiceOut(BaseModel):
    code: str
    name: TextOut


class WaitingOut(BaseModel):
    """Who has it. `away`: the agency does not answer at present."""

    kind: Literal["applicant", "desk", "agency"]
    agency: str | None
    name: TextOut
    since: datetime
    due_at: datetime | None
    away: bool
    away_since: datetime | None
    claimed: bool


class ActionOut(BaseModel):
    """`moves_to`: the next step. `final`: nothing follows it. `signs`: code of the output made and signed by it."""

    code: str
    label: TextOut
    needs: list[str]
    moves_to: TextOut | None
    final: bool
    signs: str | None


class MissingOut(BaseModel):
    """Why it cannot be submitted yet; `field` is a JSON pointer below /answers or /attachments."""

    field: str
    code: str
    detail: TextOut


class PaperKindOut(BaseModel):
    code: str
    name: TextOut
    kind: str
    types: list[str]
    max_bytes: int


class RequirementOut(PaperKindOut):
    """`papers`: what can be attached for it; one is enough."""

    mandatory: bool
    state: Literal["given", "missing", "optional", "not-needed", "unknown"]
    papers: list[PaperKindOut]


class CorrectionOut(BaseModel):
    """One thing to mend. `answered`: it was changed since; only in the applicant's own file."""

    target: str
    label: TextOut | None
    note: TextOut
    answered: bool | None = None


class AttachmentOut(BaseModel):
    id: UUID
    requirement: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: datetime


class SignerOut(BaseModel):
    name: str
    title: str


class DocumentOut(BaseModel):
    id: UUID
    output: str
    title: TextOut
    number: str
    sha256: str
    media_type: str
    verification_code: str
    valid_from: date
    valid_until: date | None
    issued_at: datetime
    signer: SignerOut
    simulated: bool
    revoked_at: datetime | None


class LookupOut(BaseModel):
    """What a register answered. `outcome`: "found", "not_found", "refused", "error" or "away"."""

    code: str
    agency: str
    agency_name: TextOut
    outcome: str
    values: dict[str, Any] = Field(description="JSON pointer into the answers: what the register holds")
    source: dict[str, Any] | None
    as_of: datetime | None
    asked_at: datetime


class DocumentFactsOut(BaseModel):
    """What a document will say of itself once it is signed."""

    title: TextOut
    number: str = Field(description='The sequence is taken with the decision: "503/____/SIPP/33.14/2026"')
    valid_from: date
    valid_until: date | None
    signer: SignerOut


class FeeLineOut(BaseModel):
    code: str
    label: TextOut
    rupiah: int
    legal_reference: str
    kind: str = Field(description="pnbp, retribusi, provincial-tax or stamp-duty")
    rule: TextOut | None = Field(description="How the amount comes about, in words")
    confirmed: bool = Field(description="false: the legal reference is still to be confirmed")


class FeesOut(BaseModel):
    """`state`: "free", "quoted", "not-yet" (the answers do not decide it) or "unavailable"."""

    state: Literal["free", "quoted", "not-yet", "unavailable"]
    lines: list[FeeLineOut]
    total_rupiah: int | None


class TaskOut(BaseModel):
    id: UUID
    claimed: bool
    claimed_by: str | None
    claimed_by_me: bool
    due_at: datetime | None


class StandingOut(BaseModel):
    """Where an application stands, without a word of its content."""

    id: UUID
    number: str | None
    version: int = Field(description="Also the ETag")
    mall: MallOut
    service: ServiceOut
    status: str
    status_label: TextOut
    state: str | None
    state_label: TextOut
    clock_owner: str
    created_at: datetime
    submitted_at: datetime | None
    promised_date: date | None
    due_at: datetime | None
    overdue: bool
    waiting_for: WaitingOut | None


class VerbOut(StandingOut):
    """The answer to what an officer did. Reading the file is a request of its own, which the person can see."""

    actions: list[ActionOut]
    task: TaskOut | None


class ApplicationOut(VerbOut):
    digest: str
    tracking_secret: str | None = Field(description="For the applicant only")
    answers: dict[str, Any]
    missing: list[MissingOut]
    requirements: list[RequirementOut]
    corrections: list[CorrectionOut]
    reason: str
    lookups: list[LookupOut]
    attachments: list[AttachmentOut]
    documents: list[DocumentOut]
    fees: FeesOut | None
    particulars: dict[str, Any] | None = Field(description="For officers; each reading is in the person's access log")


class ApplicationsOut(BaseModel):
    items: list[StandingOut]
    next_cursor: str | None


class PrefilledOut(BaseModel):
    """What a lookup brought. `outcome`: "found", "not_found", "refused", "error" or "away"."""

    code: str
    agency: str
    agency_name: TextOut
    outcome: str
    filled: dict[str, Any]
    kept: list[str]
    source: dict[str, Any] | None
    as_of: datetime | None


class PrefillOut(BaseModel):
    application: ApplicationOut
    results: list[PrefilledOut]


class RuleOut(BaseModel):
    """A condition on several answers; `field` is where it is told."""

    code: str
    field: str


class PrefillRuleOut(BaseModel):
    """A lookup that can fill in `fields` (pointers into the answers)."""

    code: str
    agency: str
    agency_name: TextOut
    fields: list[str]


class FormOut(BaseModel):
    """The form of the offering this application is pinned to, and the law it rests on."""

    digest: str
    json_schema: dict[str, Any]
    layout: list[dict[str, Any]]
    rules: list[RuleOut]
    prefill: list[PrefillRuleOut]
    requirements: list[dict[str, Any]]
    legal_basis: list[dict[str, Any]]


class LineOut(BaseModel):
    """One step of the history. `who` is a unit, never a person; `officer` and `comment` are for officers."""

    version: int
    at: datetime
    event: str
    title: TextOut
    who: TextOut
    officer: str | None
    status: str
    state: str | None
    state_label: TextOut
    clock_owner: str
    due_at: datetime | None
    promised_date: date | None
    reason: str
    comment: str
    items: list[CorrectionOut]


class TimelineOut(BaseModel):
    application: StandingOut
    lines: list[LineOut]


class InboxLineOut(BaseModel):
    id: UUID = Field(description="Task id")
    application: UUID
    number: str
    service: ServiceOut
    mall: MallOut
    state: str
    state_label: TextOut
    desk_label: TextOut
    role: str
    agency: str
    region: str
    created_at: datetime
    due_at: datetime | None
    overdue: bool
    claimed: bool
    claimed_by: str | None = Field(description="Officer id; names: GET /api/identity/v1/officers?id=")
    claimed_by_me: bool
    claimed_at: datetime | None


class InboxOut(BaseModel):
    items: list[InboxLineOut]
    next_cursor: str | None


class InboxCountOut(BaseModel):
    """Open tasks of one desk in one step of one public service. `soon`: due within 24 hours and not late yet."""

    desk: str = Field(description='"role:agency:region", as the filter takes it')
    desk_label: TextOut
    state: str
    state_label: TextOut
    service: str
    service_name: TextOut
    open: int
    free: int
    mine: int
    late: int
    soon: int


class InboxCountsOut(BaseModel):
    items: list[InboxCountOut]


class DocumentsOut(BaseModel):
    items: list[DocumentOut]
