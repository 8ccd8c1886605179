"""One authority for all tests of this folder (its keys take a second), a desk with its own files for each."""

from pathlib import Path

import pytest

from tests.integration.applications_documents.office import Desk, Office


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def desk(tmp_path: Path, office: Office) -> Desk:
    office.away = False
    return Desk(tmp_path, office)
