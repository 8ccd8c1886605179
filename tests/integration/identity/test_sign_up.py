"""Sign-up and sign-in by code: over REST and over the pages, with nothing to be learnt about other people."""

import asyncio
import re
from typing import Any
from uuid import uuid4

import httpx
import pytest
from mpp_identity.use_cases.ports import PopulationAnswer
from sqlalchemy import text

from tests.integration.identity.conftest import (
    CALLBACK,
    Mall,
    Pkce,
    authorisation,
    bearer,
    begin,
    make_mall,
    query_of,
    sign_in,
)
from tests.integration.ledger.parts import eventually

RATNA = {
    "nik": "3314064304919005",
    "name": "Ratna Puspitasari",
    "birth_date": "1991-04-03",
    "email": "Ratna@Warga.Example.id",
}
PEOPLE = "/api/identity/v1/people"


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


async def start(browser: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    body = {name: value for name, value in (RATNA | changes).items() if value is not None}
    return await browser.post(PEOPLE, json=body, headers=key())


async def facts(mall: Mall, kind: str) -> list[str]:
    async with mall.database.read() as session:
        found = await session.execute(
            text("SELECT key FROM events WHERE type = :type ORDER BY seq"), {"type": f"mpp.identity.v1.{kind}"}
        )
        return list(found.scalars())


async def test_a_person_signs_up_and_is_verified_by_the_agency(browser: httpx.AsyncClient, mall: Mall) -> None:
    answer = await start(browser)
    assert answer.status_code == 201
    told = answer.json()
    assert told["contact"] == "ra***@warga.example.id"
    assert told["warnings"] == []
    contact, purpose, code, _ = mall.codes.sent[-1]
    assert (contact.value, purpose, len(code)) == ("ratna@warga.example.id", "sign-up", 6)
    assert told["id"] not in await facts(mall, "PersonRegistered")
    confirmed = await browser.post(f"{PEOPLE}/{told['id']}:confirm", json={"code": code})
    assert confirmed.json()["nik_verified"] is True
    assert mall.population.asked[-1] == ("3314064304919005", "Ratna Puspitasari", "1991-04-03")
    assert told["id"] in await facts(mall, "PersonRegistered")
    assert told["id"] in await facts(mall, "PersonVerified")
    again = await browser.post(f"{PEOPLE}/{told['id']}:confirm", json={"code": code})
    assert again.status_code in {409, 422}


async def test_the_agency_away_is_said_and_asked_again_by_itself(browser: httpx.AsyncClient, mall: Mall) -> None:
    mall.population.answer = PopulationAnswer("away", "dukcapil")
    person = (await start(browser)).json()["id"]
    confirmed = await browser.post(
        f"{PEOPLE}/{person}:confirm", json={"code": mall.codes.last_code}, headers={"Accept-Language": "en"}
    )
    told = confirmed.json()
    assert (confirmed.status_code, told["nik_verified"], told["agency_away"]) == (200, False, True)
    assert "cannot be reached" in told["message"]
    assert person in await facts(mall, "PersonRegistered")
    assert person not in await facts(mall, "PersonVerified")
    asked = len(mall.population.asked)
    mall.population.answer = PopulationAnswer("verified", "dukcapil", birth_place="Sragen")
    await mall.identity.verify.ask_due()
    mall.clock.move(seconds=11)
    await mall.identity.verify.ask_due()
    assert len(mall.population.asked) > asked
    assert person in await facts(mall, "PersonVerified")
    before = len(mall.population.asked)
    mall.clock.move(minutes=30)
    assert await mall.identity.verify.ask_due() == 0
    assert len(mall.population.asked) == before


async def test_a_mismatch_is_told_and_can_be_corrected(browser: httpx.AsyncClient, mall: Mall) -> None:
    mall.population.answer = PopulationAnswer("mismatch", "dukcapil", ("name",))
    tokens, person = await signed_up(browser, mall)
    me = (await browser.get("/api/identity/v1/me", headers=bearer(tokens))).json()
    assert (me["verification"], me["mismatches"], me["nik_verified"]) == ("mismatch", ["name"], False)
    mall.population.answer = PopulationAnswer("verified", "dukcapil", birth_place="Sragen")
    url = f"{PEOPLE}/{person}:verify-nik"
    corrected = await browser.post(url, json={"name": "Ratna  Puspita Sari"}, headers=bearer(tokens))
    assert corrected.json()["nik_verified"] is True
    assert mall.population.asked[-1][1] == "Ratna Puspita Sari"
    changed = await browser.post(url, json={"name": "Somebody Else"}, headers=bearer(tokens))
    assert (changed.status_code, changed.json()["code"]) == (409, "already-verified")
    other = await sign_in(mall.client(), "budi")
    assert (await browser.post(url, headers=bearer(other))).status_code == 404
    assert (await browser.post(url)).status_code == 401


async def signed_up(browser: httpx.AsyncClient, mall: Mall) -> tuple[dict[str, Any], str]:
    """A new person's tokens and id: sign-up over REST, sign-in by code over the pages."""
    person = (await start(browser)).json()["id"]
    confirmed = await browser.post(f"{PEOPLE}/{person}:confirm", json={"code": mall.codes.last_code})
    assert confirmed.status_code == 200, confirmed.text
    pkce = Pkce()
    transaction = await begin(browser, authorisation(pkce))
    sent = await browser.post("/oidc/sign-in", data={"transaction": transaction, "identifier": RATNA["nik"]})
    assert sent.status_code == 303, sent.text
    form = query_of(sent.headers["location"]) | {"code": mall.codes.last_code}
    back = await browser.post("/oidc/sign-in/verify", data=form)
    data = {
        "grant_type": "authorization_code",
        "client_id": "mpp-cli",
        "code": query_of(back.headers["location"])["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": pkce.verifier,
    }
    return dict((await browser.post("/oidc/token", data=data)).json()), person


@pytest.mark.parametrize("identifier", ["3314104708929001", "siti@warga.example.id", " +62 812-0000-9001"])
async def test_sign_in_by_nik_email_or_phone(browser: httpx.AsyncClient, mall: Mall, identifier: str) -> None:
    transaction = await begin(browser, authorisation())
    sent = await browser.post("/oidc/sign-in", data={"transaction": transaction, "identifier": identifier})
    place = query_of(sent.headers["location"])
    assert (await browser.get(sent.headers["location"])).status_code == 200
    back = await browser.post("/oidc/sign-in/verify", data=place | {"code": mall.codes.last_code})
    assert back.headers["location"].startswith(f"{CALLBACK}?code=")
    assert mall.codes.sent[-1][1] == "sign-in"


async def test_nobody_learns_whether_an_account_exists(browser: httpx.AsyncClient, mall: Mall) -> None:
    pages = []
    for identifier in ("siti@warga.example.id", "nobody@warga.example.id", "3314104708929001", "3314104708929999"):
        transaction = await begin(browser, authorisation(prompt="login"))
        sent = await browser.post("/oidc/sign-in", data={"transaction": transaction, "identifier": identifier})
        place = query_of(sent.headers["location"])
        wrong = await browser.post("/oidc/sign-in/verify", data=place | {"code": "000000"})
        shown = wrong.text.replace(place["challenge"], "H")
        for value in re.findall(r"[0-9a-f-]{36}\.[0-9a-f]{64}", shown):
            shown = shown.replace(value, "T")
        pages.append((sent.status_code, wrong.status_code, shown))
    assert len(set(pages)) == 1
    assert len(mall.codes.sent) == 2

    answers = []
    for changes in ({}, {"nik": "3314104708929001", "name": "Siti Rahmawati", "birth_date": "1992-08-07"}):
        told = (await start(browser, **changes)).json()
        answers.append(told | {"id": "", "expires_at": ""})
    known_contact = (await start(browser, email="siti@warga.example.id")).json()
    assert answers[0] == answers[1]
    assert known_contact.keys() == answers[0].keys()


async def test_a_nik_that_has_an_account_gets_no_second_one(browser: httpx.AsyncClient, mall: Mall) -> None:
    person = (await start(browser, nik="3314104708929001", birth_date="1992-08-07")).json()["id"]
    answer = await browser.post(f"{PEOPLE}/{person}:confirm", json={"code": mall.codes.last_code})
    assert (answer.status_code, answer.json()["code"]) == (409, "sign-up-not-possible")
    assert "akun" in answer.json()["detail"]
    assert person not in await facts(mall, "PersonRegistered")


async def test_of_many_sign_ups_with_one_nik_one_becomes_an_account(browser: httpx.AsyncClient, mall: Mall) -> None:
    pending = []
    for email in (f"{name}@warga.example.id" for name in "abcde"):
        person = (await start(browser, email=email)).json()["id"]
        pending.append((person, mall.codes.last_code))
    answers = await asyncio.gather(
        *(browser.post(f"{PEOPLE}/{person}:confirm", json={"code": code}) for person, code in pending)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]


async def test_the_same_key_gives_the_same_answer_and_sends_one_code(browser: httpx.AsyncClient, mall: Mall) -> None:
    header = key()
    answers = await asyncio.gather(*(browser.post(PEOPLE, json=RATNA, headers=header) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    # Racing requests may each send; it is the same code under the same id, of which notifications sends one.
    assert len({(code, request) for _, _, code, request in mall.codes.sent}) == 1
    code = mall.codes.last_code
    other = await browser.post(PEOPLE, json=RATNA | {"name": "Other Name"}, headers=header)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    person = answers[0].json()["id"]
    confirmed = await browser.post(f"{PEOPLE}/{person}:confirm", json={"code": code})
    assert confirmed.status_code == 200


async def test_a_code_that_was_not_sent_is_said_and_the_repeat_works(browser: httpx.AsyncClient, mall: Mall) -> None:
    header = key()
    mall.codes.away = True
    failed = await browser.post(PEOPLE, json=RATNA, headers=header)
    assert failed.status_code == 503
    assert int(failed.headers["retry-after"]) > 0
    mall.codes.away = False
    assert (await browser.post(PEOPLE, json=RATNA, headers=header)).status_code == 201
    assert len(mall.codes.sent) == 1


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"nik": "123"}, {"/nik"}),
        ({"nik": "3314103002929001"}, {"/nik"}),
        ({"nik": "3314107102929001"}, {"/nik"}),
        ({"nik": "331410470892" + "0000"}, {"/nik"}),
        ({"nik": "٣٣١٤١٠٤٧٠٨٩٢٩٠٠١"}, {"/nik"}),
        ({"email": None}, {"/email"}),
        ({"email": "x@y"}, {"/email"}),
        ({"email": "a@b.id\nBcc: c@d.id"}, {"/email"}),
        ({"phone": "0812"}, {"/phone"}),
        ({"name": "<b>"}, {"/name"}),
        ({"name": "A\u202eB"}, {"/name"}),
        ({"birth_date": "2999-01-01"}, {"/birth_date"}),
        ({"birth_date": "1850-01-01"}, {"/birth_date"}),
        ({"birth_date": "yesterday"}, {"/birth_date"}),
        ({"nik": "1", "name": "<", "email": "x"}, {"/nik", "/name", "/email"}),
        ({"is_admin": True}, {"/is_admin"}),
        ({"status": "active", "version": 7}, {"/status", "/version"}),
    ],
)
async def test_each_wrong_field_is_named(
    browser: httpx.AsyncClient, mall: Mall, changes: dict[str, Any], fields: set[str]
) -> None:
    answer = await start(browser, **changes)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {error["field"] for error in answer.json()["errors"]} == fields
    assert mall.codes.sent == []


