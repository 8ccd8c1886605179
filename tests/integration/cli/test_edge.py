"""The edge in front of a small real server: streams, limits, and what it says when the server is away."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from aiohttp import web
from mpp_cli.edge import proxy
from mpp_cli.edge.proxy import Edge
from mpp_cli.ports import loopback_sockets
from mpp_embedded import free_port

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Service:
    """Answers with what it got; `gate` holds back the second half of a streamed answer."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.received = 0
        self.requests = 0

    def app(self) -> web.Application:
        app = web.Application(client_max_size=0)
        app.router.add_route("*", "/api/catalog/stream", self.stream)
        app.router.add_route("*", "/api/catalog/broken", self.broken)
        app.router.add_route("*", "/api/catalog/slow", self.slow)
        app.router.add_route("*", "/api/{service}/count", self.count)
        app.router.add_route("*", "/{path:.*}", self.echo)
        return app

    async def echo(self, request: web.Request) -> web.Response:
        told = {
            "method": request.method,
            "path": request.raw_path,
            "headers": [list(p) for p in request.headers.items()],
        }
        response = web.json_response(told, headers={"X-Own": "1", "Connection": "x-hop", "X-Hop": "1"})
        response.headers.add("Set-Cookie", "a=1")
        response.headers.add("Set-Cookie", "b=2")
        return response

    async def stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"first")
        await self.gate.wait()
        await response.write(b"second")
        return response

    async def broken(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"} if "known" in request.query else {})
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        request.transport.abort()
        return response

    async def slow(self, _: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    async def count(self, request: web.Request) -> web.Response:
        self.requests += 1
        async for chunk in request.content.iter_any():
            self.received += len(chunk)
        return web.json_response({"received": self.received})


class Restartable:
    """The same service at an address of its own that can be shut and opened again."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runner: web.AppRunner | None = None
        self.port = free_port()

    async def start(self) -> None:
        self._runner = web.AppRunner(self._service.app(), auto_decompress=False, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def restartable(service: Service) -> AsyncIterator[Restartable]:
    one = Restartable(service)
    yield one
    await one.stop()


@pytest.fixture
def away() -> Iterator[int]:
    """A port nobody listens on, held so that nobody else of this test is given it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture
async def edge(service: Service, away: int, restartable: Restartable) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an edge whose catalog is `service`, whose identity is `restartable` and whose portal is away."""
    back = web.AppRunner(service.app(), auto_decompress=False, shutdown_timeout=0.1)
    await back.setup()
    back_port = free_port()
    await web.TCPSite(back, "127.0.0.1", back_port).start()
    gone = f"http://127.0.0.1:{away}"
    routes = dict.fromkeys(("applications", "notifications", "portal", "mailbox"), gone)
    routes["identity"] = f"http://127.0.0.1:{restartable.port}"
    front = web.AppRunner(
        Edge({**routes, "catalog": f"http://127.0.0.1:{back_port}"}).app(), auto_decompress=False, shutdown_timeout=0.1
    )
    await front.setup()
    port = free_port()
    for bound in loopback_sockets(port):
        await web.SockSite(front, bound).start()
    async with httpx.AsyncClient(base_url=f"http://localhost:{port}", trust_env=False) as client:
        yield client
    await front.cleanup()
    await back.cleanup()


async def test_path_query_and_method_arrive_as_they_were_sent(edge: httpx.AsyncClient) -> None:
    answer = await edge.put("/api/catalog/v1/a%2Fb/caf%C3%A9?q=a+b&q=%2B&x=")
    assert answer.json()["path"] == "/api/catalog/v1/a%2Fb/caf%C3%A9?q=a+b&q=%2B&x="
    assert answer.json()["method"] == "PUT"


async def test_headers_are_cleaned_in_both_directions(edge: httpx.AsyncClient) -> None:
    sent = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Proto": "https",
        "Forwarded": "for=6.6.6.6",
        "traceparent": TRACE,
    }
    answer = await edge.get("/api/catalog/x", headers=sent)
    got = {name.lower(): value for name, value in answer.json()["headers"]}
    assert got["x-forwarded-for"] in {"127.0.0.1", "::1"}
    assert got["x-forwarded-proto"] == "http"
    assert got["x-forwarded-host"] == got["host"] == answer.request.url.netloc.decode()
    assert got["traceparent"] == TRACE
    assert "forwarded" not in got
    assert answer.headers["x-own"] == "1"
    assert "x-hop" not in answer.headers
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]


async def test_an_answer_flows_while_it_is_made(edge: httpx.AsyncClient, service: Service) -> None:
    async with edge.stream("GET", "/api/catalog/stream") as answer:
        chunks = answer.aiter_raw()
        assert await anext(chunks) == b"first"
        service.gate.set()
        assert await anext(chunks) == b"second"


async def test_a_large_body_passes_in_chunks(edge: httpx.AsyncClient) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 1_000_000

    answer = await edge.post("/api/catalog/count", content=body())
    assert answer.json() == {"received": 20_000_000}


async def test_a_declared_body_above_the_limit_never_reaches_the_service(
    edge: httpx.AsyncClient, service: Service
) -> None:
    answer = await edge.post("/api/catalog/count", content=b"x" * (proxy.BODY_LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
    assert service.requests == 0


async def test_an_undeclared_body_is_cut_off_at_the_limit(edge: httpx.AsyncClient, service: Service) -> None:
    async def undeclared() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 1_000_000

    answer = await edge.post("/api/catalog/count", content=undeclared())
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
    assert service.requests == 1
    assert service.received <= proxy.BODY_LIMIT


@pytest.mark.parametrize(("language", "title"), [("id", "Layanan sedang dimulai"), ("en", "The service is starting")])
async def test_a_service_that_is_away_is_a_problem_with_a_time(
    edge: httpx.AsyncClient, language: str, title: str
) -> None:
    answer = await edge.post("/api/identity/v1/people", headers={"Accept-Language": language})
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["content-language"] == language
    problem = answer.json()
    assert (problem["title"], problem["status"], problem["code"]) == (title, 503, "service-restarting")
    assert problem["instance"] == "/api/identity/v1/people"


async def test_a_browser_gets_a_page_that_comes_back_by_itself(edge: httpx.AsyncClient) -> None:
    answer = await edge.get("/<script>", headers={"Accept": "text/html,*/*"})
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert 'http-equiv="refresh"' in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize("length", ["known", "unknown"])
async def test_half_an_answer_is_not_passed_off_as_a_whole_one(edge: httpx.AsyncClient, length: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        await edge.get("/api/catalog/broken", params={length: ""})


async def test_a_service_that_does_not_answer_in_time(
    edge: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "ANSWER_SECONDS", 0.2)
    back = web.AppRunner(service.app(), shutdown_timeout=0.1)
    await back.setup()
    back_port, port = free_port(), free_port()
    await web.TCPSite(back, "127.0.0.1", back_port).start()
    front = web.AppRunner(Edge({"catalog": f"http://127.0.0.1:{back_port}"}).app(), shutdown_timeout=0.1)
    await front.setup()
    await web.TCPSite(front, "127.0.0.1", port).start()
    answer = await edge.get(f"http://127.0.0.1:{port}/api/catalog/slow")
    assert (answer.status_code, answer.json()["code"]) == (504, "service-timed-out")
    await front.cleanup()
    await back.cleanup()


async def test_only_this_machine_is_served() -> None:
    port = free_port()
    sockets = loopback_sockets(port)
    assert {bound.getsockname()[0] for bound in sockets} <= {"127.0.0.1", "::1"}
    with pytest.raises(OSError, match="in use"):
        loopback_sockets(port)
    for bound in sockets:
        bound.close()


async def test_a_service_that_is_being_restarted_is_waited_for_and_asked_once(
    edge: httpx.AsyncClient, service: Service, restartable: Restartable
) -> None:
    await restartable.start()
    assert (await edge.get("/api/identity/count")).status_code == 200
    await restartable.stop()
    asking = asyncio.create_task(edge.post("/api/identity/count", content=b"x" * 1000))
    await asyncio.sleep(0.5)
    assert not asking.done()
    await restartable.start()
    answer = await asking
    assert answer.status_code == 200
    assert (service.requests, service.received) == (2, 1000)


async def test_a_service_that_is_away_longer_is_said_to_be_away(restartable: Restartable) -> None:
    front = web.AppRunner(Edge({"identity": f"http://127.0.0.1:{restartable.port}"}, patience=0.0).app())
    await front.setup()
    port = free_port()
    await web.TCPSite(front, "127.0.0.1", port).start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        await restartable.start()
        assert (await client.get("/api/identity/count")).status_code == 200
        await restartable.stop()
        answer = await client.get("/api/identity/count")
    await front.cleanup()
    assert answer.status_code == 503
    assert answer.json()["code"] == "service-restarting"
