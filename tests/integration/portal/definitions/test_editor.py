"""A definition is written, compared and published through forms alone; nothing that was typed is lost."""

from collections.abc import Callable

import httpx
import pytest
from mpp_portal.domain import Who
from mpp_portal.rest_api.editor.inputs import inputs, sent
from mpp_portal.rest_api.editor.sections import SECTIONS, editable, opened, restricted

from tests.integration.portal.definitions.catalogue import Catalogue
from tests.integration.portal.definitions.conftest import GALIH, RATNA, RINA
from tests.integration.portal.officer.browser import Page
from tests.unit.portal.editor.shipped import SCHEMA, SHIPPED

EDITABLE = editable(SCHEMA)
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


@pytest.mark.parametrize("service", ["akta-kelahiran", "persetujuan-bangunan-gedung"])
async def test_every_section_saved_untouched_changes_nothing(seat: Sit, catalogue: Catalogue, service: str) -> None:
    draft, galih = catalogue.draft(service), seat(GALIH)
    for section in SECTIONS:
        address = f"/office/definitions/drafts/{draft['id']}/{section.code}"
        page = await read(galih, address)
        # What the page leaves out would stay too, and this test see nothing.
        said = {name for name, value in sent(inputs(restricted(EDITABLE, section), opened(draft["document"]))) if value}
        assert said <= {name for name, _ in fields(page, address)}
        answer = await galih.post(address, data=typed(page, address, "save"))
        assert answer.status_code == 200
        assert "Saved." in answer.text
    assert draft["document"] == {**SHIPPED[service], "version": "2026.2"}
    assert [line["what"] for line in draft["history"]].count("edited") == len(SECTIONS)


async def test_what_was_typed_is_stored_and_its_problem_stands_at_its_input(seat: Sit, catalogue: Catalogue) -> None:
    draft, galih = catalogue.draft(), seat(GALIH)
    address = f"/office/definitions/drafts/{draft['id']}/times"
    page = await read(galih, address)
    days = "/standard/duration/working_days"
    answer = await galih.post(address, data=typed(page, address, "save", **{days: "<b>lima</b>"}))
    page = Page(answer.text)
    assert draft["document"]["standard"]["duration"]["working_days"] == "<b>lima</b>"
    assert dict(fields(page, address))[days] == "<b>lima</b>"
    assert "&lt;b&gt;lima&lt;/b&gt;" in answer.text
    assert "Duration, Working days:" in page.summary
    assert f'href="#{days}"' in answer.text
    assert f'id="{days}-error"' in answer.text
    overview = await read(galih, f"/office/definitions/drafts/{draft['id']}")
    assert "Mend the part “Durations and time limits”." in overview.links
    assert not any("proposal" in [value for _, value, _ in form.buttons.values()] for form in overview.forms)


async def test_buttons_change_a_list_and_keep_what_was_typed(seat: Sit, catalogue: Catalogue) -> None:
    draft, galih = catalogue.draft(), seat(GALIH)
    address = f"/office/definitions/drafts/{draft['id']}/requirements"
    page = await read(galih, address)
    button = typed(page, address, "add:/requirements", **{"/requirements/0/name/en": "A photo"})
    answer = await galih.post(address, data=button)
    assert str(answer.url).endswith("?open=%2Frequirements%2F4#/requirements/4"), answer.url
    assert draft["document"]["requirements"][0]["name"]["en"] == "A photo"
    page = Page(answer.text)
    more = {"/requirements/4/name/id": "Surat", "/requirements/4/name/en": "Letter", "/requirements/4/mandatory": "yes"}
    answer = await galih.post(address, data=typed(page, address, "put-in:/requirements/4/file", **more))
    assert draft["document"]["requirements"][4] == {
        "code": "letter", "name": {"id": "Surat", "en": "Letter"}, "mandatory": True, "file": {"types": []},
    }  # fmt: skip
    answer = await galih.post(address, data=typed(Page(answer.text), address, "up:/requirements/4"))
    assert draft["document"]["requirements"][3]["code"] == "letter"


async def test_somebody_was_faster(seat: Sit, catalogue: Catalogue) -> None:
    draft, galih, ratna = catalogue.draft(), seat(GALIH), seat(RATNA)
    address = f"/office/definitions/drafts/{draft['id']}/names"
    page, other = await read(galih, address), await read(ratna, address)
    await ratna.post(address, data=typed(other, address, "save", **{"/name/en": "Ratna's name"}))
    answer = await galih.post(address, data=typed(page, address, "save", **{"/name/en": "Galih's name"}))
    assert answer.status_code == 412
    page = Page(answer.text)
    assert "Ratna Dewi saved it." in page.text
    assert dict(fields(page, address))["/name/en"] == "Galih's name", "what was typed is still there"
    assert draft["document"]["name"]["en"] == "Ratna's name"
    await galih.post(address, data=typed(page, address, "save"))
    assert draft["document"]["name"]["en"] == "Galih's name", "and can be saved knowingly"


