"""Views as answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from mpp_runtime.errors import Text
from mpp_runtime.rest import etag
from pydantic import BaseModel

from mpp_applications.domain.application import Application
from mpp_applications.domain.definition import Offering, Requirement
from mpp_applications.domain.documents import DocumentFacts, IssuedDocument
from mpp_applications.domain.events import CorrectionItem
from mpp_applications.domain.lookups import Lookup
from mpp_applications.domain.status import LABELS
from mpp_applications.domain.timeline import TimelineLine, WaitingFor, waiting_for
from mpp_applications.domain.validation import CheckedRequirement
from mpp_applications.rest_api import wire
from mpp_applications.use_cases.drafting import Prefilled
from mpp_applications.use_cases.ports import Answer, InboxCount, InboxLine, Paper
from mpp_applications.use_cases.reading import Followed
from mpp_applications.use_cases.views import FeeQuote, View


def text(value: Text) -> wire.TextOut:
    return wire.TextOut(id=value.id, en=value.en)


def answer(
    status: int, content: BaseModel, version: int | None = None, headers: Mapping[str, str] = MappingProxyType({})
) -> Answer:
    told = {"Content-Type": "application/json", "Cache-Control": "no-store", **headers}
    if version is not None:
        told["ETag"] = etag(version)
    return Answer(status, content.model_dump_json().encode(), told)


def standing(application: Application, now: datetime) -> wire.StandingOut:
    return wire.StandingOut(**_standing(application, waiting_for(application), now))


def _standing(application: Application, waiting: WaitingFor | None, now: datetime) -> dict[str, Any]:
    offering = application.offering
    return {
        "id": application.id,
        "number": application.number,
        "version": application.version,
        "mall": wire.MallOut(code=offering.mall, name=offering.mall_name),
        "service": wire.ServiceOut(code=offering.service, name=text(offering.name)),
        "status": application.status,
        "status_label": text(LABELS[application.status]),
        "state": application.state,
        "state_label": text(application.label),
        "clock_owner": application.clock_owner,
        "created_at": application.created_at,
        "submitted_at": application.submitted_at,
        "promised_date": application.promised_date,
        "due_at": application.due_at,
        "overdue": bool(application.due_at and application.due_at < now),
        "waiting_for": _waiting(waiting) if waiting else None,
    }


def _waiting(waiting: WaitingFor) -> wire.WaitingOut:
    return wire.WaitingOut(
        kind=waiting.kind,
        agency=waiting.agency,
        name=text(waiting.name),
        since=waiting.since,
        due_at=waiting.due_at,
        away=waiting.away_since is not None,
        away_since=waiting.away_since,
        claimed=waiting.claimed,
    )


def _verb(view: View, now: datetime, caller: str) -> dict[str, Any]:
    application = view.application
    task = application.desk_task if view.reader == "officer" else None
    return {
        **_standing(application, view.waiting, now),
        "actions": [
            wire.ActionOut(
                code=each.code,
                label=text(each.label),
                needs=list(each.needs),
                moves_to=text(each.moves_to) if each.moves_to else None,
                final=each.final,
                signs=each.signs,
            )
            for each in view.actions
        ],
        "task": wire.TaskOut(
            id=task.id,
            claimed=task.claimed_by is not None,
            claimed_by=task.claimed_by,
            claimed_by_me=task.claimed_by == caller,
            due_at=task.due_at,
        )
        if task
        else None,
    }


def verb(view: View, now: datetime, caller: str) -> wire.VerbOut:
    return wire.VerbOut(**_verb(view, now, caller))


def application(view: View, now: datetime, caller: str) -> wire.ApplicationOut:
    shown = view.application
    checked = view.checked
    return wire.ApplicationOut(
        **_verb(view, now, caller),
        digest=shown.offering.digest,
        tracking_secret=shown.secret if view.reader == "applicant" else None,
        answers=dict(shown.answers),
        missing=[
            wire.MissingOut(field=error.field, code=error.code, detail=text(error.detail))
            for error in (checked.errors if checked else ())
        ],
        requirements=[_requirement(each) for each in (checked.requirements if checked else ())],
        corrections=corrections(shown.offering, shown.items, view.answered),
        reason=shown.reason,
        lookups=[_lookup(shown.offering, each) for each in shown.lookups],
        attachments=[attachment(paper) for paper in view.papers],
        documents=[document(each) for each in view.documents],
        fees=_fees(view.fees) if view.fees else None,
        particulars=dict(view.particulars) if view.particulars is not None else None,
    )


def _requirement(checked: CheckedRequirement) -> wire.RequirementOut:
    requirement = checked.requirement
    return wire.RequirementOut(
        **_paper_kind(requirement).model_dump(),
        mandatory=requirement.mandatory,
        state=checked.state,
        papers=[_paper_kind(paper) for paper in requirement.papers],
    )


def _paper_kind(requirement: Requirement) -> wire.PaperKindOut:
    return wire.PaperKindOut(
        code=requirement.code,
        name=text(requirement.name),
        kind=requirement.kind,
        types=list(requirement.types),
        max_bytes=requirement.max_bytes,
    )


def corrections(
    offering: Offering, items: Sequence[CorrectionItem], answered: Sequence[bool] = ()
) -> list[wire.CorrectionOut]:
    told = []
    for index, item in enumerate(items):
        label = offering.target_label(item.target)
        told.append(
            wire.CorrectionOut(
                target=item.target,
                label=text(label) if label else None,
                note=text(item.note),
                answered=answered[index] if answered else None,
            )
        )
    return told


def attachment(paper: Paper) -> wire.AttachmentOut:
    return wire.AttachmentOut(
        id=paper.file.id,
        requirement=paper.requirement,
        file_name=paper.file.file_name,
        media_type=paper.file.media_type,
        size=paper.file.size,
        sha256=paper.file.sha256,
        uploaded_at=paper.uploaded_at,
    )


def document(issued: IssuedDocument) -> wire.DocumentOut:
    return wire.DocumentOut(
        id=issued.id,
        output=issued.output,
        title=text(issued.title),
        number=issued.number,
        sha256=issued.sha256,
        media_type=issued.media_type,
        verification_code=issued.verification_code,
        valid_from=issued.valid_from,
        valid_until=issued.valid_until,
        issued_at=issued.issued_at,
        signer=wire.SignerOut(name=issued.signer.name, title=issued.signer.title),
        simulated=issued.simulated,
        revoked_at=issued.revoked_at,
    )


def document_facts(facts: DocumentFacts) -> wire.DocumentFactsOut:
    return wire.DocumentFactsOut(
        title=text(facts.title),
        number=facts.number,
        valid_from=facts.valid_from,
        valid_until=facts.valid_until,
        signer=wire.SignerOut(name=facts.signer.name, title=facts.signer.title),
    )


def _lookup(offering: Offering, lookup: Lookup) -> wire.LookupOut:
    return wire.LookupOut(agency_name=text(offering.agency_name(lookup.agency)), **vars(lookup))


def _fees(quoted: FeeQuote) -> wire.FeesOut:
    lines = [
        wire.FeeLineOut(
            code=line.code,
            label=text(line.label),
            rupiah=line.rupiah,
            legal_reference=line.legal_reference,
            kind=line.kind,
            rule=text(line.rule) if line.rule else None,
            confirmed=line.confirmed,
        )
        for line in (quoted.fees.lines if quoted.fees else ())
    ]
    return wire.FeesOut(state=quoted.state, lines=lines, total_rupiah=quoted.fees.total if quoted.fees else None)


def form(offering: Offering) -> wire.FormOut:
    definition = offering.definition
    return wire.FormOut(
        digest=offering.digest,
        json_schema=offering.form_schema,
        layout=definition["form"].get("layout") or [],
        rules=[wire.RuleOut(code=rule.code, field=rule.field) for rule in offering.rules],
        prefill=[
            wire.PrefillRuleOut(
                code=rule.code,
                agency=rule.agency,
                agency_name=text(offering.agency_name(rule.agency)),
                fields=list(rule.fields),
            )
            for rule in offering.prefill
        ],
        requirements=definition.get("requirements") or [],
        legal_basis=(definition.get("standard") or {}).get("legal_basis") or [],
    )


def prefilled(results: Sequence[Prefilled]) -> list[wire.PrefilledOut]:
    return [
        wire.PrefilledOut(
            code=each.code,
            agency=each.agency,
            agency_name=text(each.agency_name),
            outcome=each.outcome,
            filled=dict(each.filled),
            kept=list(each.kept),
            source=dict(each.source) if each.source else None,
            as_of=each.as_of,
        )
        for each in results
    ]


def timeline(followed: Followed) -> wire.TimelineOut:
    offering = followed.application.offering
    return wire.TimelineOut(
        application=standing(followed.application, followed.now),
        lines=[_line(offering, line) for line in followed.lines],
    )


def _line(offering: Offering, line: TimelineLine) -> wire.LineOut:
    return wire.LineOut(
        version=line.version,
        at=line.at,
        event=line.event,
        title=text(line.title),
        who=text(line.who),
        officer=line.officer,
        status=line.status,
        state=line.state,
        state_label=text(line.state_label),
        clock_owner=line.clock_owner,
        due_at=line.due_at,
        promised_date=line.promised_date,
        reason=line.reason,
        comment=line.comment,
        items=corrections(offering, line.items),
    )


def inbox_line(line: InboxLine, officer: str, now: datetime) -> wire.InboxLineOut:
    return wire.InboxLineOut(
        id=line.task,
        application=line.application,
        number=line.number,
        service=wire.ServiceOut(code=line.service, name=text(line.service_name)),
        mall=wire.MallOut(code=line.mall, name=line.mall_name),
        state=line.state,
        state_label=text(line.state_label),
        desk_label=text(line.desk_label),
        role=line.desk.role,
        agency=line.desk.agency,
        region=line.desk.region,
        created_at=line.created_at,
        due_at=line.due_at,
        overdue=bool(line.due_at and line.due_at < now),
        claimed=line.claimed_by is not None,
        claimed_by=line.claimed_by,
        claimed_by_me=line.claimed_by == officer,
        claimed_at=line.claimed_at,
    )


def inbox_count(count: InboxCount) -> wire.InboxCountOut:
    desk = count.desk
    return wire.InboxCountOut(
        desk=f"{desk.role}:{desk.agency}:{desk.region}",
        desk_label=text(count.desk_label),
        state=count.state,
        state_label=text(count.state_label),
        service=count.service,
        service_name=text(count.service_name),
        open=count.open,
        free=count.free,
        mine=count.mine,
        late=count.late,
        soon=count.soon,
    )
