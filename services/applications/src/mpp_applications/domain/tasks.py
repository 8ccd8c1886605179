"""What an application waits for: a task in an officer's inbox, or an agency task."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from mpp_applications.domain.actors import Desk

AgencyTaskKind = Literal["check", "document"]


@dataclass
class DeskTask:
    """Open until the application leaves `state`."""

    id: UUID
    state: str
    desk: Desk
    created_at: datetime
    due_at: datetime | None
    claimed_by: str | None = None
    claimed_at: datetime | None = None


@dataclass
class AgencyTask:
    """Open until its result is recorded. `code` is the task's code in the definition, `name` what the agency calls it.

    `output` is the output a document task makes. `away_since`: the agency has not been there since.
    """

    id: UUID
    state: str
    code: str
    agency: str
    name: str
    kind: AgencyTaskKind
    output: str | None
    asked_at: datetime
    away_since: datetime | None = None
