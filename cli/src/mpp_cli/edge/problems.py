"""What the edge says when it cannot pass a request on: problem details (RFC 9457), or a page for a browser."""

import json
from dataclasses import dataclass

from aiohttp import web

RETRY_SECONDS = 2


@dataclass(frozen=True)
class Problem:
    """`texts`: id and en, title and detail."""

    status: int
    code: str
    texts: dict[str, tuple[str, str]]
    retry: bool = False


RESTARTING = Problem(
    503,
    "service-restarting",
    {
        "id": ("Layanan sedang dimulai", "Bagian ini sedang dimulai kembali. Coba lagi dalam beberapa detik."),
        "en": ("The service is starting", "This part is starting again. Try again in a few seconds."),
    },
    retry=True,
)
BROKE_OFF = Problem(
    502,
    "service-broke-off",
    {
        "id": (
            "Layanan terputus",
            "Jawaban terputus. Ulangi; dengan Idempotency-Key yang sama tidak ada yang tercatat dua kali.",
        ),
        "en": (
            "The service broke off",
            "The answer was cut off. Repeat it; with the same Idempotency-Key nothing is recorded twice.",
        ),
    },
    retry=True,
)
TIMED_OUT = Problem(
    504,
    "service-timed-out",
    {
        "id": ("Layanan terlalu lama", "Tidak ada jawaban pada waktunya. Coba lagi nanti."),
        "en": ("The service took too long", "There was no answer in time. Try again later."),
    },
    retry=True,
)
TOO_LARGE = Problem(
    413,
    "body-too-large",
    {
        "id": ("Kiriman terlalu besar", "Satu kiriman paling besar 25 MiB."),
        "en": ("The request is too large", "A request may have at most 25 MiB."),
    },
)
TOO_SLOW = Problem(
    408,
    "request-too-slow",
    {
        "id": ("Kiriman terlalu lambat", "Isi kiriman tidak datang pada waktunya."),
        "en": ("The request is too slow", "The body of the request did not come in time."),
    },
)


def language_of(accept_language: str) -> str:
    """`en` when English stands before Indonesian, else `id`."""
    best, weight = "id", 0.0
    for part in accept_language.lower().split(","):
        tag, _, parameters = part.strip().partition(";")
        try:
            quality = float(parameters.partition("q=")[2] or 1)
        except ValueError:
            continue
        if tag.split("-")[0] in {"id", "en"} and quality > weight:
            best, weight = tag.split("-")[0], quality
    return best


def answer(problem: Problem, request: web.BaseRequest) -> web.Response:
    """The problem in the reader's language; a page that reloads itself when a browser asked for a page."""
    language = language_of(request.headers.get("Accept-Language", ""))
    title, detail = problem.texts[language]
    headers = {"Cache-Control": "no-store", "Content-Language": language, "Server": "mpp-edge"}
    if problem.retry:
        headers["Retry-After"] = str(RETRY_SECONDS)
    if request.method == "GET" and request.headers.get("Accept", "").startswith("text/html"):
        return web.Response(
            status=problem.status,
            text=_page(language, title, detail, reload=problem.retry),
            content_type="text/html",
            charset="utf-8",
            headers={**headers, "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
        )
    body = {
        "type": "about:blank",
        "title": title,
        "status": problem.status,
        "detail": detail,
        "instance": request.path,
        "code": problem.code,
    }
    return web.Response(
        status=problem.status,
        body=json.dumps(body, ensure_ascii=False).encode(),
        content_type="application/problem+json",
        headers=headers,
    )


def _page(language: str, title: str, detail: str, *, reload: bool) -> str:
    # The texts are ours alone: nothing of the request stands in this page.
    again = f'<meta http-equiv="refresh" content="{RETRY_SECONDS}">' if reload else ""
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">{again}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><body style='font-family: sans-serif; max-width: 36rem; margin: 4rem auto'>"
        f"<h1>{title}</h1><p>{detail}</p></body></html>"
    )
