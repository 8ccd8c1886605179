"""The public API: a whole life through it, who may call what, and bad input on every route (never a 500)."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from mpp_applications.main import UseCases

from tests.unit.applications.acting import Actors
from tests.unit.applications.fakes import World
from tests.unit.applications.samples import ANSWERS, BUDI, HEAD, PAPERS, RECOMMENDER, REGION, SITI, VERIFIER
from tests.unit.runtime.issuer import Issuer

BASE = "/api/applications/v1"
NEW = {"mall": REGION, "service": "sip-perawat", "answers": ANSWERS}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


class Client:
    """One person or officer at the API."""

    def __init__(self, http: httpx.AsyncClient, token: str | None) -> None:
        self._http = http
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    async def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {**self._headers, **more.pop("headers", {})}
        return await self._http.request(method, f"{BASE}{path}", headers=headers, **more)


@pytest.fixture
def person(http: httpx.AsyncClient, issuer: Issuer) -> Client:
    return Client(http, issuer.token(SITI, kind="person"))


@pytest.fixture
def stranger(http: httpx.AsyncClient, issuer: Issuer) -> Client:
    return Client(http, issuer.token(BUDI, kind="person"))


def officer_client(http: httpx.AsyncClient, issuer: Issuer, role: str, agency: str, region: str = REGION) -> Client:
    roles = [{"role": role, "agency": agency, "region": region}]
    return Client(http, issuer.token(f"officer-{role}", kind="officer", roles=roles))


def key() -> dict[str, str]:
    return {"idempotency-key": str(uuid4())}


async def attach(client: Client, id: str, requirement: str, content: bytes = PNG) -> httpx.Response:
    files = {"requirement": (None, requirement), "file": ("foto é.png", content, "image/png")}
    return await client("POST", f"/applications/{id}/attachments", files=files)


async def submitted(person: Client) -> dict[str, Any]:
    draft = (await person("POST", "/applications", json=NEW, headers=key())).json()
    for paper in PAPERS:
        assert (await attach(person, draft["id"], paper)).status_code == 201
    answer = await person("POST", f"/applications/{draft['id']}:submit")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_whole_life(
    person: Client, http: httpx.AsyncClient, issuer: Issuer, cases: UseCases, actors: Actors, world: World
) -> None:
    created = await person("POST", "/applications", json={**NEW, "answers": {}}, headers=key())
    draft = created.json()
    assert (created.status_code, created.headers["etag"]) == (201, '"1"')
    assert created.headers["location"] == f"{BASE}/applications/{draft['id']}"
    path = f"/applications/{draft['id']}"
    assert {action["code"] for action in draft["actions"]} == {"change-answers", "attach", "submit", "withdraw"}
    refused = await person("POST", f"{path}:submit", headers={"accept-language": "en"})
    assert (refused.status_code, refused.json()["code"]) == (422, "application-incomplete")
    assert {"field": "/answers/sub_type", "code": "required", "detail": "This is required."} in refused.json()["errors"]
    changed = await person("PATCH", path, json={"answers": ANSWERS}, headers={"if-match": '"1"'})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    form = (await person("GET", f"{path}/form")).json()
    assert form["json_schema"]["required"] == ["sub_type", "licence", "practice", "declaration"]
    assert {"code": "licence-end-date", "field": "/licence/valid_until"} in form["rules"]
    [registration] = form["prefill"]
    assert (registration["agency"], registration["agency_name"]["en"]) == ("sdmk", "Health-worker registry")
    assert "/licence/number" in registration["fields"]
    for paper in PAPERS:
        attached = await attach(person, draft["id"], paper)
    paper = attached.json()["attachments"][0]
    content = await person("GET", f"{path}/attachments/{paper['id']}")
    assert (content.content, content.headers["content-type"]) == (PNG, "image/png")
    assert content.headers["content-disposition"].startswith('attachment; filename="foto _.png"')

    sent = (await person("POST", f"{path}:submit")).json()
    assert (sent["status"], sent["promised_date"], sent["missing"]) == ("IN_REVIEW", "2026-11-30", [])
    listed = (await person("GET", "/applications")).json()
    assert [item["number"] for item in listed["items"]] == [sent["number"]]
    tracked = await Client(http, None)("GET", f"/track/{sent['number']}", params={"secret": sent["tracking_secret"]})
    assert tracked.json()["application"]["waiting_for"]["name"]["en"] == "Licensing office"

    verifier = officer_client(http, issuer, "verifier", "dpmptsp")
    [task] = (await verifier("GET", "/tasks")).json()["items"]
    assert (task["number"], task["claimed"], task["overdue"]) == (sent["number"], False, False)
    claimed = (await verifier("POST", f"/tasks/{task['id']}:claim")).json()
    assert [action["code"] for action in claimed["actions"]] == ["accept", "return", "reject", "release"]
    assert "answers" not in claimed, "reading the file is a request of its own"
    seen = await verifier("GET", path)
    assert seen.json()["particulars"]["name"] == "Siti Rahmawati"
    assert seen.json()["tracking_secret"] is None
    decision = {"action": "return", "items": [{"target": "/practice/name", "note": "Tulis lengkap"}]}
    act = await verifier("POST", f"{path}:act", json=decision, headers={"if-match": seen.headers["etag"]})
    assert (act.status_code, act.json()["status"]) == (200, "ACTION_REQUIRED")
    mine = (await person("GET", path)).json()
    assert mine["corrections"][0]["label"]["id"] == "Nama tempat praktik"
    assert mine["corrections"][0]["answered"] is False
    asked = (await person("GET", "/applications", params={"status": ["ACTION_REQUIRED", "DRAFT"]})).json()
    assert [item["id"] for item in asked["items"]] == [draft["id"]]
    assert (await person("GET", "/applications", params={"status": "ISSUED"})).json()["items"] == []
    better = {"answers": {"practice": {"name": "Rumah Sakit Umum Daerah Contoh"}}}
    mended = (await person("PATCH", path, json=better, headers={"if-match": f'"{mine["version"]}"'})).json()
    assert mended["corrections"][0]["answered"] is True
    again = await person("POST", f"{path}:submit", headers={"if-match": f'"{mended["version"]}"'})
    assert again.json()["state"] == "completeness"
    id = UUID(draft["id"])
    await actors.decide(VERIFIER, id, "accept")
    await cases.asking.offer_due()
    await actors.answer_check(id)
    await actors.decide(RECOMMENDER, id, "recommend")
    await actors.decide(HEAD, id, "sign")
    await cases.asking.offer_due()
    signing = (await actors.state(id)).agency_task.id
    result = world.esign.result(signing, data={"signature": "good"})
    await cases.results.receive("esign", world.esign.sealed(result))
    done = (await person("GET", path)).json()
    assert (done["status"], done["waiting_for"], done["actions"]) == ("ISSUED", None, [])
    [document] = (await person("GET", f"{path}/documents")).json()["items"]
    pdf = await person("GET", f"{path}/documents/{document['id']}/file")
    assert (pdf.content, pdf.headers["content-type"]) == (b"%PDF-", "application/pdf")
    timeline = (await person("GET", f"{path}/timeline")).json()
    assert timeline["lines"][-1]["event"] == "DocumentIssued"
    assert all(line["officer"] is None for line in timeline["lines"])


async def test_the_same_key_gets_the_same_bytes(person: Client) -> None:
    headers = key()
    first = await person("POST", "/applications", json=NEW, headers=headers)
    again = await person("POST", "/applications", json=NEW, headers=headers)
    other = await person("POST", "/applications", json={**NEW, "answers": {}}, headers=headers)
    assert (first.content, first.headers["etag"]) == (again.content, again.headers["etag"])
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    without = await person("POST", "/applications", json=NEW)
    assert (without.status_code, without.json()["code"]) == (400, "idempotency-key-missing")
    draft = first.json()
    for paper in PAPERS:
        await attach(person, draft["id"], paper)
    submits = [await person("POST", f"/applications/{draft['id']}:submit", headers=headers) for _ in range(2)]
    assert submits[0].status_code == 422, "a key belongs to one request"
    retry = key()
    submits = [await person("POST", f"/applications/{draft['id']}:submit", headers=retry) for _ in range(2)]
    assert submits[0].content == submits[1].content
    assert submits[0].status_code == 200


async def test_versions_are_needed_and_checked(person: Client) -> None:
    draft = (await person("POST", "/applications", json=NEW, headers=key())).json()
    path = f"/applications/{draft['id']}"
    statuses = {}
    for tag in (None, '"7"', "nonsense", '"1", "2"', "*", 'W/"2"'):
        headers = {"if-match": tag} if tag else {}
        answer = await person("PATCH", path, json={"answers": {"sub_type": "renewal"}}, headers=headers)
        statuses[tag] = answer.status_code
    assert statuses == {None: 428, '"7"': 412, "nonsense": 412, '"1", "2"': 412, "*": 200, 'W/"2"': 200}


async def test_wrong_state_says_what_is_possible(person: Client) -> None:
    sent = await submitted(person)
    answer = await person("POST", f"/applications/{sent['id']}:submit")
    assert (answer.status_code, answer.json()["code"]) == (409, "action-not-possible")
    assert "withdraw" in answer.json()["possible"]
    withdrawn = await person("POST", f"/applications/{sent['id']}:withdraw")
    assert withdrawn.json()["status"] == "WITHDRAWN"
    assert (await person("POST", f"/applications/{sent['id']}:withdraw")).json()["possible"] == []


# Who may call, and what strangers see


def calls(app: FastAPI, ids: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Method and path of every route that names something, with real ids in it."""
    for path, methods in app.openapi()["paths"].items():
        if "{" in path:
            for method in methods:
                yield method.upper(), path.removeprefix(BASE).format(**ids)


