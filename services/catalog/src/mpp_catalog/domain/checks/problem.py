"""A mistake in a file, and what a definition may refer to."""

from collections.abc import Mapping
from dataclasses import dataclass

from mpp_runtime.errors import Text

from mpp_catalog.domain.checks.in_indonesian import in_indonesian
from mpp_catalog.domain.reference import Agency


@dataclass(frozen=True)
class Problem:
    """`where` is a JSON pointer into the document; `message` says what is wrong and what to do."""

    where: str
    message: str

    @property
    def text(self) -> Text:
        """For people who read it on a page; what another service found is told in its words."""
        return Text(in_indonesian(self.message) or f"Perlu diperbaiki: {self.message}", self.message)


@dataclass(frozen=True)
class Known:
    """What exists outside a definition: events of applications by name, agencies, template names, source codes."""

    events: frozenset[str]
    agencies: Mapping[str, Agency]
    templates: frozenset[str]
    sources: frozenset[str]
