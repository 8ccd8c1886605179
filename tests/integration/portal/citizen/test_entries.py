"""A list in a form, without scripts: members of a family, one more and one less, told, read and mended one by one."""

import pytest
from mpp_cli.demo.papers import picture
from mpp_testing.malls import RunningMall

from tests.integration.portal.citizen.conftest import Decide
from tests.integration.portal.citizen.person import Person
from tests.integration.portal.officer.browser import OfficerBrowser

pytestmark = pytest.mark.timeout(400)
SERVICE = "/apply/33.14/kartu-keluarga"
STEP = "/form/3"
OFFICER = "bagus"
HEAD = {
    "members__0__name": "Dewi Lestari", "members__0__relation": "head", "members__0__sex": "FEMALE",
    "members__0__birth_date": "1988-05-04",
}  # fmt: skip


def at_the_members(person: Person) -> str:
    """A draft whose list of members is shown; its id."""
    person.go(SERVICE).press(SERVICE)
    person.press("/form/1", "next", reason="new")
    person.press("/form/2", "next", address="Dukuh Krajan RT 02 RW 01, Desa Contoh")
    assert person.path.endswith(STEP), person.page.text
    return person.path.split("/")[2]


def test_one_more_and_one_less_lose_nothing(dewi: Person) -> None:
    id = at_the_members(dewi)
    assert "Anggota 1 dari 1" in dewi.page.text
    assert "Hapus" not in dewi.page.text, "there must be one at least"
    dewi.press(STEP, "add:members", members__0__name="Dewi <Lestari>", members__0__birth_date="kemarin")
    assert "Anggota 2 dari 2" in dewi.page.text
    assert dewi.page.form(STEP)["members-0-name"] == "Dewi <Lestari>"
    assert dewi.page.form(STEP)["members-0-birth_date"] == "kemarin"
    dewi.press(STEP, "add:members", members__1__name="Ani")
    dewi.press(STEP, "remove:members:1", members__2__name="Budi", members__2__relation="child")
    form = dewi.page.form(STEP)
    assert (form["members"], form["members-0-name"], form["members-1-name"]) == ("2", "Dewi <Lestari>", "Budi")
    assert form["members-1-relation"] == "child"
    dewi.press(STEP, "later")
    assert [form.fields for form in dewi.go(f"/applications/{id}/form/3").page.forms if form.action.endswith(STEP)]
    form = dewi.page.form(STEP)
    assert (form["members-0-name"], form["members-1-name"], form["members-1-relation"]) == (
        "Dewi <Lestari>",
        "Budi",
        "child",
    )


def test_what_is_wrong_is_told_at_the_entry(dewi: Person) -> None:
    at_the_members(dewi)
    dewi.press(STEP, "add:members", **HEAD)
    dewi.press(STEP, "next", members__1__name="Ani", members__1__relation="other", members__1__nik="12")
    assert dewi.status == 422
    assert "Anggota 2: NIK: " in dewi.page.errors
    assert "Anggota 2: Jenis kelamin: " in dewi.page.errors
    assert "Anggota 1" not in dewi.page.errors
    assert {"members-1-nik", "members-1-nik-error"} <= set(dewi.page.ids)
    assert {"members-1-other_relation", "members-0-other_relation"} & set(dewi.page.ids) == {"members-1-other_relation"}
    told = dewi.press(STEP, "next", members__1__nik="", members__1__sex="FEMALE", members__1__birth_date="2015-01-02")
    assert "Tulis hubungan anggota yang memilih" in told.page.errors
    dewi.press(STEP, "next", members__1__other_relation="Keponakan")
    assert dewi.path.endswith("/papers"), dewi.page.text


def test_another_tab_added_somebody_and_she_chooses(dewi: Person) -> None:
    id = at_the_members(dewi)
    mine = dict(dewi.page.form(STEP).fields)
    dewi.press(STEP, "add:members", **HEAD).press(STEP, "later", members__1__name="Ani")
    dewi.post(f"/applications/{id}{STEP}", {**mine, "members-0-name": "Budi", "action": "next"})
    assert dewi.status == 412
    assert dewi.page.form(STEP)["members-0-name"] == "Budi"
    assert "Yang tersimpan: Dewi Lestari, Kepala keluarga" in dewi.page.text


def test_an_officer_reads_the_entries_and_asks_for_one_to_be_mended(
    dewi: Person, decide: Decide, running_mall: RunningMall
) -> None:
    id = at_the_members(dewi)
    dewi.press(STEP, "add:members", **HEAD)
    child = {"name": "Ani", "relation": "child", "sex": "FEMALE", "birth_date": "2015-01-02"}
    dewi.press(STEP, "next", **{f"members__1__{name}": value for name, value in child.items()})
    for number, paper in enumerate(("form", "marriage-book")):
        form = [form for form in dewi.page.forms if form.encoding == "multipart/form-data"][number]
        sent = {**dict(form.fields), "requirement": paper}
        dewi.post(form.action, sent, files=[("file", (f"{paper}.png", picture(), "image/png"))])
        dewi.go(f"/applications/{id}/papers")
    review = dewi.go(f"/applications/{id}/review").page.text
    assert "Anggota 1 Nama lengkap Dewi Lestari NIK Belum diisi" in review, review
    assert "Anggota 2 Nama lengkap Ani" in review
    assert "Hubungan lainnya" not in review
    dewi.press("/review", declaration="true")
    assert dewi.path == f"/applications/{id}/receipt", dewi.page.text

    page = OfficerBrowser(running_mall.url, OFFICER).go(f"/office/applications/{id}").text
    page = " ".join(page.split())
    assert "Anggota keluarga 2 " in page
    assert "Anggota 2 Nama lengkap Ani " in page
    note = "Tulis nama lengkapnya."
    decide(
        OFFICER, id, "return", items=[{"target": "/members/1/name", "note": note}, {"target": "/members", "note": note}]
    )

    dewi.go(f"/applications/{id}/corrections")
    assert "Anggota 2: Nama lengkap" in dewi.page.text
    dewi.go(f"/applications/{id}/corrections/1")
    assert dewi.page.form("/corrections/1")["members-1-name"] == "Ani"
    dewi.press("/corrections/1", members__1__name="A")
    assert dewi.status == 422
    dewi.press("/corrections/1", members__1__name="Ani Lestari")
    assert dewi.path.endswith("/corrections")
    dewi.go(f"/applications/{id}/corrections/2").press("/corrections/2", "add:members", members__1__sex="MALE")
    assert "Anggota 3 dari 3" in dewi.page.text
    dewi.press("/corrections/2", "remove:members:2")
    dewi.press("/corrections/2", members__1__relation="grandchild")
    assert dewi.path.endswith("/corrections"), dewi.page.errors
    answers = dewi.http.get(f"/applications/{id}").text
    assert "Ani Lestari" in answers
    dewi.go(f"/applications/{id}/corrections").press("/corrections")
    assert dewi.path == f"/applications/{id}", dewi.page.errors
