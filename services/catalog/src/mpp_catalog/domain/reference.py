"""Regions, malls and agencies."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from mpp_runtime.errors import Text

LEVELS = {2: "province", 5: "regency", 8: "district"}


@dataclass(frozen=True)
class Region:
    """A region of the Kemendagri code list. `valid_to` is the first day it is no longer in force."""

    code: str
    name: str
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    successor: str | None
    source: str

    @property
    def level(self) -> str:
        """ "province", "regency" (kabupaten or kota) or "district"."""
        return LEVELS[len(self.code)]


@dataclass(frozen=True)
class Mall:
    """A mall of public services; its code is the code of the region that owns it."""

    code: str
    name: str
    region_name: str
    time_zone: str
    working_weekdays: tuple[int, ...]
    note: Text
    calendar_version: str = ""


def nearness(here: str, mall: str) -> int:
    """How near a mall is to a region, by their codes: 0 its own, 1 in the same regency, 2 province, 3 elsewhere."""
    if here == mall:
        return 0
    if len(here) >= 5 and mall[:5] == here[:5]:
        return 1
    return 2 if mall[:2] == here[:2] else 3


@dataclass(frozen=True)
class TaskGrant:
    """A task an agency may answer; `services` are public service codes, "*" for all."""

    name: str
    services: tuple[str, ...]

    def covers(self, service: str) -> bool:
        return "*" in self.services or service in self.services


@dataclass(frozen=True)
class Agency:
    """An agency. Without a connector it has neither lookups nor tasks nor keys."""

    code: str
    name: Text
    kind: str
    simulated: bool
    has_connector: bool = False
    lookups: tuple[str, ...] = ()
    tasks: tuple[TaskGrant, ...] = ()
    jwks: dict[str, Any] = field(default_factory=dict)

    def may_answer(self, task: str, service: str) -> bool:
        return any(grant.name == task and grant.covers(service) for grant in self.tasks)
