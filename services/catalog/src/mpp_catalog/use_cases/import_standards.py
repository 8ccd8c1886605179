"""Taking over service standards that other catalogues and people's tables tell, as definitions to be completed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from mpp_catalog.domain.checks import Known, Problem, check_definition, check_shape
from mpp_catalog.domain.sippn import Imported, definition_of
from mpp_catalog.use_cases.check_folder import agencies_of_folder
from mpp_catalog.use_cases.folder import FileProblem, Folder


@dataclass(frozen=True)
class Told:
    """One standard of a file. `place`: pointer into it → line, and where that is in words of the file's own."""

    path: str
    standard: Any
    place: Callable[[str], tuple[int | None, str]]
    problems: tuple[Problem, ...] = ()

    def at(self, problem: Problem) -> FileProblem:
        """The problem as the writer of the file finds it."""
        return FileProblem(self.path, *self.place(problem.where), problem.message)


def import_standards(
    told: Iterable[Told], folder: Folder, events: frozenset[str], today: date
) -> Iterator[tuple[Told, Imported] | FileProblem]:
    """Each standard as a definition that fits the folder, or every reason why it is none."""
    known = Known(events, agencies_of_folder(folder), frozenset(folder.templates), folder.sources)
    seen = {file.document["code"]: file.path for file in folder.definitions if "code" in file.document}
    for one in told:
        problems = [*one.problems] or check_shape(one.standard, folder.schemas["sippn"])
        found = problems or definition_of(one.standard, known.agencies, today)
        if isinstance(found, Problem):
            found = [found]
        if isinstance(found, Imported):
            code = found.document["code"]
            problems = [
                Problem("/", f"as the definition it makes, {problem.where}: {problem.message}")
                for problem in check_definition(found.document, folder.schemas["service-definition"], known)
            ]
            if code in seen:
                problems = [Problem("/kode", f"{seen[code]} is '{code}' already: give it another code")]
            seen[code] = one.path
            if not problems:
                yield one, found
                continue
            found = problems
        yield from map(one.at, found)
