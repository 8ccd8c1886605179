"""The session's cookie: sealed, small, from our keys only; and that nobody is led elsewhere by `next`."""

import json
from dataclasses import asdict
from typing import Any

import pytest
from fastapi import Request
from fastapi.responses import Response
from joserfc.jwk import OctKey
from mpp_portal.domain import Session, SessionOver, Who, local_path
from mpp_portal.rest_api.sessions import COOKIE_LIMIT, Seal, Sessions

WHO = Who("0199a1b2-0000-7000-8000-000000000001", "Siti Rahayu", "person")


def keys(*names: str, size: int = 256) -> list[dict[str, Any]]:
    return [OctKey.generate_key(size, {"kid": name}).as_dict(private=True) for name in names]


def seal(*of: dict[str, Any]) -> Seal:
    return Seal(json.dumps({"keys": of}))


def session(**more: Any) -> Session:
    return Session(**{"who": WHO, "access_token": "a", "refresh_token": "r", "id_token": "i", "expires_at": 0, **more})


def request(**cookies: str) -> Request:
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return Request({"type": "http", "method": "GET", "path": "/", "headers": [(b"cookie", cookie.encode())]})


class Provider:
    """Renews once; then the session is over."""

    def __init__(self) -> None:
        self.asked = 0

    def authorisation(self, *, state: str, nonce: str, verifier: str, language: str) -> str:
        return state

    def end_session(self, id_token: str, language: str) -> str:
        return id_token

    async def exchange(self, code: str, *, nonce: str, verifier: str) -> Session:
        raise NotImplementedError

    async def refresh(self, session: Session) -> Session:
        self.asked += 1
        if self.asked > 1:
            raise SessionOver
        return Session(session.who, "new", session.refresh_token, session.id_token, 2_000_000_000)


def test_what_is_sealed_is_opened_by_the_same_kind_and_a_kept_key_only() -> None:
    old, new, other = keys("old", "new", "other")
    sealed = seal(old).close("mpp-session", {"x": "SECRET"})
    assert "SECRET" not in sealed
    assert seal(new, old).open("mpp-session", sealed) == {"x": "SECRET"}
    assert seal(new, old).open("mpp-state", sealed) is None
    assert seal(other).open("mpp-session", sealed) is None
    for broken in ("", "a.b.c.d.e", sealed[:-2], f"{sealed[:-1]}{'A' if sealed[-1] != 'A' else 'B'}", "é"):
        assert seal(old).open("mpp-session", broken) is None, broken


@pytest.mark.parametrize(
    "given",
    ["", "{}", '{"keys":[]}', json.dumps({"keys": keys("short", size=128)})],
    ids=["nothing", "no-set", "no-key", "short-key"],
)
def test_a_key_that_is_none_is_refused_at_the_start(given: str) -> None:
    with pytest.raises(ValueError, match=r"key|JWK"):
        Seal(given)


async def test_a_session_is_renewed_and_then_ends_with_its_cookie() -> None:
    provider, own = Provider(), seal(*keys("one"))
    sessions = Sessions(own, provider, secure=False)
    came = request(mpp_session=own.close("mpp-session", asdict(session(expires_at=0))))
    assert sessions.who(came) == WHO
    assert (await sessions.fresh(came)).access_token == "new"
    assert provider.asked == 1
    assert (await sessions.fresh(came)).access_token == "new", "a good token is not renewed"
    answer = Response()
    sessions.keep(came, answer)
    (cookie,) = answer.headers.getlist("set-cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    again = request(mpp_session=cookie.partition("=")[2].partition(";")[0])
    assert sessions.current(again).access_token == "new"  # type: ignore[union-attr]
    with pytest.raises(SessionOver):
        await sessions.renew(again)
    answer = Response()
    sessions.keep(again, answer)
    assert "Max-Age=0" in answer.headers["set-cookie"]


async def test_who_has_no_session_must_sign_in_and_gets_no_cookie() -> None:
    sessions = Sessions(seal(*keys("one")), Provider(), secure=False)
    came, answer = request(), Response()
    with pytest.raises(SessionOver):
        await sessions.fresh(came)
    sessions.keep(came, answer)
    assert "set-cookie" not in answer.headers


def test_by_https_the_cookie_belongs_to_this_host_alone() -> None:
    sessions, came, answer = Sessions(seal(*keys("one")), Provider(), secure=True), request(), Response()
    sessions.put(came, session())
    sessions.keep(came, answer)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-mpp_session=")
    assert "Secure" in cookie
    assert "Path=/;" in cookie
    assert "Domain" not in cookie


def test_a_sign_in_ends_only_in_the_browser_that_began_it() -> None:
    sessions = Sessions(seal(*keys("one")), Provider(), secure=False)
    state = sessions.begin("b1", "/applications", "id")
    assert sessions.resume(request(mpp_browser="b1"), state)["to"] == "/applications"  # type: ignore[index]
    assert sessions.resume(request(mpp_browser="b2"), state) is None
    assert sessions.resume(request(), state) is None
    assert sessions.resume(request(mpp_browser="b1"), "") is None
    assert len(sessions.begin("b" * 22, f"/{'x' * 299}", "id")) < 1000


def test_the_largest_session_fits_a_cookie() -> None:
    """A head of several offices with a long name; tokens as long as identity's for such a person."""
    roles = tuple({"role": "verifier", "agency": f"agency-{n}", "region": f"33.{n}"} for n in range(5))
    who = Who(WHO.id, "N" * 150, "officer", "Kepala Dinas " * 8, roles)
    noise = "".join(keys("x", size=256)[0]["k"] for _ in range(40))  # what does not compress, as signatures do not
    full = session(who=who, access_token=noise[:1200], refresh_token=noise[1200:1243], id_token=noise[:800])
    sessions, came, answer = Sessions(seal(*keys("one")), Provider(), secure=True), request(), Response()
    sessions.put(came, full)
    sessions.keep(came, answer)
    assert len(answer.headers["set-cookie"]) < COOKIE_LIMIT


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/applications?x=1", "/applications?x=1"),
        ("/", "/"),
        ("", "/"),
        ("applications", "/"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/ok\\..\\evil", "/"),
        ("/\t/evil.example", "/"),
        ("/\n/evil.example", "/"),
        ("/é", "/"),
        ("javascript:alert(1)", "/"),
        ("/" + "a" * 400, "/"),
    ],
)
def test_next_never_leads_elsewhere(asked: str, led: str) -> None:
    assert local_path(asked) == led
