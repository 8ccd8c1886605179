"""The OpenID provider end to end: from the authorisation request to userinfo, refresh and the end of a session."""

import asyncio
import base64
import hashlib
from urllib.parse import quote_plus
from uuid import UUID

import httpx
import pytest
from authlib.common.security import generate_token  # type: ignore[import-untyped]
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from authlib.oidc.discovery import OpenIDProviderMetadata  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.jwk import KeySet
from mpp_identity.use_cases.administration import demonstration_id
from mpp_runtime.tokens import TokenVerifier

from tests.integration.identity.conftest import (
    CALLBACK,
    FOREIGN,
    ISSUER,
    Mall,
    Pkce,
    authorisation,
    bearer,
    begin,
    demo_code,
    query_of,
    sign_in,
)


async def decode(client: httpx.AsyncClient, token: str) -> tuple[dict[str, object], dict[str, object]]:
    """Checked as a foreign client would: with the published keys."""
    keys = KeySet.import_key_set((await client.get("/oidc/jwks")).json())
    decoded = jwt.decode(token, keys, algorithms=["RS256"])
    return dict(decoded.header), dict(decoded.claims)


async def test_discovery_names_endpoints_that_answer(browser: httpx.AsyncClient) -> None:
    told = (await browser.get("/.well-known/openid-configuration")).json()
    assert told["issuer"] == ISSUER
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "revocation_endpoint"):
        assert told[name].startswith(f"{ISSUER}/oidc/")
        assert (await browser.get(told[name])).status_code != 404
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["authorization_response_iss_parameter_supported"] is True
    keys = (await browser.get("/oidc/jwks")).json()["keys"]
    assert [key["alg"] for key in keys] == ["RS256"]
    assert all("d" not in key and "p" not in key for key in keys)


