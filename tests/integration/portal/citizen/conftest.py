from collections.abc import Callable

import pytest
from mpp_cli.demo.client import Visitor
from mpp_testing.malls import RunningMall

from tests.integration.portal.citizen.filing import APPLICATIONS
from tests.integration.portal.citizen.person import Person

Decide = Callable[..., None]


@pytest.fixture(scope="session")
def siti(running_mall: RunningMall) -> Person:
    """A nurse whom the registry knows."""
    return Person(running_mall.url, "siti")


@pytest.fixture(scope="session")
def dewi(running_mall: RunningMall) -> Person:
    return Person(running_mall.url, "dewi")


@pytest.fixture
def decide(running_mall: RunningMall) -> Decide:
    """decide("rina", application, "accept", items=..., reason=...): an officer claims the file and acts."""

    def decide(account: str, application: str, action: str, **more: object) -> None:
        officer = Visitor(running_mall.url).sign_in(account)
        tasks = officer.get("/api/applications/v1/tasks", limit=100)["items"]
        task = next(task for task in tasks if task["application"] == application)
        officer.post(f"/api/applications/v1/tasks/{task['id']}:claim")
        version = officer.get(f"{APPLICATIONS}/{application}")["version"]
        officer.post(f"{APPLICATIONS}/{application}:act", {"action": action, **more}, version=version)

    return decide
