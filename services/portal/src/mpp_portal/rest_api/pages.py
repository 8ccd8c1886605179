"""How a page is made: template, language, headers; and what becomes of a refusal."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from mpp_design import EDITING, MARK, STYLE, Design, Language
from mpp_runtime.errors import Refusal
from mpp_runtime.problems import on_http, on_refusal
from mpp_telemetry import current_trace_id
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from mpp_portal.domain import LONGEST_NEXT, SessionOver
from mpp_portal.rest_api import assets, menus
from mpp_portal.rest_api.language import LANGUAGE_COOKIE, language_for, switch
from mpp_portal.rest_api.posting import check_origin, read_form
from mpp_portal.rest_api.sessions import Sessions
from mpp_portal.rest_api.texts import TEXTS

_YEAR = 365 * 24 * 3600
_WORTH_PACKING = 1000  # bytes
# No eval, no style of its own, no page kept in the browser's storage: pages show personal data. A refusal (4xx, 503) is
# a whole page too, so it is put where the answer would have gone.
HTMX = (
    '{"allowEval":false,"includeIndicatorStyles":false,"historyCacheSize":0,"refreshOnHistoryMiss":true,'
    '"selfRequestsOnly":true,"scrollBehavior":"auto","responseHandling":[{"code":"204","swap":false},'
    '{"code":"[2-5]..","swap":true}]}'
)


@dataclass(frozen=True)
class Pages:
    """Renders pages. `demo` marks every page and links the mailbox."""

    public_url: str
    demo: bool
    sessions: Sessions
    design: Design

    @classmethod
    def of(cls, public_url: str, *, demo: bool, sessions: Sessions) -> "Pages":
        """All that is the same for every page is made here, once."""
        always = {
            "demo": demo,
            "home": "/",
            "public_url": public_url,
            "style": STYLE.path(assets.BELOW),
            "editing": EDITING.path(assets.BELOW),
            "mark": MARK.path(assets.BELOW),
            "scripts": [assets.HTMX.path(assets.BELOW), assets.SITE.path(assets.BELOW)],
            "configuration": HTMX,
        }
        return cls(public_url, demo, sessions, Design("mpp_portal.rest_api", TEXTS, always))

    def render(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """A page in the reader's language, never kept by a cache.

        Beside `values` a template has `who` (domain.Who or None), `path`, `menu`, `foot`, `switch` and what
        `mpp_design.Design` gives. A choice of language is kept in a cookie that says nothing else.
        """
        language, who = language_for(request), self.sessions.who(request)
        other: Language = "id" if language == "en" else "en"
        html = self.design.render(
            language,
            template,
            **{
                "who": who,
                "path": request.url.path,
                "menu": menus.menu(who, request.url.path, language),
                "foot": menus.foot(request.url.path, language),
                "switch": switch(request, other),
                "sign_in": sign_in_address(request),
                **values,
            },
        )
        body, packed = html.encode(), {}
        if len(body) > _WORTH_PACKING and "gzip" in request.headers.get("accept-encoding", ""):
            body, packed = gzip.compress(body, 5, mtime=0), {"Content-Encoding": "gzip"}
        answer = HTMLResponse(body, status, {**self._headers(language), **packed, **(headers or {})})
        if request.query_params.get("lang") == language:
            answer.set_cookie(
                LANGUAGE_COOKIE,
                language,
                max_age=_YEAR,
                path="/",
                secure=self.public_url.startswith("https:"),
                httponly=True,
                samesite="lax",
            )
        return answer

    def text(self, request: Request, key: str, **filled: Any) -> str:
        """One sentence in the reader's language."""
        return self.design.text(language_for(request), key, **filled)

    async def posted(self, request: Request) -> FormData:
        """The posted form: `get`, `getlist`, `multi_items`; files are `UploadFile`s, on disk once they are large.

        Raises NotAllowed for a foreign page's form, Malformed for what is none. May be called again.
        """
        check_origin(request, self.public_url)
        return await read_form(request)

    def refusal(self, request: Request, refusal: Refusal) -> HTMLResponse:
        """What could not be done, why, and what to do now."""
        headers = {"Retry-After": str(refusal.extra["retry_after"])} if "retry_after" in refusal.extra else {}
        language = language_for(request)
        return self.problem(
            request,
            refusal.http_status,
            refusal.title.in_language(language),
            refusal.detail.in_language(language),
            headers=headers,
            later=refusal.http_status in (429, 503),
            trace=current_trace_id() if refusal.http_status == 500 else None,
        )

    def problem(
        self,
        request: Request,
        status: int,
        title: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        later: bool = False,
        trace: str | None = None,
    ) -> HTMLResponse:
        """A calm page; `later` offers to try again."""
        values = {"title": title, "detail": detail, "later": later, "trace": trace}
        return self.render(request, "problem.html", status=status, headers=headers, **values)

    async def session_over(self, request: Request) -> Response:
        """To sign in and back; what was posted is shown again, to be sent once more after signing in."""
        if request.headers.get("hx-request"):
            return Response(status_code=401, headers={"HX-Redirect": sign_in_address(request)})
        if request.method in ("GET", "HEAD"):
            return redirect(sign_in_address(request))
        form = await self.posted(request)
        fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        return self.render(
            request,
            "session_over.html",
            status=401,
            fields=fields,
            files=len(form.multi_items()) > len(fields),
            action=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        )

    async def on_refusal(self, request: Request, error: Exception) -> Response:
        """A page; a problem document for what was asked of the API."""
        if request.url.path.startswith("/api/"):
            return await on_refusal(request, error)
        assert isinstance(error, Refusal)
        return await self.session_over(request) if isinstance(error, SessionOver) else self.refusal(request, error)

    async def on_http(self, request: Request, error: Exception) -> Response:
        """The same for what the framework refuses by itself: no such address, no such method, too large."""
        if request.url.path.startswith("/api/"):
            return await on_http(request, error)
        assert isinstance(error, HTTPException)
        known = error.status_code if error.status_code in (404, 405, 413) else 400
        return self.problem(
            request,
            known,
            self.text(request, f"error_{known}_title"),
            self.text(request, f"error_{known}"),
            headers={"Allow": (error.headers or {}).get("Allow", "GET")} if known == 405 else {},
        )

    def _headers(self, language: Language) -> dict[str, str]:
        headers = {
            "Cache-Control": "no-store",
            "Content-Language": language,
            "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            "Cross-Origin-Opener-Policy": "same-origin",
            # Not "no-referrer": browsers would then send our own forms with the Origin "null".
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            "X-Frame-Options": "DENY",
            "Vary": "Accept-Language, Accept-Encoding, Cookie",
        }
        if self.public_url.startswith("https:"):
            headers["Strict-Transport-Security"] = "max-age=31536000"
        return headers


def redirect(address: str) -> RedirectResponse:
    """303: the browser goes on with GET, whatever it did."""
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


def sign_in_address(request: Request) -> str:
    """Where to sign in and come back here; a script's request comes back to the page it was made on."""
    if current := request.headers.get("hx-current-url"):
        parts = urlsplit(current)
        path, query = parts.path, parts.query
    else:
        path, query = request.url.path, request.url.query
    here = f"{path}?{query}" if query else path
    return f"/sign-in?{urlencode({'next': here if len(here) <= LONGEST_NEXT else path})}"
