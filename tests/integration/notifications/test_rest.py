"""The REST API: own messages only, bad input on every route, no lost choice, operators without personal data."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from mpp_ledger.bus import Bus
from mpp_notifications.main import Neighbours, build
from mpp_notifications.settings import NotificationsSettings
from mpp_notifications.use_cases.inbox import OwnPreferences
from mpp_runtime.rest import encode_cursor
from mpp_runtime.tokens import TokenVerifier
from pydantic import SecretStr, ValidationError

from tests.unit.runtime.issuer import ISSUER, Issuer

World = Any  # the fixture of conftest.py
PATH = "/api/notifications/v1"
# Fixed, so that the names of the tests are the same in every run and every worker.
NOBODYS = UUID("018f0000-0000-7000-8000-000000000001")
WITHOUT_OFFSET = encode_cursor({"at": "2026-11-24T00:00:00", "id": str(NOBODYS)})
OPERATOR = [{"role": "operator", "agency": "platform", "region": None}]


def make_settings(**more: Any) -> NotificationsSettings:
    told: dict[str, Any] = {
        "nats_url": "nats://127.0.0.1:1", "rest_port": 1, "public_url": ISSUER, "jwks_url": "http://x",
        "token_url": "http://x", "client_id": "notifications", "client_secret": SecretStr("synthetic"),
        "database_url": SecretStr("postgresql://x"), "applications_grpc": "x:1", "identity_grpc": "x:1",
        "smtp_host": "x", "smtp_port": 25, "mail_from": "m@mpp.example.id",
    }  # fmt: skip
    return NotificationsSettings(**{**told, **more})


class Client:
    """A browser that may be somebody."""

    def __init__(self, http: httpx.AsyncClient, issuer: Issuer) -> None:
        self.http, self.issuer = http, issuer

    async def call(self, method: str, path: str, who: str | None, language: str = "id", **more: Any) -> httpx.Response:
        kind, roles = ("officer", OPERATOR) if who == "operator" else ("person", [])
        headers = {"accept-language": language, **more.pop("headers", {})}
        if who:
            subject = str(uuid4()) if who == "operator" else who
            headers["authorization"] = f"Bearer {self.issuer.token(subject, kind=kind, roles=roles)}"
        return await self.http.request(method, PATH + path, headers=headers, **more)


@pytest.fixture
async def client(world: World) -> AsyncIterator[Client]:
    settings, issuer = make_settings(), Issuer()
    parts = build(
        settings,
        world.database,
        Bus(settings, "notifications"),
        TokenVerifier(issuer.jwks, ISSUER),
        Neighbours(world.neighbours, world.neighbours, world.mailer),
    )
    transport = httpx.ASGITransport(parts.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as http:
        yield Client(http, issuer)


async def told(world: World, person: str | None = None, count: int = 1) -> str:
    """A person who was told something; their id."""
    owner = person or str(uuid4())
    for _ in range(count):
        world.neighbours.facts = {"recipient": UUID(owner)}
        await world.hear("DocumentIssued")
        await world.tell_due()
        world.clock.move(seconds=1)
    return owner


async def test_my_inbox_in_my_language(world: World, client: Client) -> None:
    me = await told(world)
    answer = await client.call("GET", "/inbox", me)
    body = answer.json()
    assert (answer.status_code, body["unread"], body["next_cursor"]) == (200, 1, None)
    (entry,) = body["items"]
    assert entry["subject"] == "Dokumen permohonan 3314-2026-000002 sudah terbit"
    assert entry["event"] == "mpp.applications.v1.DocumentIssued"
    assert entry["links"] == {"tracking": "http://localhost:8080/track"}
    assert entry["email"] == {"state": "waiting", "note": "Surel sedang dikirim."}
    english = (await client.call("GET", "/inbox", me, "en")).json()["items"][0]
    assert english["subject"] == "The document of application 3314-2026-000002 is ready"


async def test_the_inbox_says_that_the_email_could_not_be_delivered(world: World, client: Client) -> None:
    me = await told(world)
    world.smtp.rcpt = ["550 no such mailbox"]
    await world.send_due()
    entry = (await client.call("GET", "/inbox", me)).json()["items"][0]
    assert entry["email"]["state"] == "failed"
    assert entry["email"]["note"].startswith("Surel tidak dapat disampaikan.")
    entry = (await client.call("GET", "/inbox", me, "en")).json()["items"][0]
    assert entry["email"]["note"].startswith("The e-mail could not be delivered.")


async def test_the_inbox_is_paged_newest_first(world: World, client: Client) -> None:
    me = await told(world, count=5)
    seen, cursor = [], None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        body = (await client.call("GET", "/inbox", me, params=params)).json()
        seen += [(item["created_at"], item["id"]) for item in body["items"]]
        assert body["unread"] == 5
        if not (cursor := body["next_cursor"]):
            break
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)


async def test_reading_counts_once_and_only_for_me(world: World, client: Client) -> None:
    me, other = await told(world), await told(world)
    (entry,) = (await client.call("GET", "/inbox", me)).json()["items"]
    assert (await client.call("POST", f"/inbox/{entry['id']}:read", other)).status_code == 404
    first = await client.call("POST", f"/inbox/{entry['id']}:read", me)
    assert first.status_code == 200
    assert first.json()["read_at"]
    again = await client.call("POST", f"/inbox/{entry['id']}:read", me)
    assert again.json() == first.json()
    body = (await client.call("GET", "/inbox", me, params={"unread": "true"})).json()
    assert (body["items"], body["unread"]) == ([], 0)
    assert len((await client.call("GET", "/inbox", me)).json()["items"]) == 1


async def test_choices_are_kept_and_never_lost(client: Client) -> None:
    me = str(uuid4())
    answer = await client.call("GET", "/preferences", me)
    assert (answer.json(), answer.headers["etag"]) == ({"email": True, "language": None}, '"0"')
    chosen = {"email": False, "language": "en"}
    answer = await client.call("PUT", "/preferences", me, json=chosen)
    assert (answer.status_code, answer.json()["code"]) == (428, "if-match-missing")
    answer = await client.call("PUT", "/preferences", me, json=chosen, headers={"if-match": '"0"'})
    assert (answer.status_code, answer.json(), answer.headers["etag"]) == (200, chosen, '"1"')
    answer = await client.call("PUT", "/preferences", me, json=chosen, headers={"if-match": '"0"'})
    assert answer.status_code == 412
    answer = await client.call(
        "PUT", "/preferences", me, json={**chosen, "language": None}, headers={"if-match": '"1"'}
    )
    assert answer.headers["etag"] == '"2"'
    assert (await client.call("GET", "/preferences", str(uuid4()))).json() == {"email": True, "language": None}


async def test_of_two_choices_at_the_same_time_one_is_told(world: World) -> None:
    """The If-Match of both was right when they came; the database decides."""
    choices, me = OwnPreferences(world.store), uuid4()
    for expected in (0, 1):
        kept = await asyncio.gather(
            *(choices.put(me, email=False, language=None, expected=expected) for _ in range(2)), return_exceptions=True
        )
        assert sorted(type(one).__name__ for one in kept) == ["Preferences", "Stale"]
        assert (await choices.get(me)).version == expected + 1


async def test_operators_see_counts_and_trouble_but_no_person(world: World, client: Client) -> None:
    for _ in range(3):
        await told(world)
    world.smtp.rcpt = ["550 no such mailbox", "451 later"]
    await world.send_due()
    answer = await client.call("GET", "/deliveries", "operator", params={"limit": "1"})
    body = answer.json()
    assert answer.status_code == 200
    counts = {(count["channel"], count["state"], count["reason"]): count["count"] for count in body["counts"]}
    assert counts == {
        ("inbox", "TOLD", ""): 3,
        ("email", "FAILED", "mailbox-refused"): 1,
        ("email", "RETRY", "mailbox-busy"): 1,
        ("email", "SENT", ""): 1,
    }
    assert body["retry_seconds"] == [60, 300, 1800, 7200, 21600]
    assert body["ambiguous"] == 0
    seen = body["items"]
    body = (await client.call("GET", "/deliveries", "operator", params={"cursor": body["next_cursor"]})).json()
    seen += body["items"]
    assert sorted(item["state"] for item in seen) == ["FAILED", "RETRY"]
    assert body["next_cursor"] is None
    assert [bool(item["next_at"]) for item in seen] == [item["state"] == "RETRY" for item in seen]
    assert "siti" not in answer.text.lower()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/inbox"),
        ("POST", f"/inbox/{NOBODYS}:read"),
        ("GET", "/preferences"),
        ("PUT", "/preferences"),
        ("GET", "/deliveries"),
    ],
)
async def test_every_route_wants_the_right_caller(client: Client, method: str, path: str) -> None:
    json = {"email": True, "language": None} if method == "PUT" else None
    assert (await client.call(method, path, None, json=json)).status_code == 401
    bad = await client.call(method, path, None, json=json, headers={"authorization": "Bearer x.y.z"})
    assert bad.status_code == 401
    assert bad.headers["content-type"] == "application/problem+json"
    if path == "/deliveries":
        assert (await client.call(method, path, str(uuid4()))).status_code == 403
        clerk = client.issuer.token(
            str(uuid4()), kind="officer", roles=[{"role": "clerk", "agency": "desa", "region": "33.14"}]
        )
        answer = await client.call(method, path, None, headers={"authorization": f"Bearer {clerk}"})
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "more", "status"),
    [
        ("GET", "/inbox?limit=0", {}, 422),
        ("GET", "/inbox?limit=101", {}, 422),
        ("GET", "/inbox?limit=x", {}, 422),
        ("GET", "/inbox?unread=perhaps", {}, 422),
        ("GET", "/inbox?cursor=%00", {}, 422),
        ("GET", "/inbox?cursor=e30", {}, 422),
        ("GET", "/inbox?cursor=" + "A" * 400, {}, 422),
        ("GET", "/inbox?cursor=" + WITHOUT_OFFSET, {}, 422),
        ("GET", "/inbox?cursor=eyJhdCI6MSwiaWQiOjF9", {}, 422),
        ("GET", "/inbox?cursor=eyJhdCI6IjIwMjYtMTEtMjQiLCJpZCI6IngifQ", {}, 422),
        ("POST", "/inbox/not-an-id:read", {}, 404),
        ("POST", f"/inbox/{NOBODYS}:read", {}, 404),
        ("PUT", "/preferences", {"content": b"{"}, 400),
        ("PUT", "/preferences", {"content": b""}, 422),
        ("PUT", "/preferences", {"json": []}, 422),
        ("PUT", "/preferences", {"json": {"email": True}}, 422),
        ("PUT", "/preferences", {"json": {"email": "yes", "language": "id"}}, 422),
        ("PUT", "/preferences", {"json": {"email": True, "language": "jv"}}, 422),
        ("PUT", "/preferences", {"json": {"email": True, "language": None, "sms": True}}, 422),
        ("PUT", "/preferences", {"json": {"email": True, "language": None}, "headers": {"if-match": "zero"}}, 412),
        ("DELETE", "/preferences", {}, 405),
        ("GET", "/nothing", {}, 404),
    ],
)
async def test_bad_input_is_a_problem_in_the_readers_language(
    client: Client, method: str, path: str, more: dict[str, Any], status: int
) -> None:
    texts = []
    for language in ("id", "en"):
        if "content" in more:
            more = {**more, "headers": {"content-type": "application/json"}}
        answer = await client.call(method, path, str(uuid4()), language, **more)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        body = answer.json()
        assert body["code"]
        texts.append(body["detail"])
    assert texts[0] != texts[1]


async def test_a_service_has_no_inbox(client: Client) -> None:
    token = client.issuer.token("applications")
    answer = await client.call("GET", "/inbox", None, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 403


def test_a_password_never_travels_in_clear() -> None:
    with pytest.raises(ValidationError, match="STARTTLS"):
        make_settings(smtp_user="mall", smtp_password=SecretStr("x"))
    assert make_settings(smtp_user="mall", smtp_starttls=True).smtp_user == "mall"
    with pytest.raises(ValidationError, match="longer than 0"):
        make_settings(retry_seconds=(1, 0))
