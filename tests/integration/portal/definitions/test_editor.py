"""A definition is written, compared and published through forms alone; nothing that was typed is lost."""

from collections.abc import Callable

import httpx
import pytest
from mpp_portal.domain import Who
from mpp_portal.rest_api.editor.sections import SECTIONS

from tests.integration.portal.definitions.catalogue import Catalogue
from tests.integration.portal.definitions.conftest import GALIH, RATNA, RINA
from tests.integration.portal.officer.browser import Page
from tests.unit.portal.editor.shipped import SHIPPED

Sit = Callable[[Who], httpx.AsyncClient]


def fields(page: Page, action: str) -> list[tuple[str, str]]:
    """What a browser would send of the form with this address."""
    return next(form.values for form in page.forms if form.action == action)


def typed(page: Page, action: str, button: str, **changed: str) -> dict[str, list[str]]:
    sent: dict[str, list[str]] = {}
    for name, value in fields(page, action):
        sent.setdefault(name, []).append(value)
    assert not (unknown := {name for name in changed if name not in sent}), unknown
    return {**sent, **{name: [value] for name, value in changed.items()}, "do": [button]}


async def read(client: httpx.AsyncClient, path: str, status: int = 200) -> Page:
    answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return Page(answer.text)


@pytest.mark.parametrize("service", ["akta-kelahiran", "pengaduan", "persetujuan-bangunan-gedung"])
async def test_every_section_saved_untouched_changes_nothing(seat: Sit, catalogue: Catalogue, service: str) -> None:
    draft, galih = catalogue.draft(service), seat(GALIH)
    for section in SECTIONS:
        address = f"/office/definitions/drafts/{draft['id']}/{section.code}"
        page = await read(galih, address)
        answer = await galih.post(address, data=typed(page, address, "save"))
        assert answer.status_code == 200
        assert "Saved." in answer.text
    assert draft["document"] == {**SHIPPED[service], "version": "2026.2"}
    assert [line["what"] for line in draft["history"]].count("edited") == len(SECTIONS)
