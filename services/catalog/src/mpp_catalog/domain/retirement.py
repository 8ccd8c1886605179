"""Ending a version that is published: its body stays, its last day is set, and two people do it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from mpp_runtime.errors import Conflict, Text

from mpp_catalog.domain.drafts import Officer, second_person_needed
from mpp_catalog.domain.offerings import Definition


@dataclass(frozen=True)
class Retirement:
    """`effective_to` is to be the last day of the version; it is, once there is an approver."""

    id: UUID
    service: str
    version: str
    effective_to: date
    reason: str
    legal_reference: Mapping[str, Any]
    asker: Officer
    asked_at: datetime
    approver: Officer | None = None
    approved_at: datetime | None = None

    def check(self, definition: Definition, today: date) -> None:
        """Raises Conflict where the version cannot end on that day."""
        if definition.retired_to is not None:
            raise _refused(
                "version-retired",
                f"Versi ini sudah diakhiri per {definition.retired_to}.",
                f"This version was retired to {definition.retired_to}.",
            )
        if self.effective_to < today:
            raise _refused("retirement-past", "Hari itu sudah lewat.", "That day has passed.")
        if self.effective_to < definition.effective_from:
            raise _refused(
                "retirement-before-start",
                f"Versi ini baru berlaku {definition.effective_from}: akhiri pada atau sesudah hari itu.",
                f"This version comes into force on {definition.effective_from}: end it on that day or later.",
            )
        if definition.effective_to is not None and self.effective_to > definition.effective_to:
            raise _refused(
                "retirement-after-end",
                f"Versi ini berakhir lebih dahulu, pada {definition.effective_to}.",
                f"This version ends before, on {definition.effective_to}.",
            )

    def approved(self, by: Officer, at: datetime) -> "Retirement":
        """Raises Conflict for whoever asked for it."""
        if by.id == self.asker.id:
            raise second_person_needed()
        return replace(self, approver=by, approved_at=at)


def _refused(code: str, id: str, en: str) -> Conflict:
    return Conflict(code, Text(id, en))