async def test_what_does_not_fit_the_nik_is_a_warning(browser: httpx.AsyncClient) -> None:
    answer = await start(browser, birth_date="1990-01-01", sex="MALE", nik="9914064304919005")
    assert answer.status_code == 201
    codes = {warning["code"] for warning in answer.json()["warnings"]}
    assert codes == {"nik-birth-date-differs", "nik-sex-differs", "nik-region-unknown"}


async def test_a_code_has_five_attempts_and_ten_minutes(browser: httpx.AsyncClient, mall: Mall) -> None:
    person = (await start(browser)).json()["id"]
    code = mall.codes.last_code
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        answer = await browser.post(f"{PEOPLE}/{person}:confirm", json={"code": wrong})
        assert answer.json()["code"] == "code-wrong"
    answer = await browser.post(f"{PEOPLE}/{person}:confirm", json={"code": code})
    assert answer.json()["code"] == "code-attempts-used"
    person = (await start(browser)).json()["id"]
    mall.clock.move(minutes=10)
    answer = await browser.post(f"{PEOPLE}/{person}:confirm", json={"code": mall.codes.last_code})
    assert answer.json()["code"] == "code-expired"


async def test_wrong_codes_sent_together_count_each(browser: httpx.AsyncClient, mall: Mall) -> None:
    transaction = await begin(browser, authorisation())
    sent = await browser.post("/oidc/sign-in", data={"transaction": transaction, "identifier": "siti@warga.example.id"})

    async def arrived() -> bool:
        return bool(mall.codes.sent)

    await eventually(arrived)  # the answer does not wait for the sending
    place, code = query_of(sent.headers["location"]), mall.codes.last_code
    guesses = [f"{(int(code) + step) % 1_000_000:06d}" for step in range(1, 11)]
    await asyncio.gather(*(browser.post("/oidc/sign-in/verify", data=place | {"code": guess}) for guess in guesses))
    answer = await browser.post("/oidc/sign-in/verify", data=place | {"code": code})
    assert answer.status_code == 422
    assert "Terlalu banyak percobaan" in answer.text


