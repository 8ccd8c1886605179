"""Which language a page is in."""

from urllib.parse import urlencode

from fastapi import Request
from mpp_design import Language
from mpp_runtime.problems import language_of

LANGUAGE_COOKIE = "language"


def language_for(request: Request) -> Language:
    """The page's own switch, then an earlier choice, then the browser's languages; Indonesian where none is clear."""
    for choice in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if choice in ("id", "en"):
            return "en" if choice == "en" else "id"
    return language_of(request.headers.get("accept-language", ""))


def switch(request: Request, to: Language) -> str:
    """The same page in the other language. A form's answer has no address of its own, so its form is linked."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("lang", "secret")]
    return f"{request.url.path}?{urlencode([*kept, ('lang', to)])}"
