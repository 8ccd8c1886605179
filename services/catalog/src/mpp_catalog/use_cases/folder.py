"""What a folder of definition files holds, read but not yet judged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mpp_catalog.domain.reference import Region


@dataclass(frozen=True)
class FileProblem:
    """A mistake in a file: where (line, JSON pointer), what is wrong and what to do."""

    path: str
    line: int | None
    where: str
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.where}: {self.message}"


@dataclass(frozen=True)
class File:
    """A parsed file. `line_of` gives the line of a JSON pointer, if it can be found."""

    path: str
    document: Any
    line_of: Callable[[str], int | None]


@dataclass(frozen=True)
class Folder:
    """The files below definitions/. `templates` are complete: what they import is already in them."""

    regions: tuple[Region, ...]
    time_zones: Mapping[str, str]
    schemas: Mapping[str, dict[str, Any]]
    sources: frozenset[str]
    templates: Mapping[str, str]
    malls: tuple[File, ...]
    agencies: tuple[File, ...]
    calendars: tuple[File, ...]
    definitions: tuple[File, ...]
    overrides: tuple[File, ...]
    offerings: tuple[File, ...]
    synonyms: tuple[File, ...] = ()
    life_events: tuple[File, ...] = ()
    unreadable: tuple[FileProblem, ...] = ()
