"""Every page: status, language, strict headers, no script, links that lead somewhere, and calm words when it fails."""

import re
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

Web = httpx.AsyncClient
Api = Any  # the stand-in of conftest.py

PAGES = [
    "/", "/track", "/track?number=1", "/verify", "/verify/ABCD-EFGH-JKLM", "/verify/none", "/design",
    "/developers", "/developers/api/notifications", "/developers/events",
    "/developers/protos/mpp/catalog/v1/events.proto", "/nothing",
]  # fmt: skip
VOID = {"meta", "link", "input", "br", "img", "hr"}


class Page(HTMLParser):
    """What stands in a page: links, ids, tags, text; tags must be closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.inline: list[str] = []
        self.labels: set[str] = set()
        self.inputs: list[str] = []
        self.scripts: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == [], f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.inline += [name for name in told if name.startswith("on") or name == "style"]
        self.links += [told[name] for name in ("href", "src", "action") if name in told]
        self.ids += [told["id"]] if "id" in told else []
        if tag == "script" and "src" in told:
            self.scripts.append(told["src"])
        if tag == "label":
            self.labels.add(told["for"])
        if tag == "input" and told["type"] != "hidden":
            self.inputs.append(told["id"])
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


async def get(web: Web, path: str, language: str = "id") -> tuple[httpx.Response, Page]:
    answer = await web.get(path, headers={"accept-language": language})
    return answer, Page(answer.text)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_strict_and_in_the_readers_language(web: Web, path: str, language: str) -> None:
    answer, page = await get(web, path, language)
    assert answer.status_code == (404 if path in ("/nothing", "/verify/none") else 200)
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}">' in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert not {"style", "iframe"} & set(page.tags)
    assert all(link.startswith("/static/") for link in page.scripts)
    assert len(page.scripts) == page.tags.count("script"), "a script stands in the page itself"
    assert page.inline == []
    assert page.tags.count("h1") == 1
    assert len(page.ids) == len(set(page.ids))
    assert set(page.inputs) <= page.labels
    independent = "proyek sumber terbuka yang mandiri" if language == "id" else "an independent open-source project"
    assert independent in page.text.lower()
    assert len(answer.content) < 100_000


async def test_every_link_of_every_page_leads_somewhere(web: Web) -> None:
    """Our own addresses answer 200; what other processes answer is on the list of the edge's routes."""
    seen, waiting, others = set(), ["/"], set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = await web.get(path)
        assert answer.status_code == 200, path
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        page = Page(answer.text)
        for link in page.links:
            address, _, fragment = link.partition("#")
            if link.startswith("/sign-in?next="):
                continue  # leads to identity
            assert link.startswith(("/", "#")), f"{path} links to a foreign place: {link}"
            if fragment and not address:
                assert fragment in page.ids, f"{path}: nothing is called {fragment}"
            elif re.match(r"/(api|oidc|\.well-known|mailbox)(/|$)", address):
                others.add(address)
            else:
                waiting.append(address)
    assert len(seen) > 25
    assert others == {
        "/mailbox",
        "/.well-known/openid-configuration",
        *(f"/api/{service}/openapi.json" for service in ("catalog", "applications", "identity", "notifications")),
    }


async def test_the_choice_of_a_language_stays(web: Web) -> None:
    answer, _ = await get(web, "/?lang=en", "id")
    assert answer.headers["content-language"] == "en"
    answer, page = await get(web, "/track", "id")
    assert answer.headers["content-language"] == "en"
    assert "/track?lang=id" in page.links
    assert "httponly" in (await web.get("/?lang=id")).headers["set-cookie"].lower()


async def test_production_has_no_mailbox_and_no_mark_of_a_demonstration(production: Web, web: Web) -> None:
    answer, page = await get(production, "/")
    assert "/mailbox" not in page.links
    assert "Demonstrasi" not in page.text
    assert answer.headers["strict-transport-security"]
    answer, page = await get(web, "/")
    assert "/mailbox" in page.links
    assert "Demonstrasi" in page.text
    assert "secure" in (await production.get("/?lang=en")).headers["set-cookie"].lower()


