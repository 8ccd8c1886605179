"""An application as one reader may see it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from mpp_runtime.errors import Invalid, Text, TryLater

from mpp_applications.domain.actors import Actor
from mpp_applications.domain.answers import Answers
from mpp_applications.domain.application import Application
from mpp_applications.domain.corrections import answered
from mpp_applications.domain.definition import Action, Offering
from mpp_applications.domain.documents import IssuedDocument
from mpp_applications.domain.status import FINAL
from mpp_applications.domain.timeline import WaitingFor, waiting_for
from mpp_applications.domain.validation import Checked, check
from mpp_applications.use_cases.ports import Answer, Catalog, Fees, Once, Paper, Reads

FeesState = Literal["free", "quoted", "not-yet", "unavailable"]

OWN_ACTIONS = {
    "change-answers": Text("Ubah isian", "Change answers"),
    "attach": Text("Unggah berkas", "Attach papers"),
    "submit": Text("Ajukan", "Submit"),
    "withdraw": Text("Tarik permohonan", "Withdraw"),
    "claim": Text("Ambil tugas", "Claim"),
    "release": Text("Lepas tugas", "Release"),
}


@dataclass(frozen=True)
class ActionOption:
    """Something this reader may do now; `needs` names "reason" and "items".

    A decision also says where it leads: `moves_to` is the next step, `final` that nothing follows it, `signs` the
    output that is made and signed by it.
    """

    code: str
    label: Text
    needs: tuple[str, ...] = ()
    moves_to: Text | None = None
    final: bool = False
    signs: str | None = None


@dataclass(frozen=True)
class FeeQuote:
    """ "not-yet": the answers do not decide it; "unavailable": the catalogue is away."""

    state: FeesState
    fees: Fees | None = None


@dataclass(frozen=True)
class View:
    """`fees` are there while the applicant may edit, `checked` also for officers; `particulars` for officers.

    `answered`: for each correction, whether the applicant changed what it points at; empty for officers.
    """

    application: Application
    reader: Literal["applicant", "officer"]
    actions: tuple[ActionOption, ...]
    waiting: WaitingFor | None
    papers: Sequence[Paper]
    documents: Sequence[IssuedDocument]
    checked: Checked | None
    fees: FeeQuote | None
    particulars: Mapping[str, Any] | None
    answered: Sequence[bool] = ()


class _NothingYet:
    """What hangs on an application that is just being made."""

    async def papers(self, application: UUID) -> Sequence[Paper]:
        return ()

    async def documents(self, application: UUID) -> Sequence[IssuedDocument]:
        return ()

    async def handed_in(self, application: UUID) -> Answers | None:
        return None


NOTHING_YET: Reads = _NothingYet()


@dataclass(frozen=True)
class Reply:
    """How the view becomes an answer, and the key under which the request happens once."""

    render: Callable[[View], Answer]
    once: Once | None = None


async def quote(catalog: Catalog, application: Application) -> FeeQuote:
    """What it costs by the answers so far; never an error, because a draft may be unfinished."""
    if not application.offering.has_fees:
        return FeeQuote("free", Fees((), 0))
    try:
        return FeeQuote("quoted", await catalog.quote(application.offering.digest, application.answers))
    except Invalid:
        return FeeQuote("not-yet")
    except TryLater:
        return FeeQuote("unavailable")


def allowed_actions(application: Application, actor: Actor) -> tuple[ActionOption, ...]:
    """What this actor may do now."""
    if actor.kind == "applicant":
        own = ("change-answers", "attach", "submit", "withdraw")
        return tuple(ActionOption(code, OWN_ACTIONS[code]) for code in application.possible() if code in own)
    task, place = application.desk_task, application.place
    if task is None or place is None or task.desk not in actor.desks or application.owner == actor.id:
        return ()
    if task.claimed_by is None:
        return (ActionOption("claim", OWN_ACTIONS["claim"]),)
    if task.claimed_by != actor.id:
        return ()
    decisions = (_decision(application.offering, action) for action in place.actions.values())
    return (*decisions, ActionOption("release", OWN_ACTIONS["release"]))


def _decision(offering: Offering, action: Action) -> ActionOption:
    to = offering.state(action.to)
    signs = offering.task(to.task).document if to.task else None
    return ActionOption(action.code, action.label, tuple(sorted(action.needs)), to.label, to.status in FINAL, signs)


def check_now(application: Application, now: datetime) -> Checked:
    offering = application.offering
    return check(offering, application.answers, application.given, offering.local_date(now))


async def view(
    application: Application,
    actor: Actor,
    reads: Reads,
    now: datetime,
    *,
    fees: FeeQuote | None = None,
    particulars: Mapping[str, Any] | None = None,
) -> View:
    """Reads only our own database; what other services know is given."""
    papers = await reads.papers(application.id)
    return View(
        application=application,
        reader="officer" if actor.kind == "officer" else "applicant",
        actions=allowed_actions(application, actor),
        waiting=waiting_for(application),
        papers=papers,
        documents=await reads.documents(application.id),
        checked=check_now(application, now) if application.editable or particulars is not None else None,
        fees=fees,
        particulars=particulars,
        answered=await _answered(application, papers, reads) if actor.kind == "applicant" else (),
    )


async def _answered(application: Application, papers: Sequence[Paper], reads: Reads) -> Sequence[bool]:
    if not application.items or application.entered_at is None:
        return ()
    asked_at, before = application.entered_at, await reads.handed_in(application.id) or {}
    new = {paper.requirement for paper in papers if paper.uploaded_at > asked_at}
    return [answered(application.offering, item, before, application.answers, new) for item in application.items]