async def test_while_the_catalogue_is_away_what_was_typed_can_be_sent_again(seat: Sit, catalogue: Catalogue) -> None:
    draft, galih = catalogue.draft(), seat(GALIH)
    address = f"/office/definitions/drafts/{draft['id']}/names"
    page = await read(galih, address)
    catalogue.down = True
    answer = await galih.post(address, data=typed(page, address, "save", **{"/name/en": "Typed"}))
    assert answer.status_code == 503
    catalogue.down = False
    again = dict(fields(Page(answer.text), address))
    assert again["/name/en"] == "Typed"
    await galih.post(address, data=typed(Page(answer.text), address, "save"))
    assert draft["document"]["name"]["en"] == "Typed"


async def test_two_people_publish(seat: Sit, catalogue: Catalogue) -> None:
    galih, ratna = seat(GALIH), seat(RATNA)
    answer = await galih.post("/office/definitions", data={"service": "konsultasi"})
    address = answer.url.path
    (draft,) = catalogue.drafts.values()
    page = Page(answer.text)
    proposal = typed(page, address, "proposal", reason="A new rule.")
    answer = await galih.post(address, data=proposal)
    assert answer.status_code == 422
    assert "Legal reference of the change: Name the law." in Page(answer.text).summary
    assert dict(fields(Page(answer.text), address))["reason"] == "A new rule."
    answer = await galih.post(address, data=typed(Page(answer.text), address, "proposal", legal_title="Law 1"))
    assert "You proposed it yourself." in Page(answer.text).text
    assert draft["state"] == "proposed"
    assert "Approve and publish" not in answer.text
    closed = await read(galih, f"{address}/names")
    assert "cannot be edited now" in closed.text
    refused = await galih.post(address, data={"do": "approval", "etag": proposal["etag"]})
    assert refused.status_code == 409
    assert "A second person is needed." in Page(refused.text).summary
    listing = await read(ratna, "/office/definitions")
    assert "Another operator, not Galih Pranata" in listing.row("Consultation")
    page = await read(ratna, address)
    answer = await ratna.post(address, data=typed(page, address, "approval"))
    assert "Published." in Page(answer.text).text
    assert draft["state"] == "published"


async def test_versions_and_their_differences(seat: Sit, catalogue: Catalogue) -> None:
    galih = seat(GALIH)
    newer = {**SHIPPED["sip-perawat"], "version": "2026.2"}
    newer["name"] = {**newer["name"], "en": "Nurse's licence to practise (SIP)"}
    catalogue.definitions["sip-perawat"].append(newer)
    page = await read(galih, "/office/definitions/sip-perawat/versions")
    answer = await galih.get(page.links["What changed since version 2026.1"])
    assert "<del>" in answer.text
    assert "<ins>" in answer.text
    assert "Name › English" in Page(answer.text).text
    assert "-  en: Nurse&#39;s practice permit (SIP)" in answer.text
    await read(galih, "/office/definitions/sip-perawat/compare?from=2026.1&to=1", 422)
    public = await read(seat(GALIH), "/services/sip-perawat/versions")
    assert "What changed since version 2026.1" in public.text
    assert "licence to practise" in public.text


async def test_only_national_operators_see_these_pages(seat: Sit, catalogue: Catalogue) -> None:
    draft, rina = catalogue.draft(), seat(RINA)
    for path in ("", f"/drafts/{draft['id']}", f"/drafts/{draft['id']}/names", "/sip-perawat/versions"):
        assert (await rina.get(f"/office/definitions{path}")).status_code == 403
    answer = await rina.post(f"/office/definitions/drafts/{draft['id']}/names", data={"do": "save"})
    assert answer.status_code == 403
    assert "Definitions" not in Page((await rina.get("/help")).text).links
    assert "Definitions" in Page((await seat(GALIH).get("/help")).text).links
    assert not [path for _, path in catalogue.asked if path.startswith("/drafts")]


async def test_a_part_that_is_none_is_not_there(seat: Sit, catalogue: Catalogue) -> None:
    draft, galih = catalogue.draft(), seat(GALIH)
    await read(galih, f"/office/definitions/drafts/{draft['id']}/everything", 404)
    await read(galih, "/office/definitions/drafts/0199a1b2-0000-7000-8000-00000000000f", 404)
    answer = await galih.post("/office/definitions", data={"service": "NOT a code"})
    assert answer.status_code == 422
    assert "NOT a code" in answer.text
    assert "Not like this." in answer.text


async def test_discarding_asks_twice(seat: Sit, catalogue: Catalogue) -> None:
    draft, galih = catalogue.draft(), seat(GALIH)
    address = f"/office/definitions/drafts/{draft['id']}"
    page = await read(galih, address)
    assert (await galih.post(address, data=typed(page, address, "discard"))).status_code == 422
    assert draft["state"] == "editing"
    answer = await galih.post(address, data={**typed(page, address, "discard"), "sure": "yes"})
    assert answer.url.path == "/office/definitions"
    assert draft["state"] == "discarded"
