"""Answers kept ready: the same bytes and ETag as the routes', never of an edition that is over."""

from collections.abc import Hashable
from typing import Any

import pytest
from mpp_catalog.rest_api.prepared import Prepared
from mpp_runtime.errors import Text, TryLater

MALLS = "/api/catalog/v1/malls"


class Routes:
    """An ASGI app that counts what reaches it; `publish` runs while it answers."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.body = b'{"items": []}'
        self.headers: list[tuple[bytes, bytes]] = [(b"content-type", b"application/json")]
        self.status = 200
        self.catalogue: Catalogue | None = None

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        self.asked.append(scope["path"])
        scope["route"] = "template"
        body = self.body
        if self.catalogue:
            self.catalogue.number += 1
            await self.catalogue.look()
        await send({"type": "http.response.start", "status": self.status, "headers": list(self.headers)})
        await send({"type": "http.response.body", "body": body[:5], "more_body": True})
        await send({"type": "http.response.body", "body": body[5:]})


class Catalogue:
    def __init__(self, routes: Routes) -> None:
        self.number = 1
        self.away = False
        self.prepared = Prepared(routes, self.edition, most_bytes=30)

    async def edition(self) -> Hashable:
        if self.away:
            raise TryLater("database-unavailable", Text("Sibuk.", "Busy."))
        return self.number

    async def look(self) -> None:
        """Another reader, who brings the new edition to notice."""
        await self.prepared._look()

    async def get(
        self, path: str = MALLS, *headers: tuple[bytes, bytes], query: bytes = b"", method: str = "GET"
    ) -> Any:
        """Status, headers, body; "route" is what the log will call it."""
        scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": list(headers)}
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            raise AssertionError("nobody reads the body of a GET")

        await self.prepared(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return {"status": sent[0]["status"], **dict(sent[0]["headers"]), "body": body, "route": scope.get("route")}


@pytest.fixture
def routes() -> Routes:
    return Routes()


@pytest.fixture
def catalogue(routes: Routes) -> Catalogue:
    return Catalogue(routes)


async def test_the_second_reader_gets_the_same_without_the_routes(catalogue: Catalogue, routes: Routes) -> None:
    first, second = await catalogue.get(), await catalogue.get()
    assert routes.asked == [MALLS]
    assert first == second
    assert (first["status"], first["body"], first["route"]) == (200, routes.body, "template")


async def test_what_was_published_is_seen(catalogue: Catalogue, routes: Routes) -> None:
    old = await catalogue.get()
    routes.body, catalogue.number = b'{"items": [1]}', 2
    new = await catalogue.get()
    assert (old["body"], new["body"]) == (b'{"items": []}', b'{"items": [1]}')
    assert old[b"etag"] != new[b"etag"]


async def test_an_answer_read_while_something_was_published_is_not_kept(catalogue: Catalogue, routes: Routes) -> None:
    routes.catalogue = catalogue
    assert (await catalogue.get())["status"] == 200
    routes.catalogue = None
    await catalogue.get()
    assert len(routes.asked) == 2


async def test_every_answer_has_an_etag_and_is_not_sent_twice(catalogue: Catalogue, routes: Routes) -> None:
    etag = (await catalogue.get())[b"etag"]
    for tags in (etag, b"W/" + etag, b'"x", ' + etag, b"*"):
        answer = await catalogue.get(MALLS, (b"if-none-match", tags))
        assert (answer["status"], answer["body"], answer[b"etag"]) == (304, b"", etag)
        assert b"content-type" not in answer
    assert (await catalogue.get(MALLS, (b"if-none-match", b'"x"')))["status"] == 200
    routes.headers.append((b"etag", b'"digest"'))
    assert (await catalogue.get("/api/catalog/v1/other"))[b"etag"] == b'"digest"', "a route's own ETag stays"


@pytest.mark.parametrize("status", [404, 422, 503])
async def test_only_what_was_found_is_kept(catalogue: Catalogue, routes: Routes, status: int) -> None:
    routes.status = status
    for _ in range(2):
        answer = await catalogue.get()
        assert (answer["status"], answer["body"]) == (status, routes.body)
        assert b"etag" not in answer
    assert len(routes.asked) == 2


async def test_what_the_routes_must_see_they_see(catalogue: Catalogue, routes: Routes) -> None:
    await catalogue.get()
    await catalogue.get(MALLS, (b"authorization", b"Bearer forged"))
    await catalogue.get(method="HEAD")
    await catalogue.get("/healthz")
    await catalogue.get(query=b"q=" + b"a" * 300)
    assert len(routes.asked) == 5
    await catalogue.get(query=b"q=a")
    await catalogue.get(query=b"q=b")
    assert len(routes.asked) == 7, "another question has another answer"


async def test_the_answer_asked_for_longest_ago_makes_room(catalogue: Catalogue, routes: Routes) -> None:
    one, two, three = (f"{MALLS}/{name}" for name in ("one", "two", "three"))
    for path in (one, two, one, three, one, two):  # 13 bytes each, room for two
        await catalogue.get(path)
    assert routes.asked == [one, two, three, two]


async def test_what_was_read_before_outlives_the_database(catalogue: Catalogue, routes: Routes) -> None:
    known = await catalogue.get()
    catalogue.away, routes.status = True, 503
    assert await catalogue.get() == known
    assert (await catalogue.get(f"{MALLS}/other"))["status"] == 503
    catalogue.away, routes.status = False, 200
    assert await catalogue.get() == known
    assert (await catalogue.get(f"{MALLS}/other"))["status"] == 200


async def test_what_no_cache_may_keep_is_asked_every_time() -> None:
    routes = Routes()
    routes.headers.append((b"cache-control", b"no-store"))
    catalogue = Catalogue(routes)
    await catalogue.get()
    await catalogue.get()
    assert routes.asked == [MALLS, MALLS]