BODIES: dict[str, dict[str, Any]] = {
    "PATCH": {"json": {"answers": {}}, "headers": {"if-match": "*"}},
    ":act": {"json": {"action": "accept"}, "headers": {"if-match": "*"}},
    "attachments": {"files": {"requirement": (None, "photo"), "file": ("a.png", PNG)}},
}


def body_for(method: str, path: str) -> dict[str, Any]:
    for name, body in BODIES.items():
        if (method == name or path.endswith(name)) and method in ("POST", "PATCH"):
            return body
    return {}


async def test_a_strangers_id_is_the_same_as_none_on_every_route(
    app: FastAPI, person: Client, stranger: Client, http: httpx.AsyncClient, issuer: Issuer, actors: Actors
) -> None:
    sent = await submitted(person)
    task = str(await actors.task_of(VERIFIER, UUID(sent["id"])))
    real = {
        "application_id": sent["id"], "task_id": task, "file_id": sent["attachments"][0]["id"],
        "document_id": str(uuid4()), "number": sent["number"], "output": "permit",
    }  # fmt: skip
    none = {name: str(uuid4()) for name in real}
    elsewhere = officer_client(http, issuer, "verifier", "dpmptsp", "33.15")
    asked = 0
    for (method, path), (_, absent) in zip(calls(app, real), calls(app, none), strict=True):
        if path.startswith("/track"):
            continue
        for client in (stranger, elsewhere):
            theirs, nothing = (
                await client(method, path, **body_for(method, path)),
                await client(method, absent, **body_for(method, absent)),
            )
            assert theirs.status_code in (403, 404), (method, path, theirs.text)
            assert theirs.status_code == nothing.status_code
            assert {**theirs.json(), "instance": ""} == {**nothing.json(), "instance": ""}, (method, path)
            asked += theirs.status_code == 404
    assert asked >= 12
    assert (await person("GET", f"/applications/{sent['id']}")).json()["version"] == sent["version"]


