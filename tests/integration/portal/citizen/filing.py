"""The way a nurse goes through the pages, as far as a test needs it gone."""

import time
from collections.abc import Callable
from typing import Any

from mpp_cli.demo.papers import picture

from tests.integration.portal.citizen.person import Person

APPLICATIONS = "/api/applications/v1/applications"
SERVICE = "/apply/33.14/sip-perawat"
PAPERS = ("photo", "identity-card", "place-letter")
PRACTICE = {
    "practice__kind": "facility",
    "practice__ordinal": "1",
    "practice__name": "Klinik Sehat Demonstrasi",
    "practice__address": "Jalan Demonstrasi Nomor 1, Sragen",
}
LICENCE = {"licence__number": "STR-PRW-0331-2201", "licence__lifetime": "true", "licence__credits_sufficient": "true"}


def begun(person: Person) -> str:
    """A new draft, shown at its first step; its id."""
    person.go(SERVICE).press(SERVICE)
    assert person.path.endswith("/form/1"), person.page.text
    return person.path.split("/")[2]


def filled_in(person: Person, **licence: str) -> str:
    """A draft with every question answered, shown at its papers; its id."""
    id = begun(person)
    person.press("/form/1", "next", sub_type="new")
    person.press("/form/2", "next", **licence)
    person.press("/form/3", "next", **PRACTICE)
    assert person.path == f"/applications/{id}/papers", person.page.text
    return id


def attached(person: Person, id: str) -> None:
    """All papers of a draft, one after the other as the page asks for them."""
    for number, paper in enumerate(PAPERS):
        person.go(f"/applications/{id}/papers")
        form = [form for form in person.page.forms if form.encoding == "multipart/form-data"][number]
        sent: dict[str, Any] = dict(form.fields)
        assert sent["requirement"] == paper
        person.post(form.action, sent, files=[("file", (f"{paper}.png", picture(), "image/png"))])
        assert person.status == 200, person.page.text


def handed_in(person: Person) -> str:
    """An application at the desk of the licensing office; its id."""
    id = filled_in(person)
    attached(person, id)
    person.go(f"/applications/{id}/review").press("/review", declaration="true")
    assert person.path == f"/applications/{id}/receipt", person.page.text
    return id


def wait_for(ready: Callable[[], Any], seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while not (found := ready()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.3)
    return found