async def test_the_code_flow_gives_tokens_with_the_right_claims(browser: httpx.AsyncClient, mall: Mall) -> None:
    transaction = await begin(browser, authorisation())
    back = await browser.post("/oidc/sign-in/demo", data={"transaction": transaction, "account": "siti"})
    given = query_of(back.headers["location"])
    assert back.headers["location"].startswith(f"{CALLBACK}?")
    assert (given["state"], given["iss"]) == ("state-1", ISSUER)
    tokens = await sign_in(mall.client(), "siti")
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 900
    assert tokens["scope"] == "openid profile email"

    header, claims = await decode(browser, tokens["access_token"])
    assert header.keys() == {"alg", "kid", "typ"}
    assert header["typ"] == "at+jwt"
    assert claims["sub"] == str(demonstration_id("siti"))
    assert (claims["iss"], claims["aud"], claims["client_id"]) == (ISSUER, "mpp", "mpp-cli")
    assert (claims["kind"], claims["scope"]) == ("person", "openid profile email")
    assert int(str(claims["exp"])) - int(str(claims["iat"])) == 900
    assert "name" not in claims
    assert "email" not in claims

    _, identity = await decode(browser, tokens["id_token"])
    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert identity["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert (identity["aud"], identity["nonce"], identity["acr"]) == ("mpp-cli", "nonce-1", "0")
    assert identity["auth_time"] == int(mall.clock.time.timestamp())
    assert "name" not in identity

    caller = await TokenVerifier(mall.keys.jwks, ISSUER).verify(tokens["access_token"])
    assert (caller.kind, caller.id) == ("person", str(demonstration_id("siti")))


async def test_an_officer_carries_roles(browser: httpx.AsyncClient, mall: Mall) -> None:
    tokens = await sign_in(browser, "hendra")
    _, claims = await decode(browser, tokens["access_token"])
    assert claims["kind"] == "officer"
    assert claims["roles"] == [{"role": "head", "agency": "dpmptsp", "region": "33.14"}]


async def test_userinfo_follows_the_scope(browser: httpx.AsyncClient, mall: Mall) -> None:
    tokens = await sign_in(browser, "siti")
    told = (await browser.get("/oidc/userinfo", headers=bearer(tokens))).json()
    assert told["sub"] == str(demonstration_id("siti"))
    assert (told["name"], told["email"], told["email_verified"]) == ("Siti Rahmawati", "siti@warga.example.id", True)
    assert "phone_number" not in told
    assert "nik" not in told
    posted = await browser.post("/oidc/userinfo", data={"access_token": tokens["access_token"]})
    assert posted.json() == told
    bare = await sign_in(mall.client(), "siti", scope="openid")
    assert (await browser.get("/oidc/userinfo", headers=bearer(bare))).json() == {"sub": told["sub"]}


@pytest.mark.parametrize(
    ("headers", "status", "challenge"),
    [
        ({}, 401, 'Bearer realm="mpp"'),
        ({"Authorization": "Bearer nonsense"}, 401, 'Bearer realm="mpp", error="invalid_token"'),
        ({"Authorization": "Basic bXBwOng="}, 401, 'Bearer realm="mpp", error="invalid_token"'),
    ],
)
async def test_userinfo_refuses_as_rfc_6750_says(
    browser: httpx.AsyncClient, headers: dict[str, str], status: int, challenge: str
) -> None:
    answer = await browser.get("/oidc/userinfo", headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (status, challenge)


async def test_userinfo_needs_the_scope_openid(browser: httpx.AsyncClient) -> None:
    tokens = await sign_in(browser, "siti", scope="profile")
    assert "id_token" not in tokens
    answer = await browser.get("/oidc/userinfo", headers=bearer(tokens))
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


async def test_a_second_request_of_the_same_browser_needs_no_second_sign_in(browser: httpx.AsyncClient) -> None:
    await sign_in(browser, "siti")
    answer = await browser.get("/oidc/authorize", params=authorisation())
    assert answer.headers["location"].startswith(f"{CALLBACK}?code=")


async def test_prompt_none(browser: httpx.AsyncClient, mall: Mall) -> None:
    silent = authorisation(prompt="none")
    answer = await browser.get("/oidc/authorize", params=silent)
    assert query_of(answer.headers["location"])["error"] == "login_required"
    tokens = await sign_in(browser, "siti")
    assert "code" in query_of((await browser.get("/oidc/authorize", params=silent)).headers["location"])
    hinted = await browser.get("/oidc/authorize", params=silent | {"id_token_hint": tokens["id_token"]})
    assert "code" in query_of(hinted.headers["location"])
    other = await sign_in(mall.client(), "budi")
    wrong = await browser.get("/oidc/authorize", params=silent | {"id_token_hint": other["id_token"]})
    assert query_of(wrong.headers["location"])["error"] == "login_required"


async def test_prompt_login_and_max_age_ask_again(browser: httpx.AsyncClient, mall: Mall) -> None:
    await sign_in(browser, "siti")
    mall.clock.move(seconds=100)
    for changes in ({"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "60"}, {"max_age": "0"}):
        await begin(browser, authorisation(None, **changes))
    answer = await browser.get("/oidc/authorize", params=authorisation(max_age="1000"))
    assert "code" in query_of(answer.headers["location"])
    stale = await browser.get("/oidc/authorize", params=authorisation(max_age="60", prompt="none"))
    assert query_of(stale.headers["location"])["error"] == "login_required"
    fresh = await sign_in(browser, "siti", max_age="60")
    _, claims = await decode(browser, fresh["id_token"])
    assert claims["auth_time"] == int(mall.clock.time.timestamp())


async def test_an_older_session_does_not_answer_a_request_for_a_fresh_sign_in(
    browser: httpx.AsyncClient, mall: Mall
) -> None:
    await sign_in(browser, "siti")
    mall.clock.move(seconds=5)
    transaction = await begin(browser, authorisation(prompt="login"))
    around = await browser.post("/oidc/consent", data={"transaction": transaction, "decision": "allow"})
    assert around.headers["location"].startswith("/oidc/sign-in?")


async def test_the_request_may_be_posted(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/oidc/authorize", data=authorisation())
    assert answer.status_code == 303
    followed = await browser.get(answer.headers["location"])
    assert followed.headers["location"].startswith("/oidc/sign-in?transaction=")


async def test_the_refresh_token_rotates_and_a_second_use_ends_the_family(browser: httpx.AsyncClient) -> None:
    first = await sign_in(browser, "siti")

    async def refresh(token: str) -> httpx.Response:
        data = {"grant_type": "refresh_token", "client_id": "mpp-cli", "refresh_token": token}
        return await browser.post("/oidc/token", data=data)

    second = (await refresh(first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["scope"] == first["scope"]
    third = (await refresh(second["refresh_token"])).json()
    assert (await browser.get("/oidc/userinfo", headers=bearer(third))).status_code == 200
    reused = await refresh(first["refresh_token"])
    assert (reused.status_code, reused.json()["error"]) == (400, "invalid_grant")
    assert (await refresh(third["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await browser.get("/oidc/userinfo", headers=bearer(third))).status_code == 401


async def test_of_many_refreshes_at_once_one_wins_and_the_family_ends(browser: httpx.AsyncClient) -> None:
    tokens = await sign_in(browser, "siti")
    data = {"grant_type": "refresh_token", "client_id": "mpp-cli", "refresh_token": tokens["refresh_token"]}
    answers = await asyncio.gather(*(browser.post("/oidc/token", data=data) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7


async def test_a_refresh_may_narrow_the_scope_and_not_widen_it(browser: httpx.AsyncClient) -> None:
    tokens = await sign_in(browser, "siti", scope="openid profile")
    data = {"grant_type": "refresh_token", "client_id": "mpp-cli", "refresh_token": tokens["refresh_token"]}
    wide = await browser.post("/oidc/token", data=data | {"scope": "openid email"})
    assert (wide.status_code, wide.json()["error"]) == (400, "invalid_scope")
    narrow = await browser.post("/oidc/token", data=data | {"scope": "openid"})
    assert narrow.json()["scope"] == "openid"


async def test_a_code_used_twice_ends_what_it_gave(browser: httpx.AsyncClient) -> None:
    pkce = Pkce()
    code = await demo_code(browser, "siti", authorisation(pkce))
    data = {
        "grant_type": "authorization_code",
        "client_id": "mpp-cli",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": pkce.verifier,
    }
    tokens = (await browser.post("/oidc/token", data=data)).json()
    again = await browser.post("/oidc/token", data=data)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await browser.get("/oidc/userinfo", headers=bearer(tokens))).status_code == 401


async def test_a_code_lives_for_a_minute(browser: httpx.AsyncClient, mall: Mall) -> None:
    pkce = Pkce()
    code = await demo_code(browser, "siti", authorisation(pkce))
    mall.clock.move(seconds=61)
    data = {"grant_type": "authorization_code", "client_id": "mpp-cli", "code": code, "redirect_uri": CALLBACK}
    answer = await browser.post("/oidc/token", data=data | {"code_verifier": pkce.verifier})
    assert answer.json()["error"] == "invalid_grant"


async def test_client_credentials(browser: httpx.AsyncClient, mall: Mall) -> None:
    data = {"grant_type": "client_credentials"}
    answer = await browser.post("/oidc/token", data=data, auth=("applications", "applications-secret"))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json().keys() == {"access_token", "token_type", "expires_in"}
    caller = await TokenVerifier(mall.keys.jwks, ISSUER).verify(answer.json()["access_token"])
    assert (caller.id, caller.kind) == ("applications", "service")
    by_post = data | {"client_id": "applications", "client_secret": "applications-secret"}
    assert (await browser.post("/oidc/token", data=by_post)).status_code == 200


async def test_revoking_a_refresh_or_an_access_token_ends_the_family(browser: httpx.AsyncClient, mall: Mall) -> None:
    for name in ("refresh_token", "access_token"):
        tokens = await sign_in(mall.client(), "siti")
        data = {"client_id": "mpp-cli", "token": tokens[name], "token_type_hint": "something"}
        assert (await browser.post("/oidc/revoke", data=data)).status_code == 200
        assert (await browser.get("/oidc/userinfo", headers=bearer(tokens))).status_code == 401
        refresh = {"grant_type": "refresh_token", "client_id": "mpp-cli", "refresh_token": tokens["refresh_token"]}
        assert (await browser.post("/oidc/token", data=refresh)).json()["error"] == "invalid_grant"


async def test_revocation_of_a_stranger_or_of_nothing_changes_nothing(browser: httpx.AsyncClient) -> None:
    tokens = await sign_in(browser, "siti")
    stranger = ("applications", "applications-secret")
    assert (
        await browser.post("/oidc/revoke", data={"token": tokens["refresh_token"]}, auth=stranger)
    ).status_code == 200
    assert (await browser.post("/oidc/revoke", data={"token": "unknown", "client_id": "mpp-cli"})).status_code == 200
    assert (await browser.post("/oidc/revoke", data={"client_id": "mpp-cli"})).json()["error"] == "invalid_request"
    assert (await browser.post("/oidc/revoke", data={"token": tokens["refresh_token"]})).status_code == 401
    assert (await browser.get("/oidc/userinfo", headers=bearer(tokens))).status_code == 200


async def test_the_end_of_the_session_ends_everything(browser: httpx.AsyncClient) -> None:
    tokens = await sign_in(browser, "siti")
    page = await browser.get("/oidc/end-session")
    assert page.status_code == 200
    assert "Siti Rahmawati" in page.text
    assert (await browser.get("/oidc/userinfo", headers=bearer(tokens))).status_code == 200
    await browser.post("/oidc/sign-out", data={"lang": "id"})
    assert (await browser.get("/oidc/userinfo", headers=bearer(tokens))).status_code == 401
    await begin(browser, authorisation())


async def test_a_client_ends_the_session_with_its_id_token(browser: httpx.AsyncClient) -> None:
    redirect = f"{ISSUER}/callback"
    tokens = await sign_in(browser, "siti", client_id="mpp-portal", redirect_uri=redirect)
    hint = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": f"{ISSUER}/", "state": "s 1"}
    answer = await browser.get("/oidc/end-session", params=hint)
    assert answer.headers["location"] == f"{ISSUER}/?state=s+1"
    await begin(browser, authorisation())


@pytest.mark.parametrize(
    "parameters",
    [
        {"client_id": "mpp-portal", "post_logout_redirect_uri": "https://evil.example.org/"},
        {"post_logout_redirect_uri": f"{ISSUER}/"},
        {"id_token_hint": "x.y.z"},
    ],
)
async def test_nobody_is_sent_to_an_unregistered_page_after_sign_out(
    browser: httpx.AsyncClient, parameters: dict[str, str]
) -> None:
    answer = await browser.get("/oidc/end-session", params=parameters)
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_a_foreign_client_needs_consent_once(browser: httpx.AsyncClient, mall: Mall) -> None:
    request = authorisation(
        client_id="foreign",
        redirect_uri=FOREIGN["redirect_uris"][0],
        code_challenge=None,
        code_challenge_method=None,
    )
    transaction = await begin(browser, request)
    signed_in = await browser.post("/oidc/sign-in/demo", data={"transaction": transaction, "account": "siti"})
    assert signed_in.headers["location"].startswith("/oidc/consent?")
    page = await browser.get(signed_in.headers["location"])
    assert "Aplikasi Warga" in page.text
    assert "https://foreign.example.org" in page.headers["content-security-policy"]
    denied = await browser.post("/oidc/consent", data={"transaction": transaction, "decision": "deny"})
    assert query_of(denied.headers["location"])["error"] == "access_denied"
    silent = await browser.get("/oidc/authorize", params=request | {"prompt": "none"})
    assert query_of(silent.headers["location"])["error"] == "consent_required"

    answer = await browser.get("/oidc/authorize", params=request)
    transaction = query_of(answer.headers["location"])["transaction"]
    allowed = await browser.post("/oidc/consent", data={"transaction": transaction, "decision": "allow"})
    given = query_of(allowed.headers["location"])
    assert given["tenant"] == "1"
    data = {"grant_type": "authorization_code", "code": given["code"], "redirect_uri": request["redirect_uri"]}
    name, secret = quote_plus("foreign"), quote_plus(str(FOREIGN["client_secret"]))
    basic = base64.b64encode(f"{name}:{secret}".encode()).decode()
    tokens = await browser.post("/oidc/token", data=data, headers={"Authorization": f"Basic {basic}"})
    assert tokens.status_code == 200, tokens.text
    again = await browser.get("/oidc/authorize", params=request)
    assert "code" in query_of(again.headers["location"])
    more = await browser.get("/oidc/authorize", params=request | {"scope": "openid phone"})
    assert more.headers["location"].startswith("/oidc/consent?")
    own = await sign_in(mall.client(), "siti")
    listed = (await browser.get("/api/identity/v1/me/consents", headers=bearer(own))).json()["items"]
    told = [(item["client_id"], item["client_name"], item["scope"]) for item in listed]
    assert told == [("foreign", "Aplikasi Warga", "openid profile email")]


async def allow_foreign_client(browser: httpx.AsyncClient) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Siti allows it: the authorisation request, the client's own header, and the form that refreshes its tokens."""
    request = authorisation(
        client_id="foreign", redirect_uri=FOREIGN["redirect_uris"][0], code_challenge=None, code_challenge_method=None
    )
    transaction = await begin(browser, request)
    await browser.post("/oidc/sign-in/demo", data={"transaction": transaction, "account": "siti"})
    allowed = await browser.post("/oidc/consent", data={"transaction": transaction, "decision": "allow"})
    code = query_of(allowed.headers["location"])["code"]
    name, secret = quote_plus("foreign"), quote_plus(str(FOREIGN["client_secret"]))
    basic = {"Authorization": f"Basic {base64.b64encode(f'{name}:{secret}'.encode()).decode()}"}
    data = {"grant_type": "authorization_code", "code": code, "redirect_uri": request["redirect_uri"]}
    tokens = (await browser.post("/oidc/token", data=data, headers=basic)).json()
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    return request, basic, refresh


async def test_a_consent_taken_back_ends_what_the_client_held(browser: httpx.AsyncClient, mall: Mall) -> None:
    request, basic, refresh = await allow_foreign_client(browser)
    assert (await browser.post("/oidc/token", data=refresh, headers=basic)).status_code == 200

    own, path = bearer(await sign_in(mall.client(), "siti")), "/api/identity/v1/me/consents/foreign"
    other = bearer(await sign_in(mall.client(), "budi"))
    assert (await browser.delete(path, headers=other)).status_code == 404, "it is not Budi's"
    assert (await browser.post("/oidc/token", data=refresh, headers=basic)).status_code == 200
    assert (await browser.delete(path, headers=own)).status_code == 204
    assert (await browser.delete(path, headers=own)).status_code == 404
    assert (await browser.get("/api/identity/v1/me/consents", headers=own)).json()["items"] == []
    ended = await browser.post("/oidc/token", data=refresh, headers=basic)
    assert (ended.status_code, ended.json()["error"]) == (400, "invalid_grant")
    asked_again = await browser.get("/oidc/authorize", params=request)
    assert asked_again.headers["location"].startswith("/oidc/consent?")


async def test_a_confidential_client_may_use_its_refresh_token_again_until_it_is_revoked(
    browser: httpx.AsyncClient,
) -> None:
    """Several tabs, several copies of a portal, an answer lost on the way: none of them ends the session."""
    _, basic, refresh = await allow_foreign_client(browser)
    answers = await asyncio.gather(*(browser.post("/oidc/token", data=refresh, headers=basic) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert all("refresh_token" not in answer.json() for answer in answers)
    without = await browser.post("/oidc/token", data=refresh | {"client_id": "foreign"})
    assert without.status_code == 401, "the secret is what makes it safe"
    await browser.post("/oidc/revoke", data={"token": refresh["refresh_token"]}, headers=basic)
    ended = await browser.post("/oidc/token", data=refresh, headers=basic)
    assert (ended.status_code, ended.json()["error"]) == (400, "invalid_grant")


async def test_a_disabled_account_is_out_at_once(browser: httpx.AsyncClient, mall: Mall) -> None:
    tokens = await sign_in(browser, "rina")
    await mall.identity.administration.set_active(UUID(str(demonstration_id("rina"))), False)
    refresh = {"grant_type": "refresh_token", "client_id": "mpp-cli", "refresh_token": tokens["refresh_token"]}
    assert (await browser.post("/oidc/token", data=refresh)).json()["error"] == "invalid_grant"
    assert (await browser.get("/oidc/userinfo", headers=bearer(tokens))).status_code == 401
    assert (await browser.get("/api/identity/v1/officers/me", headers=bearer(tokens))).status_code == 401
    transaction = await begin(browser, authorisation())
    answer = await browser.post("/oidc/sign-in/demo", data={"transaction": transaction, "account": "rina"})
    assert answer.status_code == 404
    await mall.identity.administration.set_active(demonstration_id("rina"), True)
    assert (await sign_in(browser, "rina"))["access_token"]


async def test_a_session_ends_by_idleness_and_by_age(browser: httpx.AsyncClient, mall: Mall) -> None:
    await sign_in(browser, "siti")
    for _ in range(5):
        mall.clock.move(minutes=50)
        answer = await browser.get("/oidc/authorize", params=authorisation())
        assert "code" in query_of(answer.headers["location"])
    mall.clock.move(minutes=61)
    await begin(browser, authorisation())
    await sign_in(browser, "siti")
    for _ in range(14):
        mall.clock.move(minutes=55)
        answer = await browser.get("/oidc/authorize", params=authorisation())
    assert answer.headers["location"].startswith("/oidc/sign-in?")


async def test_the_session_cookie_is_kept_from_scripts_and_other_sites(browser: httpx.AsyncClient, mall: Mall) -> None:
    transaction = await begin(browser, authorisation())
    answer = await browser.post("/oidc/sign-in/demo", data={"transaction": transaction, "account": "siti"})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/oidc" in cookie


async def test_a_client_library_that_knows_nothing_of_us_signs_in(browser: httpx.AsyncClient, mall: Mall) -> None:
    """Authlib's client side, by discovery alone, with its own validation of the ID token."""
    told = (await browser.get("/.well-known/openid-configuration")).json()
    OpenIDProviderMetadata(told).validate()
    verifier = generate_token(64)
    client = AsyncOAuth2Client(
        "mpp-cli", redirect_uri=CALLBACK, scope="openid profile", code_challenge_method="S256",
        token_endpoint_auth_method="none", transport=httpx.ASGITransport(mall.identity.app),
    )  # fmt: skip
    address, state = client.create_authorization_url(
        told["authorization_endpoint"], nonce="n-1", code_verifier=verifier
    )
    page = await browser.get(address)
    transaction = query_of(page.headers["location"])["transaction"]
    back = await browser.post("/oidc/sign-in/demo", data={"transaction": transaction, "account": "budi"})
    tokens = await client.fetch_token(
        told["token_endpoint"], authorization_response=back.headers["location"], code_verifier=verifier, state=state
    )
    keys = KeySet.import_key_set((await browser.get(told["jwks_uri"])).json())
    claims = CodeIDToken(
        jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims,
        {"alg": "RS256"},
        {"iss": {"value": told["issuer"]}, "aud": {"value": "mpp-cli"}},
        {"nonce": "n-1", "client_id": "mpp-cli", "access_token": tokens["access_token"]},
    )
    claims.validate(now=int(mall.clock.time.timestamp()))
    me = await client.get(told["userinfo_endpoint"])
    assert me.json()["name"] == "Budi Santoso"
    refreshed = await client.refresh_token(told["token_endpoint"])
    assert refreshed["access_token"] != tokens["id_token"]
    await client.revoke_token(told["revocation_endpoint"], refreshed["refresh_token"])
    assert (await browser.get("/oidc/userinfo", headers=bearer(refreshed))).status_code == 401
    await client.aclose()
