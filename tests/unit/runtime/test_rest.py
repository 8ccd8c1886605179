"""Everything a client may get wrong is a problem in its language; what we get wrong says nothing of our inside."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import grpc
import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from mpp_runtime.errors import (
    REFUSALS,
    Conflict,
    FieldError,
    Invalid,
    Malformed,
    Refusal,
    Stale,
    Text,
    TooMany,
    TryLater,
)  # fmt: skip
from mpp_runtime.health import Check
from mpp_runtime.problems import language_of
from mpp_runtime.rest import (
    Fingerprint,
    IdempotencyKey,
    IfMatch,
    Language,
    allow,
    body_limit,
    checked_key,
    create_app,
    cursor_id,
    decode_cursor,
    encode_cursor,
    etag,
    require_match,
)  # fmt: skip
from mpp_runtime.settings import Settings
from mpp_runtime.tokens import Caller, TokenVerifier
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from tests.unit.runtime.issuer import ISSUER, Issuer

SETTINGS = Settings(
    nats_url="nats://127.0.0.1:1",
    rest_port=0,
    public_url=ISSUER,
    jwks_url="x",
    token_url="x",
    client_id="x",
    client_secret=SecretStr("x"),
)
Anyone = Annotated[Caller, allow("anonymous")]


class Address(BaseModel):
    model_config = ConfigDict(extra="forbid")
    street: str = Field(min_length=3, max_length=10)


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    kind: Literal["a", "b"] = "a"
    born: date | None = None
    addresses: list[Address] = []
    answers: dict[str, Any] = {}


def make_router() -> APIRouter:
    router = APIRouter(prefix="/api/test/v1")

    @router.post("/things", status_code=201)
    async def create(thing: Thing, caller: Anyone) -> dict[str, str]:
        return {"name": thing.name}

    @router.get("/things/{id}")
    async def read(id: UUID, caller: Anyone, limit: int = 10) -> dict[str, str]:
        return {"id": str(id)}

    @router.get("/mine")
    async def mine(caller: Annotated[Caller, allow("person")]) -> dict[str, str]:
        return {"id": caller.id}

    @router.get("/open")
    async def open_(caller: Anyone) -> dict[str, str]:
        return {"kind": caller.kind}

    @router.get("/desk")
    async def desk(caller: Annotated[Caller, allow("officer", roles={"verifier", "head"})]) -> dict[str, str]:
        return {"id": caller.id}

    @router.get("/broken")
    async def broken(caller: Anyone) -> None:
        raise RuntimeError("password=hunter2")

    @router.get("/refuse/{name}")
    async def refuse(name: str, caller: Anyone, language: Language) -> None:
        raise {
            "conflict": Conflict("wrong-state", Text("Sudah diajukan.", "Already submitted."), possible=["withdraw"]),
            "later": TryLater("away", Text("a", "b"), retry_after=7),
            "often": TooMany("often", Text("a", "b"), retry_after=9),
            "fields": Conflict("x", Text("a", "b"), (FieldError("/a~1b", "bad", Text("buruk", language)),)),
        }[name]

    @router.post("/raw")
    @body_limit(3_000_000)
    async def raw(request: Request, caller: Anyone) -> dict[str, int]:
        return {"size": sum([len(chunk) async for chunk in request.stream()])}

    @router.post("/once")
    async def once(caller: Anyone, key: IdempotencyKey, print_: Fingerprint) -> dict[str, str]:
        return {"key": key, "print": print_.hex()}

    @router.put("/edit")
    async def edit(caller: Anyone, if_match: IfMatch) -> dict[str, str]:
        require_match(if_match, 3)
        return {}

    @router.delete("/things/{id}")
    async def remove(id: UUID, caller: Annotated[Caller, allow("person")]) -> None: ...

    @router.post("/things/{id}:act")
    async def act(id: UUID, caller: Anyone) -> None: ...

    return router


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


async def works() -> None:
    """A part that answers."""


async def fails() -> None:
    raise OSError


@pytest.fixture
def app(issuer: Issuer) -> FastAPI:
    checks = [Check("database", works), Check("bus", fails, critical=False)]
    verifier = TokenVerifier(issuer.jwks, ISSUER)
    app = create_app(SETTINGS, service="test", title="T", description="D", verifier=verifier, checks=checks)
    app.include_router(make_router())
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)  # an error that reached the server would be raised here
    async with httpx.AsyncClient(transport=transport, base_url="http://test/api/test/v1") as client:
        yield client


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert {"type", "title", "detail", "instance"} <= set(body)
    return body


@pytest.mark.parametrize("refusal", REFUSALS.values())
def test_every_refusal_is_mapped_everywhere(refusal: type[Refusal]) -> None:
    assert 400 <= refusal.http_status <= 503
    assert refusal.grpc_code_name in grpc.StatusCode.__members__
    assert refusal.ack in ("retry", "park")
    again = Refusal.from_dict(refusal("x", Text("a", "b"), (FieldError("/a", "c", Text("d", "e")),)).as_dict())
    assert type(again) is refusal
    assert again.errors[0].detail == Text("d", "e")


def test_a_services_own_refusal_arrives_as_its_kind() -> None:
    class CalendarUnknown(TryLater):
        pass

    again = Refusal.from_dict(CalendarUnknown("calendar-unknown", Text("a", "b"), retry_after=9).as_dict())
    assert (type(again), again.code, again.extra) == (TryLater, "calendar-unknown", {"retry_after": 9})


async def test_fields_are_named_by_json_pointer_in_the_readers_language(client: httpx.AsyncClient) -> None:
    wrong = {
        "kind": "c",
        "born": "31-12-2000",
        "addresses": [{"street": "x"}, {"street": "Jalan", "a/b": 1}],
        "status": "X",
    }
    answer = await client.post("/things", json=wrong)
    body = problem(answer, 422, "invalid")
    assert {e["field"]: (e["code"], e["detail"]) for e in body["errors"]} == {
        "/name": ("missing", "Wajib diisi."),
        "/kind": ("literal-error", "Harus salah satu dari 'a' or 'b'."),
        "/born": ("date-from-datetime-parsing", "Nilai tidak sah."),
        "/addresses/0/street": ("string-too-short", "Terlalu pendek (paling sedikit 3)."),
        "/addresses/1/a~1b": ("extra-forbidden", "Tidak dikenal."),
        "/status": ("extra-forbidden", "Tidak dikenal."),
    }
    answer = await client.post("/things", json=wrong, headers={"Accept-Language": "en-GB"})
    body = problem(answer, 422, "invalid")
    assert body["errors"][0]["detail"] == "Required."
    assert answer.headers["content-language"] == "en"


@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe", b"[1,", b"{'a':1}", b'{"a":1}x', b"NaN,"])
async def test_what_is_not_json_is_malformed(client: httpx.AsyncClient, content: bytes) -> None:
    answer = await client.post("/things", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == (422 if content == b"" else 400)
    problem(answer, answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    "content",
    [
        b"null",
        b"1",
        b'"x"',
        b"[]",
        b'{"name":null}',
        b'{"name":{}}',
        b'{"name":"\\ud800"}',
        b"[" * 100_000,
        b'{"name":1e999}',
    ],
)
async def test_no_body_makes_us_break(client: httpx.AsyncClient, content: bytes) -> None:
    answer = await client.post("/things", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    problem(answer, answer.status_code, answer.json()["code"])


async def test_another_media_type_is_unsupported(client: httpx.AsyncClient) -> None:
    for media in ("text/plain", "application/xml", "application/x-www-form-urlencoded"):
        answer = await client.post("/things", content=b'{"name":"a"}', headers={"content-type": media})
        problem(answer, 415, "unsupported-media-type")


async def test_unknown_paths_ids_and_methods(client: httpx.AsyncClient) -> None:
    problem(await client.get("/nothing"), 404, "not-found")
    problem(await client.get("/things/not-a-uuid"), 404, "not-found")
    answer = await client.delete("/things")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"
    body = problem(await client.get(f"/things/{UUID(int=1)}?limit=many"), 422, "invalid")
    assert body["errors"][0]["field"] == "/query/limit"


async def test_a_fault_of_ours_says_a_trace_id_and_nothing_else(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = await client.get("/broken", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-00"})
    body = problem(answer, 500, "internal-error")
    assert body["trace_id"] == trace
    told = capsys.readouterr()
    assert "hunter2" not in answer.text + told.out + told.err
    assert "RuntimeError" not in answer.text
    assert "RuntimeError" in told.out


async def test_refusals(client: httpx.AsyncClient) -> None:
    body = problem(await client.get("/refuse/conflict"), 409, "wrong-state")
    assert (body["detail"], body["possible"]) == ("Sudah diajukan.", ["withdraw"])
    later = await client.get("/refuse/later")
    problem(later, 503, "away")
    assert later.headers["retry-after"] == "7"
    often = await client.get("/refuse/often")
    problem(often, 429, "often")
    assert often.headers["retry-after"] == "9"
    body = problem(await client.get("/refuse/fields", headers={"accept-language": "en"}), 409, "x")
    assert body["errors"] == [{"field": "/a~1b", "code": "bad", "detail": "en"}]


async def test_who_may_call(client: httpx.AsyncClient, issuer: Issuer) -> None:
    def bearer(**claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {issuer.token('id-1', **claims)}"}

    answer = await client.get("/mine")
    problem(answer, 401, "token-missing")
    assert answer.headers["www-authenticate"] == "Bearer"
    problem(await client.get("/mine", headers={"Authorization": "Basic eDp5"}), 401, "invalid-token")
    problem(await client.get("/mine", headers={"Authorization": "Bearer x"}), 401, "invalid-token")
    problem(await client.get("/mine", headers=bearer(kind="officer")), 403, "caller-not-allowed")
    assert (await client.get("/mine", headers=bearer(kind="person"))).json() == {"id": "id-1"}
    assert (await client.get("/open")).json() == {"kind": "anonymous"}
    assert (await client.get("/open", headers=bearer(kind="person"))).json() == {"kind": "person"}
    problem(await client.get("/open", headers={"Authorization": "Bearer x"}), 401, "invalid-token")
    problem(await client.get("/open", headers={"Authorization": "Basic eDp5"}), 401, "invalid-token")
    clerk = bearer(kind="officer", roles=[{"role": "clerk", "agency": "desa", "region": "33.14"}])
    head = bearer(kind="officer", roles=[{"role": "clerk"}, {"role": "head"}])
    problem(await client.get("/desk", headers=clerk), 403, "role-missing")
    assert (await client.get("/desk", headers=head)).status_code == 200


async def test_the_token_is_judged_before_the_body(client: httpx.AsyncClient) -> None:
    problem(await client.post("/things", json={}, headers={"Authorization": "Bearer x"}), 401, "invalid-token")


async def test_the_body_cap_counts_announced_and_streamed_bytes(client: httpx.AsyncClient) -> None:
    async def chunks(count: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield b"x" * 100_000

    headers = {"content-type": "application/json"}
    problem(await client.post("/things", content=b"x" * 1_048_577, headers=headers), 413, "too-large")
    problem(await client.post("/things", content=chunks(11), headers=headers), 413, "too-large")
    assert (await client.post("/raw", content=b"x" * 2_000_000)).json() == {"size": 2_000_000}
    assert (await client.post("/raw", content=chunks(30))).json() == {"size": 3_000_000}
    problem(await client.post("/raw", content=chunks(31)), 413, "too-large")


async def test_idempotency_key_and_fingerprint(client: httpx.AsyncClient) -> None:
    problem(await client.post("/once"), 400, "idempotency-key-missing")
    for bad in ("", "x" * 256, "a\tb"):
        problem(await client.post("/once", headers={"Idempotency-Key": bad}), 400, "idempotency-key-missing")
    first = (await client.post("/once", headers={"Idempotency-Key": "k"}, content=b"1")).json()
    again = (await client.post("/once", headers={"Idempotency-Key": "k"}, content=b"1")).json()
    other = (await client.post("/once", headers={"Idempotency-Key": "k"}, content=b"2")).json()
    assert first == again
    assert first["print"] != other["print"]


async def test_if_match(client: httpx.AsyncClient) -> None:
    problem(await client.put("/edit"), 428, "if-match-missing")
    body = problem(await client.put("/edit", headers={"If-Match": etag(2)}), 412, "stale")
    assert body["current"] == '"3"'
    problem(await client.put("/edit", headers={"If-Match": 'W/"3"'}), 412, "stale")
    for good in (etag(3), "*", '"1", "3"'):
        assert (await client.put("/edit", headers={"If-Match": good})).status_code == 200
    with pytest.raises(Stale):
        require_match('"2"', 1)


def test_cursors() -> None:
    position = {"at": "2026-01-01", "id": 7}
    assert decode_cursor(encode_cursor(position)) == position
    for bad in ("", "x", "é", "!!!!", encode_cursor(position)[:-3], "W10", "\x00"):
        with pytest.raises(Refusal) as refused:
            decode_cursor(bad)
        assert refused.value.code == "invalid-cursor"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "id"), ("en", "en"), ("en-US,en;q=0.9,id;q=0.8", "en"), ("id,en;q=0.9", "id"), ("fr, en;q=0.1", "en"),
        ("fr", "id"), ("en;q=0", "id"), ("en;q=x", "id"), (",;,=", "id"), ("en;q=0.3, id;q=0.4", "id"), ("*", "id"),
    ],
)  # fmt: skip
def test_languages(header: str, language: str) -> None:
    assert language_of(header) == language


async def test_health(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        assert (await client.get("/readyz")).status_code == 503
        app.state.ready = True
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (200, "ok")
        assert answer.json()["checks"]["bus"] == {"status": "failed", "critical": False}


async def test_a_critical_part_that_fails_takes_us_out(issuer: Issuer) -> None:
    checks = [Check("database", fails)]
    app = create_app(SETTINGS, service="t", title="T", description="D", verifier=None, checks=checks)
    app.state.ready = True
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "failed")


async def test_the_described_api_tells_of_problems_and_tokens(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        document = (await client.get("/api/test/openapi.json")).json()
    create = document["paths"]["/api/test/v1/things"]["post"]
    assert "application/problem+json" in create["responses"]["422"]["content"]
    assert "HTTPValidationError" not in str(document)
    assert document["paths"]["/api/test/v1/mine"]["get"]["security"] == [{"token": []}]


def test_a_route_must_say_who_may_call() -> None:
    with pytest.raises(ValueError, match="who"):
        allow()


def test_what_allow_says_can_be_read_by_tests(app: FastAPI) -> None:
    dependency = allow("officer", roles={"head"}).dependency
    assert (dependency.kinds, dependency.roles) == ({"officer"}, {"head"})


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("PUT", "/things", "POST"), ("PUT", "/things/1", "DELETE, GET"), ("PUT", "/things/1:act", "POST")],
)
async def test_a_405_names_every_method_of_the_address(
    client: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    answer = await client.request(method, path)
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == allowed


async def test_the_document_says_what_is_needed(client: httpx.AsyncClient) -> None:
    paths = (await client.get("http://test/api/test/openapi.json")).json()["paths"]

    def needed(method: str, path: str) -> set[str]:
        return {p["name"].lower() for p in paths[f"/api/test/v1{path}"][method].get("parameters", ()) if p["required"]}

    assert needed("post", "/once") == {"idempotency-key"}
    assert needed("put", "/edit") == {"if-match"}
    assert paths["/api/test/v1/mine"]["get"]["security"] == [{"token": []}]
    assert "security" not in paths["/api/test/v1/open"]["get"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "203.0.113.1", "203.0.113.1"),
        ("127.0.0.1", "1.1.1.1, 203.0.113.1", "203.0.113.1"),
        ("127.0.0.1", "127.0.0.1, 203.0.113.1", "203.0.113.1"),
        ("127.0.0.1", " ", "127.0.0.1"),
        ("::1", "2001:db8::1", "2001:db8::1"),
        ("198.51.100.1", "203.0.113.1", "198.51.100.1"),
        ("198.51.100.1", "127.0.0.1", "198.51.100.1"),
    ],
)
async def test_the_address_is_what_the_nearest_trusted_proxy_saw(
    peer: str, forwarded: str | None, address: str
) -> None:
    app = create_app(SETTINGS, service="t", title="T", description="D", verifier=None)

    @app.get("/address")
    async def told(request: Request, caller: Anyone) -> str:
        return request.client.host if request.client else ""

    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    transport = httpx.ASGITransport(app, client=(peer, 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://t", headers=headers) as client:
        assert (await client.get("/address")).json() == address


def test_a_cursor_carries_an_id_or_is_refused() -> None:
    id = UUID("0199a1b2-0000-7000-8000-000000000001")
    assert cursor_id(None) is None
    assert cursor_id(encode_cursor({"before": str(id)}), "before") == id
    for wrong in ("x", encode_cursor({}), encode_cursor({"id": "x"})):
        with pytest.raises(Invalid, match="invalid-cursor"):
            cursor_id(wrong)


@pytest.mark.parametrize("key", ["", "é", "a\n", "a" * 256])
def test_what_is_no_idempotency_key_is_refused(key: str) -> None:
    assert checked_key("a" * 255) == "a" * 255
    with pytest.raises(Malformed, match="idempotency-key-malformed"):
        checked_key(key)
