"""What asking an agency needs: the queue of open tasks, the bus, the seals, the making of documents."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from mpp_applications.domain.documents import DocumentFacts, DocumentRequest, IssuedDocument, PreparedDocument


@dataclass(frozen=True)
class QueuedTask:
    """An agency task as the record knows it.

    `attempt` counts what was handed to the bus, `sequence` is the bus's number of the last one, `traceparent` the trace
    of whoever caused the task.
    """

    id: UUID
    application: UUID
    state: str
    code: str
    agency: str
    name: str
    kind: str
    output: str | None
    asked_at: datetime
    attempt: int
    offered_at: datetime | None
    sequence: int | None
    away_since: datetime | None
    prepared: PreparedDocument | None
    traceparent: str | None
    closed: bool


class AgencyQueue(Protocol):
    """The record of agency tasks: what is due to be offered, and to whom it was."""

    async def lease(self, now: datetime, until: datetime, limit: int) -> Sequence[QueuedTask]:
        """Open tasks that are due; nobody else gets them before `until`."""

    async def find(self, task: UUID) -> QueuedTask | None: ...
    async def offered(self, task: UUID, sequence: int, at: datetime, next_offer_at: datetime) -> None: ...
    async def postponed(self, task: UUID, next_offer_at: datetime) -> None: ...
    async def parked(self, task: UUID, reason: str) -> None:
        """It is not offered again before an operator looked at it."""

    async def document_sequence(self, task: UUID, mall: str, service: str, year: int) -> int:
        """Taken from the counter once for each task."""

    async def keep_prepared(self, task: UUID, prepared: PreparedDocument) -> PreparedDocument:
        """What is kept: the first one wins."""


@dataclass(frozen=True)
class SealedTask:
    """A task ready for the bus; `body` is encrypted to the agency."""

    id: UUID
    agency: str
    name: str
    attempt: int
    body: bytes


class TaskChannel(Protocol):
    """Raises TryLater while the bus is away."""

    async def publish(self, task: SealedTask) -> int:
        """The bus's sequence number, after it stored the task."""

    async def waits(self, agency: str, sequence: int) -> bool:
        """Does this task still lie there, taken by nobody?"""

    async def present(self, agency: str) -> bool:
        """Is a connector of this agency connected now?"""


class Seals(Protocol):
    """Encryption to an agency, decryption and signature on the way back, and our own signature on receipts."""

    def seal(self, content: Mapping[str, Any], jwks: Mapping[str, Any]) -> bytes: ...
    def unseal(self, data: bytes) -> bytes:
        """The signed result inside. Raises ValueError if it was not meant for us or is none."""

    def peek(self, signed: bytes) -> Mapping[str, Any]:
        """The content, unverified: for a refusal only. Raises ValueError."""

    def verify(self, signed: bytes, jwks: Mapping[str, Any]) -> Mapping[str, Any]:
        """The content, signed by the agency. Raises ValueError."""

    def receipt(self, content: Mapping[str, Any]) -> bytes: ...


class DocumentWork(Protocol):
    """Makes documents; both steps are idempotent by task and happen outside any transaction."""

    async def prepare(self, request: DocumentRequest) -> PreparedDocument: ...
    def facts(self, request: DocumentRequest) -> DocumentFacts:
        """What it will say of itself."""

    async def picture(self, request: DocumentRequest) -> bytes:
        """How it will look, as SVG; nothing is kept."""

    async def complete(
        self,
        task: UUID,
        application: UUID,
        output: str,
        prepared: PreparedDocument,
        data: Mapping[str, Any],
        at: datetime,
    ) -> IssuedDocument: ...
    async def open(self, storage_key: str) -> AsyncIterator[bytes]: ...