async def test_tracking_shows_where_it_stands(web: Web, api: Api) -> None:
    answer = await web.post("/track", data={"number": "33.14/2026/000123", "secret": "RAHASIA"})
    page = Page(answer.text)
    assert answer.status_code == 200
    for said in (
        "33.14/2026/000123", "Perlu tindakan Anda", "MPP Kabupaten Sragen", "1 Desember 2026",
        "Registri, sejak 24 November 2026, 15.10 WIB",
        "Terlambat", "tidak dapat dihubungi", "Alasan: Foto <b>buram</b>", "Alamat: Lengkapi.",
    ):  # fmt: skip
        assert said in page.text, said
    assert page.text.index("Dikembalikan") < page.text.index("Diajukan", page.text.index("Riwayat"))
    assert "RAHASIA" not in answer.text
    (tracked,) = (request.url.raw_path for request in api.asked if b"/track/" in request.url.raw_path)
    assert tracked.startswith(b"/api/applications/v1/track/33.14%2F2026%2F000123?")


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"number": "33.14/2026/000123", "secret": "salah"}, 404, "Tidak ada permohonan"),
        ({"number": "33.14/2026/000123", "secret": " "}, 422, "Isi kode pelacakan."),
        ({"number": "", "secret": "RAHASIA"}, 422, "Isi nomor permohonan."),
        ({"number": "../../catalog/v1/malls", "secret": "RAHASIA"}, 404, "Tidak ada permohonan"),
        ({"other": "RAHASIA"}, 422, "Isi nomor permohonan."),
    ],
)
async def test_tracking_says_what_is_wrong_and_keeps_the_number(
    web: Web, fields: dict[str, str], status: int, said: str
) -> None:
    answer = await web.post("/track", data=fields)
    assert answer.status_code == status
    assert said in Page(answer.text).text
    assert f'value="{fields.get("number", "")}"' in answer.text
    assert "RAHASIA" not in answer.text


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"number=\xff%ff", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"&".join(b"a=1" for _ in range(2001)), "application/x-www-form-urlencoded"),
        (b"", ""),
    ],
)
async def test_a_form_that_is_none_is_refused_with_a_page(web: Web, content: bytes, media_type: str) -> None:
    answer = await web.post("/track", content=content, headers={"content-type": media_type})
    assert answer.status_code == 400
    assert "Isian tidak dapat dibaca" in Page(answer.text).text


@pytest.mark.parametrize(
    ("status", "title"),
    [("valid", "asli dan berlaku"), ("expired", "sudah tidak berlaku"), ("revoked", "sudah dicabut")],
)
async def test_a_code_shows_the_document_and_that_it_is_simulated(web: Web, api: Api, status: str, title: str) -> None:
    api.document["status"] = status
    answer, page = await get(web, "/verify/ABCD-EFGH-JKLM")
    assert title in page.text
    assert ("verdict bad" in answer.text) is (status != "valid")
    for said in (
        "503/0007/SIPP/33.14/2026", "S*** R***", "Hendra Gunawan", "sejak 24 November 2026, sampai 24 November 2031",
        "Simulasi.",
    ):  # fmt: skip
        assert said in page.text


async def test_a_permit_without_an_end_says_so(web: Web, api: Api) -> None:
    api.document["valid_until"] = None
    assert "tanpa batas akhir" in (await get(web, "/verify/ABCD-EFGH-JKLM"))[1].text


async def test_the_form_of_a_code_leads_to_its_address(web: Web) -> None:
    answer = await web.get("/verify", params={"code": " AB/CD "})
    assert (answer.status_code, answer.headers["location"]) == (303, "/verify/AB%2FCD")
    assert (await web.get("/verify", params={"code": " "})).status_code == 422


