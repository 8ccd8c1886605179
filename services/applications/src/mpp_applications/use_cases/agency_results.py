"""An agency's result: read, checked, carried out once, and receipted after the commit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from mpp_runtime.errors import NotFound, Refusal, Text, TryLater

from mpp_applications.domain.answers import check_storable
from mpp_applications.domain.application import AgencyOutcome
from mpp_applications.domain.documents import IssuedDocument
from mpp_applications.domain.events import CorrectionItem
from mpp_applications.use_cases.agency_ports import AgencyQueue, DocumentWork, QueuedTask, Seals
from mpp_applications.use_cases.asking_agencies import Report
from mpp_applications.use_cases.changing import Changing
from mpp_applications.use_cases.ports import Catalog, Grant, Head, RecordedResult

MAX_REASONS = 50
MAX_NOTE = 1000

_NO_REASON = Text("Instansi tidak menyebut alasan.", "The agency named no reason.")


class Refused(Exception):
    """The result is refused for good; `reason` is a stable code for the receipt and the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class AgencyResult:
    """A result as the protocol has it, read and bounded."""

    id: UUID
    task: UUID
    agency: str
    outcome: AgencyOutcome
    data: Mapping[str, Any]
    items: tuple[CorrectionItem, ...]
    until: datetime | None


def read_result(content: Mapping[str, Any]) -> AgencyResult:
    """Raises Refused for anything that is not a result of the protocol."""
    try:
        outcome = content["outcome"]
        if outcome not in ("accepted", "rejected", "later"):
            raise Refused("outcome-unknown")
        data = {} if content.get("data") is None else content["data"]
        if not isinstance(data, dict):
            raise Refused("content-invalid")
        reasons = content.get("reasons") or []
        items = tuple(_item(reason) for reason in reasons[:MAX_REASONS])
        until = datetime.fromisoformat(content["until"]) if content.get("until") else None
        if until is not None and until.tzinfo is None:
            raise Refused("content-invalid")
        return AgencyResult(
            UUID(content["result"]), UUID(content["task"]), str(content["agency"]),
            cast(AgencyOutcome, outcome), data, items, until,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused("content-invalid") from error


def _item(reason: Mapping[str, Any]) -> CorrectionItem:
    told = reason.get("text") or {}
    note = Text(str(told.get("id") or _NO_REASON.id)[:MAX_NOTE], str(told.get("en") or _NO_REASON.en)[:MAX_NOTE])
    try:
        check_storable([note.id, note.en])
    except Refusal as refusal:
        raise Refused("content-invalid") from refusal
    return CorrectionItem(str(reason.get("target") or "")[:200], note)


class AgencyResults:
    def __init__(
        self, queue: AgencyQueue, changing: Changing, catalog: Catalog, seals: Seals, documents: DocumentWork,
        report: Report,
    ) -> None:  # fmt: skip
        self._queue = queue
        self._changing = changing
        self._catalog = catalog
        self._seals = seals
        self._documents = documents
        self._report = report

    async def receive(self, agency: str, data: bytes) -> bytes:
        """The receipt to reply with. `agency` is who the bus says it is.

        Raises TryLater when it cannot be judged now: no receipt is given and the agency sends it again.
        """
        result, task = "", ""
        status: Literal["recorded", "repeated", "refused"]
        try:
            try:
                signed = self._seals.unseal(data)
                claimed = self._seals.peek(signed)
            except ValueError as error:
                raise Refused("unreadable") from error
            result, task = str(claimed.get("result") or "")[:64], str(claimed.get("task") or "")[:64]
            status = await self._judge(agency, signed)
            reason = ""
        except Refused as refused:
            status, reason = "refused", refused.reason
            self._report("agency result refused", agency=agency, reason=reason, task=task, result=result)
        return self._seals.receipt(
            {
                "result": result,
                "task": task,
                "agency": agency,
                "recorded_at": self._changing.now().isoformat(),
                "status": status,
                "reason": reason,
            }
        )

    async def _judge(self, agency: str, signed: bytes) -> Literal["recorded", "repeated"]:
        try:
            grant = await self._catalog.grant(agency)
        except NotFound as error:
            raise Refused("agency-unknown") from error
        try:
            content = self._seals.verify(signed, grant.jwks)
        except ValueError as error:
            raise Refused("signature-invalid") from error
        result = read_result(content)
        if result.agency != agency:
            raise Refused("agency-mismatch")
        task = await self._queue.find(result.task)
        if task is None:
            raise Refused("task-unknown")
        if task.agency != agency:
            raise Refused("agency-mismatch")
        return await self._carry_out(grant, result, task)

    async def _carry_out(self, grant: Grant, result: AgencyResult, task: QueuedTask) -> Literal["recorded", "repeated"]:
        head = await self._changing.store.head(task.application)
        if head is None:
            raise Refused("task-unknown")
        if not grant.covers(task.name, head.service):
            raise Refused("grant-missing")
        document: IssuedDocument | None = None
        broken: Refused | None = None
        if result.outcome == "accepted" and task.output is not None and not task.closed:
            try:
                document = await self._complete(task, result)
            except Refused as refused:
                broken = refused
        return await self._store(head, task, result, document, broken)

    async def _complete(self, task: QueuedTask, result: AgencyResult) -> IssuedDocument:
        """Puts the signature into the document. A signature that does not fit refuses the result, not the task."""
        if task.prepared is None or task.output is None:
            raise Refused("task-not-offered")
        try:
            return await self._documents.complete(
                task.id, task.application, task.output, task.prepared, result.data, self._changing.now()
            )
        except TryLater:
            raise
        except Refusal as refusal:
            raise Refused(refusal.code) from refusal

    async def _store(
        self,
        head: Head,
        task: QueuedTask,
        result: AgencyResult,
        document: IssuedDocument | None,
        broken: Refused | None,
    ) -> Literal["recorded", "repeated"]:
        offering = await self._changing.offerings.get(head.digest)
        moment = await self._changing.moment(head.mall)
        reason = broken.reason if broken else ""
        async with self._changing.store.unit(str(head.id)) as unit:
            known = await unit.result(result.id)
            if known is not None:
                if known.status == "refused":
                    raise Refused(known.reason)
                return "repeated"
            application = await unit.load(head.id, offering)
            if not reason:
                open_task = application.agency_task
                if open_task is None or open_task.id != task.id:
                    # Too late: what it answers is over. The code says why.
                    reason = f"task-closed-{application.status.lower().replace('_', '-')}"
                elif result.outcome == "accepted" and task.output is not None and document is None:
                    reason = "task-not-offered"
            if not reason:
                try:
                    application.answer(
                        task.id, result.outcome, moment, items=result.items or _items_needed(result),
                        document=(document.id, document.sha256) if document else None,
                    )  # fmt: skip
                except Refusal as refusal:
                    if isinstance(refusal, TryLater):
                        raise
                    reason = refusal.code
                else:
                    if document:
                        await unit.add_document(document)
                    await unit.save(application)
            status: Literal["recorded", "refused"] = "refused" if reason else "recorded"
            await unit.record_result(RecordedResult(result.id, task.id, task.agency, status, reason, moment.now))
        if reason:
            raise Refused(reason)
        if result.outcome == "later" and result.until is not None:
            await self._queue.postponed(task.id, max(result.until, moment.now))
        return "recorded"


def _items_needed(result: AgencyResult) -> tuple[CorrectionItem, ...]:
    """A rejection without a reason still asks the applicant for something, and says that nothing was said."""
    return (CorrectionItem("", _NO_REASON),) if result.outcome == "rejected" else ()