async def test_without_a_token_only_tracking_answers(app: FastAPI, http: httpx.AsyncClient) -> None:
    ids = dict.fromkeys(("application_id", "task_id", "file_id", "document_id", "number", "output"), str(uuid4()))
    routes = list(calls(app, ids))
    assert len(routes) >= 15
    for method, path in routes:
        answer = await Client(http, None)(method, path, **body_for(method, path))
        assert answer.status_code == (422 if path.startswith("/track") else 401), (method, path)


# Bad input

WRONG_BODIES = [
    b"", b"{", b"null", b"[]", b"1", b'"x"', b"\xff\xfe", b'{"answers": 1}', b'{"mall": 1, "service": 2}',
    b"[" * 50_000,
    b'{"mall": "33.14", "service": "sip-perawat", "answers": {"a": 1e400}}',
    b'{"mall": "33.14", "service": "sip-perawat", "answers": {"a": "\\u0000"}}',
    b'{"mall": "33.14", "service": "sip-perawat", "answers": {"a": "\\ud800"}}',
    b'{"mall": "33.14", "service": "sip-perawat", "answers": {"\\u0000": 1}}',
    b'{"mall": "33.14", "service": "sip-perawat", "answers": {"\\ud800": 1}}',
    b'{"mall": "33.14", "service": "sip-perawat", "answers": {"a": ' + b"9" * 5000 + b"}}",
    b'{"mall": "33.14", "service": "sip-perawat", "answers": ' + b'{"a":' * 200 + b"1" + b"}" * 201,
    b'{"mall": "33.14", "service": "sip-perawat", "answers": {"a": NaN}}',
    b'{"mall": "\\u0000", "service": "\\ud800"}',
    b'{"action": "accept", "reason": "\\u0000", "comment": "\\ud800"}',
    b'{"action": "return", "items": [{"target": "\\u0000", "note": "x"}]}',
    b'{"action": "return", "items": [1]}', b'{"action": ["accept"]}', b'{"action": "accept", "extra": 1}',
    b'{"mall": "33.14", "service": "sip-perawat", "status": "ISSUED", "owner": "me", "version": 9}',
    json.dumps({"mall": "33.14", "service": "sip-perawat", "answers": {"a": "x" * 1_100_000}}).encode(),
]  # fmt: skip


