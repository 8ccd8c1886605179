"""Passes requests on as streams: nothing is held whole in memory, in neither direction."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping

import aiohttp
from aiohttp import web
from yarl import URL

from mpp_cli.edge import headers, problems
from mpp_cli.edge.routes import target_of

BODY_LIMIT = 25 * 1024 * 1024
CHUNK_SECONDS = 30.0
CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 60.0
# Shorter than the services' own 5 s, so that a connection is not picked up just as its other end closes it.
IDLE_SECONDS = 3.0
# A part that answered so shortly ago is being restarted: whoever asks waits for it. One away longer is said to be
# away at once.
RESTART_SECONDS = 8.0
RESTART_PAUSE = 0.2
READY_PATH = "/-/ready"

log = logging.getLogger("mpp.edge")


class _Refused(Exception):
    """The request's body was not acceptable; the problem says why."""

    def __init__(self, problem: problems.Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class _Body:
    """The request's body as chunks. Remembers a refusal, because the client library wraps what is raised in here."""

    def __init__(self, content: aiohttp.StreamReader) -> None:
        self._content = content
        self.refusal: problems.Problem | None = None

    async def chunks(self) -> AsyncIterator[bytes]:
        """Until the end, the limit or a sender that fell asleep."""
        sent = 0
        while True:
            try:
                async with asyncio.timeout(CHUNK_SECONDS):
                    chunk = await self._content.readany()
            except TimeoutError:
                self.refusal = problems.TOO_SLOW
                raise _Refused(self.refusal) from None
            if not chunk:
                return
            sent += len(chunk)
            if sent > BODY_LIMIT:
                self.refusal = problems.TOO_LARGE
                raise _Refused(self.refusal)
            yield chunk


class Edge:
    """A catch-all handler over `routes`: process name to `http://host:port`.

    Args:
        routes: Where each part answers.
        patience: Seconds to wait for a part that just left.
    """

    def __init__(self, routes: Mapping[str, str], patience: float = RESTART_SECONDS) -> None:
        self._routes = dict(routes)
        self._patience = patience
        self._session: aiohttp.ClientSession | None = None
        self._answered: dict[str, float] = {}

    def app(self) -> web.Application:
        """The application; it owns its connections to the services."""
        app = web.Application()
        app.router.add_get(READY_PATH, _ready)
        # Not `.*`: an address may hold a line break, and its answer is a service's too.
        app.router.add_route("*", r"/{path:[\s\S]*}", self.handle, expect_handler=_expect)
        app.cleanup_ctx.append(self._connections)
        return app

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request, passed on."""
        declared = request.content_length
        if declared is not None and declared > BODY_LIMIT:
            return _closing(problems.answer(problems.TOO_LARGE, request))
        target = target_of(request.path)
        body = _Body(request.content)
        try:
            upstream = await self._reach(request, target, body)
        except (aiohttp.ClientError, TimeoutError, OSError, _Refused) as error:
            problem = body.refusal or _problem_of(error)
            log.warning("%s %s -> %s: %s (%r)", request.method, request.path, target, problem.code, error)
            # The rest of a body nobody reads would be taken for the next request.
            answer = problems.answer(problem, request)
            return _closing(answer) if request.can_read_body else answer
        async with upstream:
            return await _pass_back(request, upstream)

    async def _reach(self, request: web.Request, target: str, body: _Body) -> aiohttp.ClientResponse:
        """Asks again while a part is being restarted. Only where no connection came about: nothing was sent, so that
        nothing can be done twice."""
        now = asyncio.get_running_loop().time
        while True:
            try:
                upstream = await self._send(request, self._routes[target], body)
            except aiohttp.ClientConnectorError:
                if now() - self._answered.get(target, float("-inf")) > self._patience:
                    raise
                await asyncio.sleep(RESTART_PAUSE)
            else:
                self._answered[target] = now()
                return upstream

    async def _send(self, request: web.Request, base: str, body: _Body) -> aiohttp.ClientResponse:
        assert self._session is not None
        passed = headers.to_service(
            request.headers, peer=request.remote or "", scheme=request.scheme, host=request.host
        )
        return await self._session.request(
            request.method,
            URL(base + _raw_path(request), encoded=True),
            headers=passed,
            data=body.chunks() if request.can_read_body else None,
            allow_redirects=False,
        )

    async def _connections(self, _: web.Application) -> AsyncIterator[None]:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=ANSWER_SECONDS)
        connector = aiohttp.TCPConnector(limit=512, keepalive_timeout=IDLE_SECONDS)
        async with aiohttp.ClientSession(
            connector=connector,
            timeout=timeout,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent", "Content-Type"),
        ) as session:
            self._session = session
            yield


async def _pass_back(request: web.Request, upstream: aiohttp.ClientResponse) -> web.StreamResponse:
    response = web.StreamResponse(
        status=upstream.status, reason=upstream.reason, headers=headers.to_client(upstream.headers)
    )
    await response.prepare(request)
    try:
        async for chunk in upstream.content.iter_any():
            await response.write(chunk)
    except (aiohttp.ClientError, TimeoutError) as error:
        # Half an answer is out: raising closes the connection, which tells the client that the rest is missing.
        log.warning("%s %s: the answer broke off (%r)", request.method, request.path, error)
        raise
    await response.write_eof()
    return response


async def _ready(_: web.Request) -> web.Response:
    return web.json_response({"status": "ready"})


async def _expect(request: web.Request) -> web.StreamResponse | None:
    """`Expect: 100-continue`: a body that is too large is refused before it is sent."""
    if (request.content_length or 0) > BODY_LIMIT:
        return _closing(problems.answer(problems.TOO_LARGE, request))
    if request.headers.get("Expect", "").lower() == "100-continue" and request.transport is not None:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    return None


def _problem_of(error: Exception) -> problems.Problem:
    if isinstance(error, aiohttp.ClientConnectorError):
        return problems.RESTARTING
    if isinstance(error, TimeoutError):
        return problems.TIMED_OUT
    return problems.BROKE_OFF


def _raw_path(request: web.Request) -> str:
    """The path as it was sent: decoding and encoding again would change what the service sees."""
    raw = request.raw_path
    return raw if raw.startswith("/") else request.rel_url.raw_path_qs


def _closing(response: web.Response) -> web.Response:
    response.force_close()
    return response
