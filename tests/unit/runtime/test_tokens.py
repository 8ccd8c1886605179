"""Access tokens: one good shape, a corpus of bad ones, keys that rotate and an issuer that goes away."""

import base64
import hmac
import json
import time
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from mpp_runtime.errors import TryLater, Unauthenticated
from mpp_runtime.tokens import Role, TokenVerifier

from tests.unit.runtime.issuer import ISSUER, Issuer


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def verifier(issuer: Issuer) -> TokenVerifier:
    return TokenVerifier(issuer.jwks, ISSUER)


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


async def test_an_officers_token(issuer: Issuer, verifier: TokenVerifier) -> None:
    roles = [{"role": "verifier", "agency": "dpmptsp", "region": "33.14"}, {"role": "operator"}]
    caller = await verifier.verify(issuer.token("id-1", kind="officer", roles=roles, scope="openid profile"))
    assert (caller.id, caller.kind) == ("id-1", "officer")
    assert caller.roles == (Role("verifier", "dpmptsp", "33.14"), Role("operator", None, None))
    assert caller.scopes == {"openid", "profile"}


# A duration counts from the moment of the test: a long run begins minutes after this file was read.
CLAIMS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "http://evil.example"},
    "issuer with a slash more": {"iss": ISSUER + "/"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "other"},
    "audience list without us": {"aud": ["a", "b"]},
    "no audience": {"aud": None},
    "expired": {"exp": timedelta(seconds=-61)},
    "no expiry": {"exp": None},
    "expiry as text": {"exp": "soon"},
    "not yet": {"nbf": timedelta(seconds=120)},
    "issued in the future": {"iat": timedelta(seconds=120)},
    "no subject": {"sub": None},
    "empty subject": {"sub": ""},
    "subject a number": {"sub": 1},
    "no kind": {"kind": None},
    "unknown kind": {"kind": "root"},
    "anonymous": {"kind": "anonymous"},
    "no client": {"client_id": None},
    "roles not a list": {"roles": 7},
    "role without a name": {"roles": [{"agency": "x"}]},
}


@pytest.mark.parametrize("case", CLAIMS)
async def test_wrong_claims_are_refused(issuer: Issuer, verifier: TokenVerifier, case: str) -> None:
    claims = {
        name: time.time() + value.total_seconds() if isinstance(value, timedelta) else value
        for name, value in CLAIMS[case].items()
    }
    with pytest.raises(Unauthenticated) as refused:
        await verifier.verify(issuer.token(**claims))
    assert refused.value.code == "invalid-token"


async def test_a_minute_of_clock_difference_is_allowed(issuer: Issuer, verifier: TokenVerifier) -> None:
    await verifier.verify(issuer.token(exp=int(time.time()) - 50))
    await verifier.verify(issuer.token(nbf=int(time.time()) + 50))


HEADERS: dict[str, dict[str, Any]] = {
    "wrong typ": {"typ": "JWT"},
    "no typ": {"typ": None},
    "unknown kid": {"kid": "two"},
    "path as kid": {"kid": "../../etc/passwd"},
    "no kid": {"kid": None},
    "another RSA algorithm": {"alg": "RS512"},
    "PSS": {"alg": "PS256"},
    "key address": {"jku": "http://evil.example/jwks"},
    "certificate address": {"x5u": "http://evil.example/x"},
}


@pytest.mark.parametrize("case", HEADERS)
async def test_wrong_headers_are_refused(issuer: Issuer, verifier: TokenVerifier, case: str) -> None:
    with pytest.raises(Unauthenticated):
        await verifier.verify(issuer.token(header=HEADERS[case]))


async def test_forged_tokens_are_refused(issuer: Issuer, verifier: TokenVerifier) -> None:
    good = issuer.token()
    head, body, signature = good.split(".")
    public = issuer.key.as_pem(private=False)
    unsigned = f"{b64(json.dumps({'alg': 'HS256', 'typ': 'at+jwt', 'kid': 'one'}).encode())}.{body}"
    confused = f"{unsigned}.{b64(hmac.digest(public, unsigned.encode(), 'sha256'))}"
    other = RSAKey.generate_key(2048, {"kid": "one"})
    claims = jwt.decode(good, issuer.key, algorithms=["RS256"]).claims
    foreign = jwt.encode({"alg": "RS256", "typ": "at+jwt", "kid": "one"}, claims, other)
    embedded = jwt.encode(
        {"alg": "RS256", "typ": "at+jwt", "kid": "one", "jwk": other.as_dict(private=False)}, claims, other
    )
    none = b64(json.dumps({"alg": "none", "typ": "at+jwt", "kid": "one"}).encode())
    critical = b64(json.dumps({"alg": "RS256", "typ": "at+jwt", "kid": "one", "crit": ["exp"]}).encode())
    promoted = b64(json.dumps(claims | {"kind": "officer"}).encode())
    corpus = [
        "", ".", "..", "a.b.c", "x" * 10_000, "é.é.é", "\ud800", good + "x", good[:-4], f"{head}.{body}.",
        f"{none}.{body}.", f"{none}.{body}.{signature}", f"{critical}.{body}.{signature}",
        f"{head}.{body[:-3]}.{signature}", f"{head}.{promoted}.{signature}", f"{b64(b'[]')}.{body}.{signature}",
        f"{b64(b'null')}.{body}.{signature}", f"{good}.{good}", confused, foreign, embedded,
    ]  # fmt: skip
    for token in corpus:
        with pytest.raises(Unauthenticated):
            await verifier.verify(token)
    await verifier.verify(good)


async def test_unknown_keys_do_not_make_us_ask_again_and_again() -> None:
    issuer = Issuer()
    verifier = TokenVerifier(issuer.jwks, ISSUER)
    await verifier.verify(issuer.token())
    for n in range(20):
        with pytest.raises(Unauthenticated):
            await verifier.verify(issuer.token(header={"kid": f"unknown-{n}"}))
    assert issuer.asked == 1


async def test_a_rotated_key_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = Issuer()
    verifier = TokenVerifier(issuer.jwks, ISSUER)
    old = issuer.token()
    await verifier.verify(old)
    issuer.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    monkeypatch.setattr("mpp_runtime.tokens._REFRESH_AT_MOST_EVERY", 0.0)
    await verifier.verify(issuer.token(header={"kid": "two"}))
    with pytest.raises(Unauthenticated):  # the old key is gone, and what it signed is no longer remembered as good
        await verifier.verify(old)


async def test_known_keys_outlive_the_issuer_and_nothing_is_let_in_without_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    issuer = Issuer()
    issuer.away = True
    verifier = TokenVerifier(issuer.jwks, ISSUER)
    with pytest.raises(TryLater):
        await verifier.verify(issuer.token())
    issuer.away = False
    monkeypatch.setattr("mpp_runtime.tokens._REFRESH_AT_LEAST_EVERY", 0.0)
    verifier = TokenVerifier(issuer.jwks, ISSUER)
    await verifier.verify(issuer.token())
    issuer.away = True
    await verifier.verify(issuer.token(jti="2"))


async def test_a_checked_token_is_remembered_until_it_ends(
    issuer: Issuer, verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issuer.token(exp=int(time.time()) + 10)
    caller = await verifier.verify(token)
    assert await verifier.verify(token) is caller
    later = time.time() + 71
    monkeypatch.setattr("mpp_runtime.tokens.time.time", lambda: later)
    with pytest.raises(Unauthenticated):
        await verifier.verify(token)
