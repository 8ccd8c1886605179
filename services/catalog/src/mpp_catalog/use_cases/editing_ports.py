"""What editing definitions needs of the world."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mpp_catalog.domain.drafts import Draft, Officer
from mpp_catalog.domain.retirement import Retirement
from mpp_catalog.use_cases.ports import Seeded, ServicePublication


@dataclass(frozen=True)
class Listed:
    """A draft in a list."""

    id: UUID
    service: str
    version: str
    base_version: str | None
    revision: int
    state: str
    author: Officer
    changed_at: datetime
    problems: int


@dataclass(frozen=True)
class Once:
    """A request that may come again: its Idempotency-Key, whose it is, and what it asked."""

    owner: str
    key: str
    fingerprint: bytes


class Drafts(Protocol):
    """Drafts as stored."""

    async def listed(self, state: str | None, after: UUID | None, limit: int) -> list[Listed]:
        """The newest first."""
        ...

    async def get(self, id: UUID) -> Draft | None: ...

    async def versions_in_work(self, service: str) -> list[str]:
        """Versions of drafts that may still be published."""
        ...

    async def published(self, service: str) -> list[Draft]:
        """Those that versions of the public service were published from."""
        ...

    def change(self, service: str) -> AbstractAsyncContextManager["DraftChange"]:
        """One transaction under the lock of the public service's code, as a publication is."""
        ...


class DraftChange(Protocol):
    """Drafts of one public service inside a transaction."""

    async def get(self, id: UUID) -> Draft | None: ...

    async def put(self, draft: Draft) -> None:
        """Stores it with what was added to its history."""
        ...

    async def repeated(self, once: Once) -> UUID | None:
        """The draft that the same request has made before; without one, this transaction must `remember`."""
        ...

    async def remember(self, once: Once, draft: UUID) -> None: ...


class Retirements(Protocol):
    """Retirements as stored."""

    async def of(self, service: str) -> list[Retirement]:
        """The newest last."""
        ...


class RetirementChange(Protocol):
    """Retirements of one public service inside a transaction."""

    async def newest(self, version: str) -> Retirement | None: ...

    async def put(self, retirement: Retirement) -> None: ...


class EditedPublication(ServicePublication, Protocol):
    """A publication together with the draft or the retirement that it comes of."""

    @property
    def drafts(self) -> DraftChange: ...

    @property
    def retirements(self) -> RetirementChange: ...


class EditedPublishing(Protocol):
    """Writing to the catalogue."""

    async def seeded(self) -> Seeded | None:
        """None until something was seeded by this release."""
        ...

    def service(self, code: str) -> AbstractAsyncContextManager[EditedPublication]: ...


class Officers(Protocol):
    """Identity, which knows who officers are."""

    async def national_operators(self) -> list[Officer]:
        """Raises TryLater without an answer."""
        ...
