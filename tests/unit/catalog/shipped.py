"""The definitions of this repository, read once for the tests."""

import copy
from functools import cache
from pathlib import Path
from typing import Any

from mpp_catalog.domain.checks import Known
from mpp_catalog.main import APPLICATION_EVENTS
from mpp_catalog.storage import read_folder
from mpp_catalog.use_cases.check_folder import Content, content_of
from mpp_catalog.use_cases.folder import Folder

DEFINITIONS = Path(__file__).parents[3] / "definitions"


@cache
def folder() -> Folder:
    return read_folder(DEFINITIONS)


@cache
def content() -> Content:
    return content_of(folder(), {})


@cache
def known() -> Known:
    found = folder()
    return Known(APPLICATION_EVENTS, content().agencies, frozenset(found.templates), found.sources)


def document(code: str) -> dict[str, Any]:
    """A copy of a shipped definition, to plant mistakes in."""
    found = next(file.document for file in folder().definitions if file.document["code"] == code)
    return copy.deepcopy(found)


def override(mall: str) -> dict[str, Any]:
    """A copy of the shipped override of a mall."""
    return copy.deepcopy(next(file.document for file in folder().overrides if file.document["mall"] == mall))
