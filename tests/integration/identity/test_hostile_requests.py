"""Requests that must not work at the OpenID endpoints, and what they get instead."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import RSAKey
from mpp_migrations import upgrade
from mpp_testing.backends import Databases

from tests.integration.identity.conftest import (
    CALLBACK,
    ISSUER,
    SIGNING,
    Mall,
    Pkce,
    authorisation,
    bearer,
    begin,
    demo_code,
    make_mall,
    query_of,
    sign_in,
)

LONG = "x" * 2100

# One database for the whole file: these requests leave nothing behind that the next one would notice.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mall(postgres: Databases) -> AsyncIterator[Mall]:
    url = postgres.create_database()
    await upgrade("mpp_identity", url)
    made = await make_mall(url)
    yield made
    await made.database.close()
    postgres.drop_database(url)


@pytest_asyncio.fixture(loop_scope="module")
async def browser(mall: Mall) -> AsyncIterator[httpx.AsyncClient]:
    async with mall.client() as client:
        yield client


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": None}, "client"),
        ({"client_id": "unknown"}, "client"),
        ({"client_id": 'a"b\\é'}, "client"),
        ({"client_id": "applications"}, "client"),
        ({"redirect_uri": None}, "redirect"),
        ({"redirect_uri": "https://evil.example.org/callback"}, "redirect"),
        ({"redirect_uri": "http://127.0.0.1:1/callback/"}, "redirect"),
        ({"redirect_uri": "http://127.0.0.1:1/callback?x=1"}, "redirect"),
        ({"redirect_uri": "http://127.0.0.1:1/callback#x"}, "redirect"),
        ({"redirect_uri": "http://127.0.0.1:99999/callback"}, "redirect"),
        ({"redirect_uri": "http://127.0.0.1@evil.example.org/callback"}, "redirect"),
        ({"redirect_uri": "http://127.0.0.1:1.evil.example.org/callback"}, "redirect"),
        ({"redirect_uri": "http://localhost:1/callback"}, "redirect"),
        ({"redirect_uri": "https://127.0.0.1:1/callback"}, "redirect"),
        ({"redirect_uri": "javascript:alert(1)"}, "redirect"),
        ({"redirect_uri": "http://127.0.0.1:1/callback\r\nX: y"}, "redirect"),
        ({"client_id": "mpp-portal", "redirect_uri": "http://localhost:8081/callback"}, "redirect"),
        ({"client_id": "mpp-portal", "redirect_uri": "HTTP://LOCALHOST:8080/callback"}, "redirect"),
    ],
)
async def test_without_a_sure_client_nobody_is_sent_anywhere(
    browser: httpx.AsyncClient, changes: dict[str, str | None], code: str
) -> None:
    answer = await browser.get("/oidc/authorize", params=authorisation(None, **changes))
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert answer.headers["content-type"].startswith("text/html")
    wanted = "tidak terdaftar" if code == "client" else "Alamat kembali"
    assert wanted in answer.text
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": 'c"\\'}, "unsupported_response_type"),
        ({"response_type": "çode"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": "é" * 43}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "admin root"}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "sudo"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "ten"}, "invalid_request"),
        ({"max_age": "9" * 30}, "invalid_request"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"request_uri": "https://evil.example.org/x"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"nonce": LONG}, "invalid_request"),
        ({"nonce": "a\nb"}, "invalid_request"),
    ],
)
async def test_with_a_sure_client_the_error_goes_back_to_it(
    browser: httpx.AsyncClient, changes: dict[str, str | None], error: str
) -> None:
    answer = await browser.get("/oidc/authorize", params=authorisation(None, **changes))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{CALLBACK}?")
    given = query_of(answer.headers["location"])
    assert (given["error"], given["state"], given["iss"]) == (error, "state-1", ISSUER)
    assert "code" not in given


@pytest.mark.parametrize("name", ["scope", "state", "nonce", "response_type", "code_challenge", "prompt"])
async def test_a_repeated_parameter_is_refused(browser: httpx.AsyncClient, name: str) -> None:
    pairs = urlencode([*authorisation(prompt="login").items(), (name, "again")])
    answer = await browser.get("/oidc/authorize", params=pairs)
    assert query_of(answer.headers["location"])["error"] == "invalid_request"


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
async def test_a_repeated_client_or_address_is_refused_here(browser: httpx.AsyncClient, name: str) -> None:
    pairs = urlencode([*authorisation().items(), (name, authorisation()[name])])
    answer = await browser.get("/oidc/authorize", params=pairs)
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize("state", [LONG, "a\r\nSet-Cookie: x", "é"])
async def test_a_state_that_cannot_be_given_back_is_not_given_back(browser: httpx.AsyncClient, state: str) -> None:
    given = query_of((await browser.get("/oidc/authorize", params=authorisation(state=state))).headers["location"])
    assert given["error"] == "invalid_request"
    assert "state" not in given


async def token_request(browser: httpx.AsyncClient, **changes: str | None) -> httpx.Response:
    """A good exchange of a fresh code, with changes."""
    pkce = Pkce()
    code = await demo_code(browser, "siti", authorisation(pkce, prompt="login"))
    values: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "client_id": "mpp-cli",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": pkce.verifier,
    }
    data = {name: value for name, value in (values | changes).items() if value is not None}
    return await browser.post("/oidc/token", data=data)


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"grant_type": None}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": 'x"\\é'}, 400, "unsupported_grant_type"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer"}, 400, "unsupported_grant_type"),
        ({"client_id": None}, 401, "invalid_client"),
        ({"client_id": "unknown"}, 400, "invalid_client"),
        ({"client_id": "mpp-portal"}, 400, "invalid_grant"),
        ({"client_id": "applications"}, 401, "invalid_client"),
        ({"client_id": "foreign"}, 401, "invalid_client"),
        ({"client_id": "foreign", "client_secret": "wrong"}, 401, "invalid_client"),
        ({"code": None}, 400, "invalid_request"),
        ({"code": "unknown"}, 400, "invalid_grant"),
        ({"redirect_uri": None}, 400, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:2/callback"}, 400, "invalid_grant"),
        ({"code_verifier": None}, 400, "invalid_request"),
        ({"code_verifier": "short"}, 400, "invalid_request"),
        ({"code_verifier": "a" * 43}, 400, "invalid_grant"),
        ({"code_verifier": "é" * 43}, 400, "invalid_request"),
    ],
)
async def test_a_code_is_only_for_who_asked_for_it(
    browser: httpx.AsyncClient, changes: dict[str, str | None], status: int, error: str
) -> None:
    answer = await token_request(browser, **changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    assert "access_token" not in answer.json()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"grant_type":"client_credentials"}', "application/json"),
        (b"grant_type=client_credentials", "text/plain"),
        (b"", "application/x-www-form-urlencoded"),
        (b"grant_type=client_credentials&grant_type=refresh_token", "application/x-www-form-urlencoded"),
        (b"grant_type=client_credentials&client_id=applications&client_id=x", "application/x-www-form-urlencoded"),
        (b"grant_type=%ff%fe", "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(100)), "application/x-www-form-urlencoded"),
    ],
)
async def test_a_body_that_is_no_form_is_an_invalid_request(
    browser: httpx.AsyncClient, body: bytes, content_type: str
) -> None:
    for path in ("/oidc/token", "/oidc/revoke"):
        answer = await browser.post(path, content=body, headers={"Content-Type": content_type})
        error = answer.json()["error"]
        assert (answer.status_code, error) in {(400, "invalid_request"), (401, "invalid_client")}
        assert path == "/oidc/revoke" or error == "invalid_request"


def basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


@pytest.mark.parametrize(
    "header",
    [
        basic("applications", "wrong"),
        basic("applications", ""),
        basic("unknown", "applications-secret"),
        basic("mpp-cli", "anything"),
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Basic " + base64.b64encode(b"no-colon").decode(),
        "Basic",
    ],
)
async def test_wrong_client_credentials_are_401_with_a_challenge(browser: httpx.AsyncClient, header: str) -> None:
    data = {"grant_type": "client_credentials"}
    answer = await browser.post("/oidc/token", data=data, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith('Basic realm="mpp"')


async def test_two_ways_of_client_authentication_are_refused(browser: httpx.AsyncClient) -> None:
    data = {"grant_type": "client_credentials", "client_id": "applications", "client_secret": "applications-secret"}
    answer = await browser.post("/oidc/token", data=data, auth=("applications", "applications-secret"))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    other = {"grant_type": "client_credentials", "client_id": "notifications"}
    mixed = await browser.post("/oidc/token", data=other, auth=("applications", "applications-secret"))
    assert (mixed.status_code, mixed.json()["error"]) == (401, "invalid_client")


async def test_a_public_client_gets_no_token_of_its_own(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/oidc/token", data={"grant_type": "client_credentials", "client_id": "mpp-cli"})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    scoped = {"grant_type": "client_credentials", "scope": "openid"}
    refused = await browser.post("/oidc/token", data=scoped, auth=("applications", "applications-secret"))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    wrong = {"grant_type": "refresh_token", "refresh_token": "x"}
    answer = await browser.post("/oidc/token", data=wrong, auth=("applications", "applications-secret"))
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


async def test_a_refresh_token_is_only_for_its_client(browser: httpx.AsyncClient) -> None:
    tokens = await sign_in(browser, "siti")
    data = {"grant_type": "refresh_token", "client_id": "mpp-portal", "refresh_token": tokens["refresh_token"]}
    assert (await browser.post("/oidc/token", data=data)).json()["error"] == "invalid_grant"
    # The thief's try costs the owner nothing.
    own = data | {"client_id": "mpp-cli"}
    assert (await browser.post("/oidc/token", data=own)).status_code == 200


def forged(claims: dict[str, Any], **header: Any) -> list[str]:
    """Tokens that look like ours and are not."""
    own = RSAKey.import_key(json.loads(SIGNING)["keys"][0])
    stranger = RSAKey.generate_key(2048, {"kid": str(own.kid)}, private=True)
    public = own.as_pem(private=False)
    good = {"alg": "RS256", "typ": "at+jwt", "kid": own.kid}

    def unsecured(alg: str) -> str:
        def part(value: dict[str, Any]) -> str:
            return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

        return f"{part(good | {'alg': alg})}.{part(claims)}."

    def hmac_signed() -> str:
        # By hand: joserfc refuses to take a public key for a secret, which is the attack.
        start = unsecured("HS256")[:-1]
        mac = hmac.new(public, start.encode(), hashlib.sha256).digest()
        return f"{start}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    def signed(changed: dict[str, Any], header: dict[str, Any] = good) -> str:
        return jwt.encode(header, changed, own, algorithms=["RS256"])

    now = int(time.time())
    valid = signed(claims)
    return [
        unsecured("none"),
        unsecured("NONE"),
        hmac_signed(),
        jwt.encode(good, claims, stranger, algorithms=["RS256"]),
        signed(claims, good | {"typ": "JWT"}),
        signed(claims, good | {"kid": "../../etc/passwd"}),
        signed(claims, good | {"kid": "' OR 1=1 --"}),
        signed(claims, {"alg": "RS256", "typ": "at+jwt"}),
        signed(claims, good | {"jku": "https://evil.example.org/jwks"}),
        signed(claims, good | {"jwk": stranger.as_dict(private=False)}),
        signed(claims | {"iss": "https://evil.example.org"}),
        signed(claims | {"aud": "another"}),
        signed(claims | {"exp": now - 3600, "iat": now - 7200}),
        valid[:-10],
        valid.rsplit(".", 1)[0] + ".",
        valid.split(".")[0] + "." + valid.split(".")[2],
        "..",
        "é.é.é",
    ]


async def test_forged_tokens_are_401_everywhere_with_one_answer(browser: httpx.AsyncClient, mall: Mall) -> None:
    tokens = await sign_in(browser, "siti")
    _, payload, _ = tokens["access_token"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    good = await browser.get("/api/identity/v1/me", headers=bearer(tokens))
    assert good.status_code == 200
    bodies = set()
    for token in forged(claims):
        header = {b"Authorization": b"Bearer " + token.encode()}
        for path in ("/oidc/userinfo", "/api/identity/v1/me"):
            answer = await browser.get(path, headers=header)
            assert answer.status_code == 401, (path, token)
            bodies.add((path, answer.text))
    assert len(bodies) == 2


async def test_an_id_token_is_no_access_token(browser: httpx.AsyncClient) -> None:
    tokens = await sign_in(browser, "siti")
    header = {"Authorization": f"Bearer {tokens['id_token']}"}
    assert (await browser.get("/oidc/userinfo", headers=header)).status_code == 401
    assert (await browser.get("/api/identity/v1/me", headers=header)).status_code == 401


async def test_a_transaction_only_goes_on_in_its_own_browser(browser: httpx.AsyncClient, mall: Mall) -> None:
    transaction = await begin(browser, authorisation())
    async with mall.client() as other:
        form = {"transaction": transaction, "account": "siti"}
        assert (await other.post("/oidc/sign-in/demo", data=form)).status_code == 400
        await begin(other, authorisation())
        assert (await other.post("/oidc/sign-in/demo", data=form)).status_code == 400
        assert (await other.get(f"/oidc/sign-in?transaction={transaction}")).status_code == 400
    for broken in ("", "x", transaction[:-1] + ("0" if transaction[-1] != "0" else "1"), transaction.split(".")[0]):
        answer = await browser.post("/oidc/sign-in/demo", data={"transaction": broken, "account": "siti"})
        assert answer.status_code == 400, broken
    mall.clock.move(minutes=31)
    answer = await browser.post("/oidc/sign-in/demo", data={"transaction": transaction, "account": "siti"})
    assert answer.status_code == 400


async def test_a_transaction_ends_once(browser: httpx.AsyncClient) -> None:
    transaction = await begin(browser, authorisation())
    form = {"transaction": transaction, "account": "siti"}
    assert (await browser.post("/oidc/sign-in/demo", data=form)).status_code == 303
    assert (await browser.post("/oidc/sign-in/demo", data=form)).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.org"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": ISSUER},
    ],
)
async def test_a_form_of_another_site_is_refused(browser: httpx.AsyncClient, headers: dict[str, str]) -> None:
    transaction = await begin(browser, authorisation())
    form = {"transaction": transaction, "account": "siti"}
    answer = await browser.post("/oidc/sign-in/demo", data=form, headers=headers)
    assert answer.status_code == 403
    own = {"Origin": ISSUER, "Sec-Fetch-Site": "same-origin"}
    assert (await browser.post("/oidc/sign-in/demo", data=form, headers=own)).status_code == 303


async def test_a_session_cookie_that_somebody_brought_is_not_taken_over(browser: httpx.AsyncClient) -> None:
    planted = secrets.token_urlsafe(32)
    browser.cookies.set("mpp_sso", planted, domain="localhost", path="/oidc")
    await sign_in(browser, "siti")
    assert all(cookie.value != planted for cookie in browser.cookies.jar if cookie.domain != "localhost")
    async with httpx.AsyncClient(transport=browser._transport, base_url=ISSUER) as thief:
        thief.cookies.set("mpp_sso", planted)
        await begin(thief, authorisation())
