"""What people read and change of their own, and the trail of who read it."""

import httpx
import pytest
from mpp_identity.use_cases.administration import demonstration_id
from mpp_identity.use_cases.particulars import Particulars
from mpp_runtime.errors import Invalid, NotFound

from tests.integration.identity.conftest import Mall, bearer, sign_in

ME = "/api/identity/v1/me"
SITI, RINA = str(demonstration_id("siti")), str(demonstration_id("rina"))


async def test_me_shows_the_nik_masked(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(ME, headers=bearer(await sign_in(browser, "siti")))
    me = answer.json()
    assert (me["nik"], me["name"], me["synthetic"]) == ("331410******9001", "Siti Rahmawati", True)
    assert me["email"] == {"value": "siti@warga.example.id", "proven": True}
    assert "3314104708929001" not in answer.text
    assert answer.headers["etag"].startswith('"')
    assert answer.headers["cache-control"] == "no-store"


async def test_each_kind_has_its_own_door(browser: httpx.AsyncClient, mall: Mall) -> None:
    person, officer = await sign_in(browser, "siti"), await sign_in(mall.client(), "hendra")
    told = (await browser.get("/api/identity/v1/officers/me", headers=bearer(officer))).json()
    assert told["roles"] == [{"role": "head", "agency": "dpmptsp", "region": "33.14"}]
    assert told["email"] == "he***@petugas.example.id"
    assert (await browser.get("/api/identity/v1/officers/me", headers=bearer(person))).status_code == 403
    for path in (ME, f"{ME}/access-log", f"{ME}/consents", f"{ME}/export"):
        assert (await browser.get(path, headers=bearer(officer))).status_code == 403
        assert (await browser.get(path)).status_code == 401


async def test_officers_see_the_names_of_officers_only(browser: httpx.AsyncClient, mall: Mall) -> None:
    officer, path = bearer(await sign_in(browser, "hendra")), "/api/identity/v1/officers"
    asked = {"id": [RINA, SITI, str(demonstration_id("nobody"))]}
    told = (await browser.get(path, params=asked, headers=officer)).json()
    title = "Verifikator DPMPTSP Kabupaten Sragen (demonstrasi)"
    assert told == {"items": [{"id": RINA, "name": "Rina Kusuma", "title": title}]}
    for wrong in ({}, {"id": "x"}, {"id": [RINA] * 101}):
        assert (await browser.get(path, params=wrong, headers=officer)).status_code == 422, wrong
    person = bearer(await sign_in(mall.client(), "siti"))
    assert (await browser.get(path, params=asked, headers=person)).status_code == 403


async def test_the_language_is_changed_by_whoever_read_last(browser: httpx.AsyncClient) -> None:
    header = bearer(await sign_in(browser, "siti"))
    tag = (await browser.get(ME, headers=header)).headers["etag"]
    assert (await browser.patch(ME, json={"language": "en"}, headers=header)).status_code == 428
    changed = await browser.patch(ME, json={"language": "en"}, headers=header | {"If-Match": tag})
    assert changed.json()["language"] == "en"
    stale = await browser.patch(ME, json={"language": "id"}, headers=header | {"If-Match": tag})
    assert stale.status_code == 412
    for body in ({"name": "Other"}, {"nik": "3314104708929001"}, {"nik_verified": True}, {"language": "fr"}):
        refused = await browser.patch(ME, json=body, headers=header | {"If-Match": changed.headers["etag"]})
        assert refused.status_code == 422, body


async def test_a_new_contact_counts_once_its_code_is_answered(browser: httpx.AsyncClient, mall: Mall) -> None:
    header = bearer(await sign_in(browser, "siti"))
    tag = (await browser.get(ME, headers=header)).headers["etag"]
    pending = await browser.patch(ME, json={"email": "Baru@Warga.example.id"}, headers=header | {"If-Match": tag})
    told = pending.json()
    assert told["pending_contact"]["contact"] == "ba***@warga.example.id"
    assert told["email"]["value"] == "siti@warga.example.id"
    contact, purpose, code, _ = mall.codes.sent[-1]
    assert (contact.value, purpose) == ("baru@warga.example.id", "contact-change")
    wrong = "000000" if code != "000000" else "000001"
    refused = await browser.post(f"{ME}/contact:confirm", json={"code": wrong}, headers=header)
    assert refused.json()["errors"][0]["field"] == "/code"
    done = await browser.post(f"{ME}/contact:confirm", json={"code": code}, headers=header)
    assert done.json()["email"] == {"value": "baru@warga.example.id", "proven": True}
    again = await browser.post(f"{ME}/contact:confirm", json={"code": code}, headers=header)
    assert again.status_code == 422


async def test_every_reading_is_in_the_access_log_of_its_person(browser: httpx.AsyncClient, mall: Mall) -> None:
    particulars = Particulars(mall.world)
    for number in range(3):
        mall.clock.move(seconds=1)
        values = await particulars.read(
            SITI, ("nik", "name"), purpose=f"agency-task:sdmk.check:{number}", application=f"app-{number}",
            reader=f"officer:{RINA}",
        )  # fmt: skip
        assert values == {"nik": "3314104708929001", "name": "Siti Rahmawati"}
    await particulars.contact(SITI, purpose="message:DocumentIssued", reader="service:notifications")
    await particulars.read(
        str(demonstration_id("budi")), ("nik",), purpose="other", application="", reader="service:applications"
    )
    header = bearer(await sign_in(browser, "siti"))
    first = (await browser.get(f"{ME}/access-log?limit=2", headers=header)).json()
    second = (await browser.get(f"{ME}/access-log?limit=2&cursor={first['next_cursor']}", headers=header)).json()
    assert second["next_cursor"] is None
    entries = first["items"] + second["items"]
    assert [entry["purpose"] for entry in entries] == [
        "message:DocumentIssued", "agency-task:sdmk.check:2", "agency-task:sdmk.check:1", "agency-task:sdmk.check:0",
    ]  # fmt: skip
    assert entries[1]["who"] == "Rina Kusuma, Verifikator DPMPTSP Kabupaten Sragen (demonstrasi)"
    assert (entries[1]["fields"], entries[1]["application"]) == (["nik", "name"], "app-2")
    assert entries[0]["who"] == "Sistem pemberitahuan"
    assert (await browser.get(f"{ME}/access-log?cursor=!!", headers=header)).status_code == 422


async def test_a_refused_reading_gives_nothing(mall: Mall) -> None:
    particulars = Particulars(mall.world)

    async def read(person: str, *fields: str, purpose: str = "test", reader: str = "service:applications") -> object:
        return await particulars.read(person, fields, purpose=purpose, application="", reader=reader)

    for person in (RINA, "not-an-id", "01999999-0000-7000-8000-000000000000"):
        with pytest.raises(NotFound):
            await read(person, "name")
    for wrong in (("password",), (), ("name", "nik_hash")):
        with pytest.raises(Invalid):
            await read(SITI, *wrong)
    with pytest.raises(Invalid):
        await read(SITI, "name", purpose=" ")
    with pytest.raises(Invalid):
        await read(SITI, "name", reader="somebody")


async def test_the_export_holds_everything(browser: httpx.AsyncClient, mall: Mall) -> None:
    await Particulars(mall.world).contact(SITI, purpose="message:X", reader="service:notifications")
    answer = await browser.get(f"{ME}/export", headers=bearer(await sign_in(browser, "siti")))
    told = answer.json()
    assert "attachment" in answer.headers["content-disposition"]
    assert told["particulars"]["nik"] == "3314104708929001"
    assert told["contacts"]["phone"] == "+6281200009001"
    assert [entry["purpose"] for entry in told["access_log"]] == ["message:X"]
    assert len(told["sessions"]) == len(told["grants"]) == 1
    assert "token_hash" not in answer.text


async def test_acting_for_others_needs_a_mandate(mall: Mall) -> None:
    from datetime import timedelta
    from uuid import uuid4

    from mpp_identity.storage.tables import MandateRow

    particulars, budi = Particulars(mall.world), str(demonstration_id("budi"))
    assert (await particulars.may_act(SITI, SITI, "apply", "sip-perawat")).allowed
    for actor, subject in ((SITI, budi), (RINA, SITI), (RINA, RINA), ("x", "x"), (str(uuid4()), SITI)):
        assert not (await particulars.may_act(actor, subject, "apply", "sip-perawat")).allowed
    now = mall.clock.time
    row = MandateRow(
        id=uuid4(), subject=demonstration_id("budi"), actor=demonstration_id("siti"), acts=["apply", "read"],
        services=["sip-perawat"], valid_from=now, valid_until=now + timedelta(days=1),
    )  # fmt: skip
    async with mall.database.transaction() as transaction:
        transaction.session.add(row)
    decision = await particulars.may_act(SITI, budi, "apply", "sip-perawat")
    assert (decision.allowed, decision.mandate) == (True, str(row.id))
    assert not (await particulars.may_act(SITI, budi, "withdraw", "sip-perawat")).allowed
    assert not (await particulars.may_act(SITI, budi, "apply", "akta-kelahiran")).allowed
    assert not (await particulars.may_act(budi, SITI, "apply", "sip-perawat")).allowed
    mall.clock.move(days=1)
    assert not (await particulars.may_act(SITI, budi, "apply", "sip-perawat")).allowed


async def test_the_officers_of_a_desk(mall: Mall) -> None:
    particulars = Particulars(mall.world)

    async def names(role: str, agency: str, region: str) -> list[str]:
        return sorted(account.name for account in await particulars.officers_of_desk(role, agency, region))

    assert await names("verifier", "dpmptsp", "33.14") == ["Joko Prasetyo", "Rina Kusuma"]
    assert await names("verifier", "dpmptsp", "33.15") == []
    assert await names("verifier", "dinkes", "33.14") == []
    # A desk without agency and region: who has the role everywhere.
    for desk in (("any", "33.14"), ("", "")):
        assert await names("operator", *desk) == ["Galih Pranata", "Larasati Dewanti"]
    assert await names("verifier", "", "") == []
    await mall.identity.administration.set_active(demonstration_id("rina"), False)
    assert await names("verifier", "dpmptsp", "33.14") == ["Joko Prasetyo"]
    with pytest.raises(NotFound):
        await particulars.contact(RINA, purpose="message:X", reader="service:notifications")
