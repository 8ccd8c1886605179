"""What this service tells the others. The key of the chain is the person."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class PersonRegistered:
    person: UUID


@dataclass(frozen=True)
class PersonVerified:
    person: UUID
    agency: str


DomainEvent = PersonRegistered | PersonVerified
