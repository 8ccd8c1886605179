"""Officers at the portal of a running mall, and applications of nurses for them to work on."""

from pathlib import Path
from typing import Any

import pytest
from mpp_cli.demo.story import ANSWERS, Filing, Mall
from mpp_testing.malls import RunningMall

from tests.integration.portal.officer.browser import OfficerBrowser


def _nothing(*_: Any) -> None:
    """The stories of the demonstration tell their steps; nobody listens here."""


class Nurse:
    """Hands in applications through the public API and reads what became of them."""

    def __init__(self, url: str, account: str) -> None:
        self._filing = Filing(Mall(url, _nothing, _nothing, _nothing, Path()), account)

    def hands_in(self, **answers: Any) -> dict[str, Any]:
        """The applicant's view of a new application at the licensing office."""
        self._filing.draft({**ANSWERS, **answers})
        handed_in: dict[str, Any] = self._filing.submit()
        return handed_in

    def get(self, path: str, **params: Any) -> Any:
        return self._filing.nurse.get(path, **params)

    def sees(self, application: dict[str, Any]) -> dict[str, Any]:
        seen: dict[str, Any] = self.get(f"/api/applications/v1/applications/{application['id']}")
        return seen


@pytest.fixture(scope="session")
def nurse(running_mall: RunningMall) -> Nurse:
    return Nurse(running_mall.url, "siti")


@pytest.fixture(scope="session")
def rina(running_mall: RunningMall) -> OfficerBrowser:
    return OfficerBrowser(running_mall.url, "rina")


@pytest.fixture(scope="session")
def joko(running_mall: RunningMall) -> OfficerBrowser:
    return OfficerBrowser(running_mall.url, "joko")


@pytest.fixture(scope="session")
def maya(running_mall: RunningMall) -> OfficerBrowser:
    return OfficerBrowser(running_mall.url, "maya")


@pytest.fixture(scope="session")
def hendra(running_mall: RunningMall) -> OfficerBrowser:
    return OfficerBrowser(running_mall.url, "hendra")
