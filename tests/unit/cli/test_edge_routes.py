"""Which process answers which path, and which headers pass."""

import pytest
from mpp_cli.edge.headers import to_client, to_service
from mpp_cli.edge.problems import language_of
from mpp_cli.edge.routes import missing, target_of
from multidict import CIMultiDict, CIMultiDictProxy


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/api/catalog/v1/malls", "catalog"),
        ("/api/applications/v1/applications", "applications"),
        ("/api/notifications/openapi.json", "notifications"),
        ("/oidc/authorize", "identity"),
        ("/.well-known/openid-configuration", "identity"),
        ("/mailbox", "mailbox"),
        ("/mailbox/api/messages", "mailbox"),
        ("/", "portal"),
        ("/developers", "portal"),
        ("/track", "portal"),
        ("/api/unknown/v1", "portal"),
        ("/api", "portal"),
        ("/apis/catalog", "portal"),
        ("/mailboxes", "portal"),
        ("/oidcx", "portal"),
    ],
)
def test_paths_belong_to_processes(path: str, target: str) -> None:
    assert target_of(path) == target


def test_a_target_without_address_is_named() -> None:
    assert missing({"catalog": "x", "identity": "x", "applications": "x", "portal": "x"}) == [
        "mailbox",
        "notifications",
    ]


def proxied(*pairs: tuple[str, str]) -> CIMultiDictProxy[str]:
    return CIMultiDictProxy(CIMultiDict(pairs))


def test_what_an_outsider_says_about_the_way_here_is_replaced() -> None:
    sent = proxied(
        ("X-Forwarded-For", "6.6.6.6"),
        ("x-forwarded-proto", "https"),
        ("X-Forwarded-User", "admin"),
        ("Forwarded", "for=6.6.6.6"),
        ("X-Real-IP", "6.6.6.6"),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ("Authorization", "Bearer t"),
    )
    passed = to_service(sent, peer="127.0.0.1", scheme="http", host="localhost:8080")
    assert dict(passed) == {
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "Authorization": "Bearer t",
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "localhost:8080",
    }


def test_headers_of_the_hop_stay_on_the_hop_also_those_that_connection_names() -> None:
    sent = proxied(
        ("Connection", "keep-alive, X-Secret"),
        ("X-Secret", "1"),
        ("Keep-Alive", "timeout=5"),
        ("Transfer-Encoding", "chunked"),
        ("Upgrade", "websocket"),
        ("TE", "trailers"),
        ("Accept", "*/*"),
    )
    assert list(to_client(sent).keys()) == ["Accept", "Server"]
    assert "X-Secret" not in to_service(sent, peer="", scheme="http", host="")


def test_several_cookies_stay_several() -> None:
    passed = to_client(proxied(("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Server", "uvicorn")))
    assert passed.getall("Set-Cookie") == ["a=1", "b=2"]
    assert passed["Server"] == "mpp-edge"


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "id"), ("en", "en"), ("en-GB,en;q=0.9", "en"), ("id,en;q=0.5", "id"), ("en;q=0.2,id;q=0.8", "id"),
     ("fr", "id"), ("fr,en;q=0.4", "en"), ("en;q=x", "id")],
)  # fmt: skip
def test_the_readers_language(header: str, language: str) -> None:
    assert language_of(header) == language