@pytest.mark.parametrize("who", ["person", "officer"])
async def test_bad_bodies_are_refused_on_every_route_and_change_nothing(
    who: str, app: FastAPI, person: Client, http: httpx.AsyncClient, issuer: Issuer, actors: Actors
) -> None:
    sent = await submitted(person)
    task = str(await actors.task_of(VERIFIER, UUID(sent["id"])))
    officer = officer_client(http, issuer, "verifier", "dpmptsp")
    if who == "officer":
        await officer("POST", f"/tasks/{task}:claim")
    client = person if who == "person" else officer
    version = (await actors.state(UUID(sent["id"]))).version
    paths = ["/applications", f"/applications/{sent['id']}", f"/applications/{sent['id']}:act"]
    paths += [f"/applications/{sent['id']}/attachments"]
    for path in paths:
        for method in ("POST", "PATCH"):
            for body in WRONG_BODIES:
                headers = {**key(), "if-match": "*", "content-type": "application/json"}
                answer = await client(method, path, content=body, headers=headers)
                assert 400 <= answer.status_code < 500, (method, path, body[:80], answer.text)
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["code"]
    assert (await actors.state(UUID(sent["id"]))).version == version


DISPOSITION = b"--b\r\nContent-Disposition: form-data; name="
FORMS = [
    ("text/plain", b"x"), ("multipart/form-data", b"x"), ("multipart/form-data; boundary=", b"x"),
    ("multipart/form-data; boundary=" + "b" * 200, b"x"), ("multipart/form-data; boundary=b", b""),
    ("multipart/form-data; boundary=b", b"--b\r\n"), ("multipart/form-data; boundary=b", b"--b--\r\n"),
    ("multipart/form-data; boundary=b", DISPOSITION + b"requirement\r\n\r\nphoto\r\n--b--"),
    ("multipart/form-data; boundary=b", b"--b\r\n" + b"X: " + b"y" * 20_000 + b"\r\n\r\n"),
    ("multipart/form-data; boundary=b", DISPOSITION + b"file; filename=a\r\n\r\nno end"),
    ("multipart/form-data; boundary=b", DISPOSITION + b"file; filename=a\r\n\r\n\r\n--b--"),
    ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="requirement"\r\n\r\n'
        + b"p" * 5000 + b"\r\n--b--"),
]  # fmt: skip


@pytest.mark.parametrize(("content_type", "body"), FORMS)
async def test_a_form_that_is_none_is_refused_and_stores_nothing(
    content_type: str, body: bytes, person: Client, world: World
) -> None:
    draft = (await person("POST", "/applications", json=NEW, headers=key())).json()
    path = f"/applications/{draft['id']}/attachments"
    for query in ("", "?requirement=photo", "?requirement=no-such"):
        answer = await person("POST", path + query, content=body, headers={"content-type": content_type})
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    assert world.files.kept == {}