async def test_codes_are_limited_by_contact_nik_and_address(browser: httpx.AsyncClient, mall: Mall) -> None:
    for _ in range(5):
        assert (await start(browser)).status_code == 201
    refused = await start(browser)
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-attempts")
    assert 0 < int(refused.headers["retry-after"]) <= 900
    assert (await start(browser, email="other@warga.example.id")).status_code == 429  # the NIK's own limit
    assert len(mall.codes.sent) == 5
    mall.clock.move(minutes=15)
    assert (await start(browser)).status_code == 201


async def test_the_address_limit_counts_what_the_nearest_proxy_saw(migrated: str) -> None:
    mall = await make_mall(migrated, codes_an_address=2)
    async with mall.client() as browser:
        for n in range(3):
            body = RATNA | {"nik": f"331406430491{9010 + n}", "email": f"p{n}@warga.example.id"}
            forged = {"X-Forwarded-For": f"203.0.113.{n}, 198.51.100.7"} | key()
            answer = await browser.post(PEOPLE, json=body, headers=forged)
            assert answer.status_code == (201 if n < 2 else 429)
        other = {"X-Forwarded-For": "198.51.100.8"} | key()
        assert (await browser.post(PEOPLE, json=RATNA, headers=other)).status_code == 201
    await mall.database.close()


