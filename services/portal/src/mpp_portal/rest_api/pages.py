"""How a page is made: template, language, headers; and what becomes of a refusal."""

import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import urlencode

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from mpp_runtime.errors import Refusal, Text
from mpp_runtime.log import describe, get_logger
from mpp_runtime.problems import language_of, on_http, on_refusal
from mpp_runtime.telemetry import current_trace_id
from starlette.exceptions import HTTPException

from mpp_portal.rest_api import formats
from mpp_portal.rest_api.texts import TEXTS

Language = Literal["id", "en"]
LANGUAGE_COOKIE = "language"
_YEAR = 365 * 24 * 3600
_log = get_logger(__name__)

STYLE = files("mpp_portal.rest_api") / "static" / "site.css"
STYLE_VERSION = hashlib.sha256(STYLE.read_bytes()).hexdigest()[:12]

_templates = Environment(
    loader=PackageLoader("mpp_portal.rest_api"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class PageRoute(APIRoute):
    """A route that ends in a page even when something breaks."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except (Refusal, HTTPException):
                raise
            except RequestValidationError as error:
                # Pages take text and judge it themselves: what is left is an address that does not exist.
                raise HTTPException(404) from error
            except Exception as error:
                _log.error("page failed", route=self.path, **describe(error))
                raise Refusal("internal-error", TEXTS["error_internal"]) from error

        return handled


@dataclass(frozen=True)
class Pages:
    """Renders pages. `demo` marks every page and links the mailbox."""

    public_url: str
    demo: bool

    def render(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """A page in the reader's language; a choice of language is kept in a cookie that says nothing else."""
        language = language_for(request)

        def text(key: str, **filled: Any) -> str:
            return TEXTS[key].in_language(language).format(**filled)

        html = _templates.get_template(template).render(
            t=text,
            language=language,
            say=lambda told: formats.say(told, language),
            day=lambda iso: formats.day(iso, language),
            moment=lambda iso: formats.moment(iso, language),
            demo=self.demo,
            path=request.url.path,
            switch=_switch(request, "id" if language == "en" else "en"),
            style=f"/static/{STYLE_VERSION}/site.css",
            public_url=self.public_url,
            **values,
        )
        answer = HTMLResponse(html, status, {**self._headers(language), **(headers or {})})
        chosen = request.query_params.get("lang")
        if chosen in ("id", "en"):
            answer.set_cookie(
                LANGUAGE_COOKIE,
                chosen,
                max_age=_YEAR,
                path="/",
                secure=self.public_url.startswith("https:"),
                httponly=True,
                samesite="lax",
            )
        return answer

    def refusal(self, request: Request, refusal: Refusal) -> HTMLResponse:
        """What could not be done, why, and what to do now."""
        headers = {"Retry-After": str(refusal.extra["retry_after"])} if "retry_after" in refusal.extra else {}
        language = language_for(request)
        return self.render(
            request,
            "problem.html",
            status=refusal.http_status,
            headers=headers,
            title=refusal.title.in_language(language),
            detail=refusal.detail.in_language(language),
            later=refusal.http_status in (429, 503),
            trace=current_trace_id() if refusal.http_status == 500 else None,
        )

    async def on_refusal(self, request: Request, error: Exception) -> Response:
        """A page; a problem document for what was asked of the API."""
        if request.url.path.startswith("/api/"):
            return await on_refusal(request, error)
        assert isinstance(error, Refusal)
        return self.refusal(request, error)

    async def on_http(self, request: Request, error: Exception) -> Response:
        """The same for what the framework refuses by itself: no such address, no such method, too large."""
        if request.url.path.startswith("/api/"):
            return await on_http(request, error)
        assert isinstance(error, HTTPException)
        known = error.status_code if error.status_code in (404, 405, 413) else 400
        title, detail = TEXTS[f"error_{known}_title"], TEXTS[f"error_{known}"]
        language = language_for(request)
        return self.render(
            request,
            "problem.html",
            status=known,
            headers={"Allow": (error.headers or {}).get("Allow", "GET")} if known == 405 else {},
            title=title.in_language(language),
            detail=detail.in_language(language),
            later=False,
            trace=None,
        )

    def _headers(self, language: Language) -> dict[str, str]:
        headers = {
            "Cache-Control": "no-store",
            "Content-Language": language,
            "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            "X-Frame-Options": "DENY",
            "Vary": "Accept-Language, Cookie",
        }
        if self.public_url.startswith("https:"):
            headers["Strict-Transport-Security"] = "max-age=31536000"
        return headers


def language_for(request: Request) -> Language:
    """The page's own switch, then an earlier choice, then the browser's languages; Indonesian where none is clear."""
    for choice in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if choice in ("id", "en"):
            return "en" if choice == "en" else "id"
    return language_of(request.headers.get("accept-language", ""))


def _switch(request: Request, to: Language) -> str:
    """The same page in the other language. A form's answer has no address of its own, so its form is linked."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("lang", "secret")]
    return f"{request.url.path}?{urlencode([*kept, ('lang', to)])}"


def text_of(problem: Any, otherwise: Text, language: Language) -> str:
    """The sentence of a problem document, or another where it has none."""
    detail = problem.get("detail") if isinstance(problem, dict) else None
    return detail if isinstance(detail, str) and detail else otherwise.in_language(language)