async def test_a_file_beyond_the_wall_is_refused(person: Client) -> None:
    draft = (await person("POST", "/applications", json=NEW, headers=key())).json()
    answer = await attach(person, draft["id"], "photo", b"0" * (26 * 1024 * 1024))
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/applications?limit=0", 422), ("/applications?limit=x", 422), ("/applications?cursor=%00", 422),
        ("/applications?cursor=eyJiZWZvcmUiOiJ4In0", 422), ("/applications?cursor=bnVsbA", 422),
        ("/applications/not-an-id", 404), ("/applications/%00", 404), ("/applications/..%2f..", 404),
        ("/applications/00000000-0000-0000-0000-000000000000/timeline", 404),
        ("/track/%00?secret=x", 404), ("/track/x?secret=%00", 404), ("/track/x?secret=" + "x" * 65, 422),
        ("/track/x", 422), ("/track/%ff?secret=%ff", 404), ("/nothing", 404),
    ],
)  # fmt: skip
async def test_bad_addresses_and_queries(path: str, status: int, person: Client) -> None:
    answer = await person("GET", path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_officer_counts_takes_the_next_and_finds_by_number(
    person: Client, http: httpx.AsyncClient, issuer: Issuer
) -> None:
    first, second = await submitted(person), await submitted(person)
    verifier = officer_client(http, issuer, "verifier", "dpmptsp")
    [count] = (await verifier("GET", "/tasks/counts")).json()["items"]
    assert (count["desk"], count["open"], count["free"]) == (f"verifier:dpmptsp:{REGION}", 2, 2)
    retry = key()
    taken = [await verifier("POST", "/tasks:claim-next", headers=retry) for _ in range(2)]
    assert taken[0].content == taken[1].content
    assert taken[0].json()["task"]["claimed_by"] == "officer-verifier"
    desk = {"desk": count["desk"], "due": "soon"}
    assert (await verifier("GET", "/tasks", params=desk)).json()["items"] == []
    listed = (await verifier("GET", "/tasks", params={"desk": count["desk"]})).json()["items"]
    assert [line["claimed_by"] for line in listed] == ["officer-verifier", None]
    assert (await verifier("POST", "/tasks:claim-next", params={"state": "signature"})).status_code == 404
    assert (await verifier("POST", "/tasks:claim-next")).status_code == 200
    none = await verifier("POST", "/tasks:claim-next")
    assert (none.status_code, none.json()["code"]) == (404, "no-free-task")
    for client, number, found in (
        (verifier, first["number"], [first["id"]]), (person, second["number"], [second["id"]]),
        (officer_client(http, issuer, "recommender", "dinkes"), first["number"], []), (verifier, "", []),
    ):  # fmt: skip
        items = (await client("GET", "/applications", params={"number": number})).json()["items"]
        assert [item["id"] for item in items] == found
    assert (await verifier("GET", "/applications")).json()["items"] == [], "an officer names a number"
    for path in ("/tasks/counts", "/tasks"):
        assert (await person("GET", path)).status_code == 403
    assert (await person("POST", "/tasks:claim-next")).status_code == 403


async def test_bad_inbox_queries(http: httpx.AsyncClient, issuer: Issuer) -> None:
    officer = officer_client(http, issuer, "verifier", "dpmptsp")
    bad = ("claimed=x", "due=perhaps", "desk=verifier", "desk=a:b:c:d", "limit=101", "cursor=x", "state=" + "x" * 81)
    for query in bad:
        assert (await officer("GET", f"/tasks?{query}")).status_code == 422, query
    for query in ("state=%00", "service=%00", "state=%ff"):
        assert (await officer("GET", f"/tasks?{query}")).status_code in (200, 422), query


async def test_headers_that_are_no_keys(person: Client) -> None:
    for bad in ("", "x" * 256, "a\tb"):
        answer = await person("POST", "/applications", json=NEW, headers={"idempotency-key": bad})
        assert answer.status_code == 400