async def test_a_family_that_shares_a_phone_chooses(browser: httpx.AsyncClient, mall: Mall) -> None:
    person = (await start(browser, email=None, phone="+6281200009001")).json()["id"]
    await browser.post(f"{PEOPLE}/{person}:confirm", json={"code": mall.codes.last_code})
    transaction = await begin(browser, authorisation())
    sent = await browser.post("/oidc/sign-in", data={"transaction": transaction, "identifier": "081200009001"})
    place = query_of(sent.headers["location"])
    page = await browser.post("/oidc/sign-in/verify", data=place | {"code": mall.codes.last_code})
    assert page.status_code == 200
    assert "Siti Rahmawati" in page.text
    assert "Ratna Puspitasari" in page.text
    assert "Budi" not in page.text
    stranger = place | {"account": "00000000-0000-7000-8000-000000000000"}
    assert (await browser.post("/oidc/sign-in/choose", data=stranger)).status_code == 422
    chosen = await browser.post("/oidc/sign-in/choose", data=place | {"account": person})
    assert chosen.headers["location"].startswith(f"{CALLBACK}?code=")
    assert (await browser.post("/oidc/sign-in/choose", data=place | {"account": person})).status_code == 400


async def test_sign_up_on_the_pages_keeps_what_was_typed_and_ends_signed_in(
    browser: httpx.AsyncClient, mall: Mall
) -> None:
    transaction = await begin(browser, authorisation(prompt="create"))
    assert (await browser.get(f"/oidc/sign-up?transaction={transaction}&lang=en")).status_code == 200
    form = {"transaction": transaction, "lang": "id", "phone": ""} | RATNA
    bad = await browser.post(
        "/oidc/sign-up", data=form | {"nik": "12", "name": '"><script>x</script>', "birth_date": ""}
    )
    assert bad.status_code == 422
    for field in ("nik", "name", "birth_date"):
        assert f'id="{field}-error"' in bad.text
    assert 'value="Ratna@Warga.Example.id"' in bad.text
    assert 'value="12"' in bad.text
    assert "<script>" not in bad.text
    page = await browser.post("/oidc/sign-up", data=form)
    assert page.status_code == 200
    assert "ra***@warga.example.id" in page.text
    person = re.findall(r'name="person" value="([^"]+)"', page.text)[0]
    place = {"transaction": transaction, "person": person, "contact": "x", "lang": "id"}
    wrong = await browser.post("/oidc/sign-up/verify", data=place | {"code": "x"})
    assert wrong.status_code == 422
    assert 'id="code-error"' in wrong.text
    done = await browser.post("/oidc/sign-up/verify", data=place | {"code": mall.codes.last_code})
    assert done.headers["location"].startswith(f"{CALLBACK}?code=")