@pytest.mark.parametrize(("content", "said"), [(b"%PDF-good", "byte demi byte"), (b"%PDF-bad", "Isi berubah.")])
async def test_an_uploaded_file_is_judged(web: Web, content: bytes, said: str) -> None:
    answer = await web.post("/verify", files={"file": ("izin.pdf", content, "application/pdf")})
    assert answer.status_code == 200
    assert said in Page(answer.text).text
    assert ("tidak asli" in answer.text) is (content == b"%PDF-bad")


async def test_an_upload_that_is_no_form_or_too_large_is_refused_with_a_page(web: Web) -> None:
    answer = await web.post("/verify", content=b"x", headers={"content-type": "text/plain"})
    assert (answer.status_code, Page(answer.text).tags.count("h1")) == (400, 1)
    answer = await web.post("/verify", files={"file": ("x.pdf", b"0" * (12 * 1024 * 1024), "application/pdf")})
    assert answer.status_code == 413
    assert "terlalu besar" in Page(answer.text).text


@pytest.mark.parametrize("path", ["/verify/ABCD-EFGH-JKLM", "/developers/api/catalog"])
async def test_a_mall_that_does_not_answer_is_said_calmly(web: Web, api: Api, path: str) -> None:
    for api.down, api.status in ((True, None), (False, 500), (False, 503)):
        answer, page = await get(web, path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "Data Anda aman" in page.text
        assert path in page.links


async def test_too_many_tries_are_said_in_the_words_of_the_api(web: Web, api: Api) -> None:
    api.status = 429
    answer = await web.post("/track", data={"number": "1", "secret": "x"})
    assert answer.status_code == 429
    assert "API says no." in Page(answer.text).text
    assert (await web.get("/verify/X")).status_code == 429


async def test_an_answer_of_another_shape_is_a_page_too(web: Web, api: Api) -> None:
    api.document = {"status": "valid"}
    answer, page = await get(web, "/verify/ABCD-EFGH-JKLM")
    assert (answer.status_code, page.tags.count("h1")) == (500, 1)
    assert "Terjadi kesalahan di pihak kami dan sudah tercatat." in page.text
    assert "Undefined" not in page.text


async def test_other_methods_and_api_addresses_get_what_they_expect(web: Web) -> None:
    answer = await web.post("/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert Page(answer.text).tags.count("h1") == 1
    answer = await web.get("/api/nothing/v1/x")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_developers_see_every_api_event_and_contract(web: Web, api: Api) -> None:
    _, page = await get(web, "/developers/api/notifications")
    assert "/api/notifications/v1/inbox/{entry}:read" in page.text
    assert "schema-EntryOut" in page.ids
    _, page = await get(web, "/developers/events")
    assert "mpp.applications.v1.DocumentIssued" in page.ids
    assert "heard by notifications" in page.text
    assert "STATUS_ISSUED: The document is there." in page.text
    _, page = await get(web, "/developers/protos/mpp/notifications/v1/notifications.proto")
    assert "rpc Send(SendCodeRequest) returns (SendCodeResponse)" in page.text
    answer = await web.get("/developers/asyncapi.yaml")
    assert answer.text.startswith("# Generated")
    answer = await web.get("/developers/protos/mpp/notifications/v1/notifications.proto.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    [
        "/developers/protos/../pyproject.toml",
        "/developers/protos/%2e%2e/buf.yaml",
        "/developers/protos//etc/passwd",
        "/developers/api/portal",
    ],
)
async def test_nothing_else_is_readable(web: Web, path: str) -> None:
    assert (await web.get(path)).status_code == 404


async def test_the_style_sheet_is_cached_for_ever_under_its_own_address(web: Web) -> None:
    _, page = await get(web, "/")
    (address,) = (link for link in page.links if link.endswith(".css"))
    answer = await web.get(address)
    assert "immutable" in answer.headers["cache-control"]
    assert (await web.get("/static/0/site.css")).status_code == 404
    assert len(answer.content) < 25_000
