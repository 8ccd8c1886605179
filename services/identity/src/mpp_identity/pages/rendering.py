"""Templates, headers, cookies and languages of the pages."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from mpp_design import MARK, STYLE, Design, Language
from mpp_runtime.errors import Malformed, NotAllowed, Refusal, Text
from mpp_runtime.problems import language_of

from mpp_identity.pages.texts import TEXTS
from mpp_identity.use_cases.oidc import form

FORM = "application/x-www-form-urlencoded"
COOKIE_PATH = "/oidc"
BROWSER_AGE = 24 * 3600

# Served here too, not by the portal alone: signing in must not lose its looks because another process restarts.
ASSETS = "/oidc/static"
_design = Design(
    "mpp_identity.pages",
    TEXTS,
    {
        "style": STYLE.path(ASSETS),
        "mark": MARK.path(ASSETS),
        "menu": (),
        "foot": (),
        "scripts": (),
        "configuration": "",
    },
)


@dataclass(frozen=True)
class Site:
    """What every page needs to know. `demo` also marks the pages."""

    public_url: str
    secure: bool
    demo: bool

    @property
    def session_cookie(self) -> str:
        return "__Secure-mpp_sso" if self.secure else "mpp_sso"

    @property
    def browser_cookie(self) -> str:
        return "__Secure-mpp_browser" if self.secure else "mpp_browser"

    def set_cookie(self, response: Response, name: str, value: str, max_age: int | None = None) -> None:
        response.set_cookie(
            name, value, max_age=max_age, path=COOKIE_PATH, secure=self.secure, httponly=True, samesite="lax"
        )

    def session(self, request: Request) -> str | None:
        return request.cookies.get(self.session_cookie)

    def browser(self, request: Request) -> str:
        """A random value this browser keeps; a new one if it has none of ours."""
        known = request.cookies.get(self.browser_cookie, "")
        return known if 20 <= len(known) <= 60 else secrets.token_urlsafe(24)

    def check_origin(self, request: Request) -> None:
        """Against forged forms, beside SameSite and the signed transaction. Browsers send Origin with every POST;
        clients that are none send neither header. Raises NotAllowed."""
        origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
        here = {
            self.public_url.lower(),
            f"{urlsplit(self.public_url).scheme}://{request.headers.get('host', '')}".lower(),
        }
        if (origin is not None and origin.lower() not in here) or site not in (None, "same-origin", "none"):
            raise NotAllowed(
                "foreign-origin",
                Text("Formulir ini dikirim dari situs lain.", "This form was sent from another site."),
            )


class Fields(dict[str, str]):
    """A posted form. Repeated fields are refused, absent ones are empty."""

    def __missing__(self, _name: str) -> str:
        return ""


async def posted(request: Request, site: Site) -> Fields:
    """Raises NotAllowed for a foreign page's form, Malformed for what is none."""
    site.check_origin(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Malformed("malformed-form", Text("Isian tidak dapat dibaca.", "The form cannot be read."))
    pairs = form.parse(await request.body())
    fields = Fields(pairs)
    if len(fields) < len(pairs):
        raise Malformed("malformed-form", Text("Isian tidak dapat dibaca.", "The form cannot be read."))
    return fields


def page_language(request: Request, *chosen: str) -> Language:
    """The first clear choice (the page's own switch, then the client's ui_locales), else the browser's language."""
    for choice in (request.query_params.get("lang", ""), *chosen):
        for tag in choice.split():
            name = tag.lower().partition("-")[0]
            if name in ("id", "en"):
                return "en" if name == "en" else "id"
    return language_of(request.headers.get("accept-language", ""))


def render(
    template: str,
    site: Site,
    language: Language,
    *,
    status: int = 200,
    targets: Sequence[str] = (),
    refusal: Refusal | None = None,
    headers: dict[str, str] | None = None,
    switch: dict[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """A page. `targets`: where its forms may end by a redirect. `switch`: the query of the same page in the other
    language; no switch is shown without it."""

    errors = {e.field.lstrip("/"): e.detail.in_language(language) for e in refusal.errors} if refusal else {}
    html = _design.render(
        language,
        template,
        demo=site.demo,
        home=f"{site.public_url}/",
        errors=errors,
        notice=refusal.detail.in_language(language) if refusal else "",
        switch="?" + urlencode(switch | {"lang": "id" if language == "en" else "en"}) if switch is not None else "",
        **values,
    )
    sources = " ".join(["'self'", *dict.fromkeys(_source(target) for target in targets)])
    return HTMLResponse(
        html,
        refusal.http_status if refusal else status,
        {
            "Cache-Control": "no-store",
            "Content-Language": language,
            # form-action covers the redirects after a form too, so the client's address must be on it.
            "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
            f"frame-ancestors 'none'; form-action {sources}",
            "Referrer-Policy": "same-origin",
            "X-Frame-Options": "DENY",
            **(
                {"Retry-After": str(refusal.extra["retry_after"])} if refusal and "retry_after" in refusal.extra else {}
            ),
            **(headers or {}),
        },
    )


def error_page(refusal: Refusal, site: Site, language: Language) -> HTMLResponse:
    return render("message.html", site, language, refusal=refusal, title="error_title", lead="")


def redirect(location: str) -> RedirectResponse:
    """303: the browser goes on with GET, whatever it did."""
    return RedirectResponse(location, 303, {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"})


def _source(uri: str) -> str:
    """A source of a content security policy. Its grammar knows no IPv6 addresses: for those the scheme must do."""
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https") or parts.netloc.startswith("["):
        return f"{parts.scheme}:"
    return f"{parts.scheme}://{parts.netloc}"