async def test_pages_speak_both_languages_and_forbid_what_they_do_not_need(browser: httpx.AsyncClient) -> None:
    transaction = await begin(browser, authorisation(ui_locales="fr en"))
    page = await browser.get(f"/oidc/sign-in?transaction={transaction}")
    assert '<html lang="en">' in page.text
    assert "independent open-source project" in page.text
    other = await browser.get(f"/oidc/sign-in?transaction={transaction}&lang=id")
    assert '<html lang="id">' in other.text
    assert "Data sintetis / demonstrasi" in other.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert policy.endswith(f"form-action 'self' {CALLBACK.removesuffix('/callback')}")
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "same-origin")
    assert "<script" not in page.text
    (sheet,) = re.findall(r'rel="stylesheet" href="([^"]+)"', page.text)
    style = await browser.get(sheet)
    assert style.headers["content-type"].startswith("text/css")
    assert "immutable" in style.headers["cache-control"]
    assert (await browser.get("/oidc/static/000000000000/design.css")).status_code == 404


async def test_sign_ups_nobody_confirmed_go_away(browser: httpx.AsyncClient, mall: Mall) -> None:
    person = (await start(browser)).json()["id"]
    mall.clock.move(days=1, minutes=20)
    assert await mall.identity.administration.clean() > 0
    answer = await browser.post(f"{PEOPLE}/{person}:confirm", json={"code": mall.codes.last_code})
    assert answer.status_code == 404
    async with mall.world.store.read() as work:
        assert len(await work.accounts.synthetic()) == 24
