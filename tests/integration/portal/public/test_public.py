"""The pages for anybody on a real mall: strict, in both languages, no dead link, and finding a public service."""

import re
from typing import Any

import httpx
import pytest
from mpp_testing.malls import RunningMall

from tests.integration.portal.public.site import Browser, Page

PAGES = [
    "/",
    "/services",
    "/services?q=perwat",
    "/services?q=zzzz",
    "/services/sip-perawat",
    "/services/sip-perawat?mall=",
    "/malls",
    "/malls/33.14/services/sip-perawat",
    "/malls/34.71/services/akta-kelahiran",
    "/agencies/sdmk",
    "/help",
    "/about",
    "/accessibility",
    "/track",
    "/verify",
    "/verify/none",
    "/design",
    "/developers",
    "/developers/api/catalog",
    "/developers/events",
    "/developers/protos/mpp/catalog/v1/events.proto",
    "/signed-in",
    "/callback?state=x",
    "/nothing",
]
STATUS = {"/nothing": 404, "/verify/none": 404, "/callback?state=x": 400, "/services/sip-perawat?mall=": 422}
WEIGHT = 100_000


@pytest.fixture(scope="session")
def browser(running_mall: RunningMall) -> Browser:
    return Browser(running_mall.url)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_strict_and_in_the_readers_language(running_mall: RunningMall, path: str, language: str) -> None:
    answer = httpx.get(running_mall.url + path, headers={"accept-language": language}, timeout=30)
    page = Page(answer.text)
    assert answer.status_code == STATUS.get(path, 200)
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}">' in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert ("camera=(self)" in answer.headers["permissions-policy"]) is path.startswith("/verify")
    assert not {"style", "iframe"} & set(page.tags)
    assert len(page.scripts) == page.tags.count("script") == 2
    assert all(script.startswith("/static/") for script in page.scripts), "a script of the page itself"
    assert page.inline == []
    assert page.tags.count("h1") == 1
    assert len(page.ids) == len(set(page.ids))
    assert set(page.inputs) <= page.labels
    independent = "proyek sumber terbuka yang mandiri" if language == "id" else "an independent open-source project"
    assert independent in page.text.lower()


# Where the shipped offerings hand people on (definitions/offerings).
HAND_OFFS = {"https://oss.go.id", "https://simbg.pu.go.id"}


def test_every_link_leads_somewhere(browser: Browser) -> None:
    seen, waiting = set(), ["/", "/design"]
    while waiting:
        path = waiting.pop()
        # One public service at one mall stands for the others: they are the same template.
        if path in seen or re.match(r"/malls/(?!33\.14)", path) or re.search(r"[?&](mall=(?!33\.14)|lang=)", path):
            continue
        seen.add(path)
        answer = browser.http.get(path)
        signing_in = path.startswith(("/sign-in?", "/apply/"))
        assert answer.status_code == (303 if signing_in else 200), path
        # The mailbox of a demonstration is another program's page.
        if path.startswith("/mailbox") or not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        page = Page(answer.text)
        for link in page.links:
            address, _, fragment = link.partition("#")
            foreign = not link.startswith(("/", "#"))
            assert not foreign or link in HAND_OFFS, f"{path} links to a foreign place: {link}"
            if foreign:
                continue
            if fragment and not address:
                assert fragment in page.ids, f"{path}: nothing is called {fragment}"
            elif address:
                waiting.append(address)
    assert len(seen) > 50
    assert {"/malls/33.14/services/sip-perawat", "/agencies/sdmk", "/mailbox"} <= seen


def test_all_that_travels_for_a_first_page_is_light(running_mall: RunningMall) -> None:
    """Page, style sheet, scripts and mark as they travel, compressed."""
    for path in ("/", "/malls/33.14/services/sip-perawat", "/design"):
        sizes = {}
        with httpx.Client(base_url=running_mall.url, headers={"accept-encoding": "gzip"}) as http:
            page = http.get(path)
            parts = [link for link in Page(page.text).links if link.startswith("/static/")]
            for address in {path, *parts}:
                with http.stream("GET", address) as answer:
                    assert answer.headers.get("content-encoding") == "gzip", address
                    sizes[address] = sum(len(chunk) for chunk in answer.iter_raw())
        assert len(sizes) == 5, sizes
        assert sum(sizes.values()) < WEIGHT / 2, sizes


def test_a_misspelt_word_finds_the_service_and_says_how_it_was_read(browser: Browser) -> None:
    page = browser.get("/services?q=perwat&mall=")
    assert "“perwat” dibaca sebagai “perawat”" in page.text
    assert page.links.count("/services/sip-perawat") == 1, "a public service is one line, however many malls offer it"
    assert "Tidak ada layanan yang cocok" in browser.get("/services?q=zzzz&mall=").text


def test_a_life_event_shows_what_to_arrange_first(browser: Browser) -> None:
    page = browser.get("/services?q=bayi+lahir&mall=33.14")
    assert "Bayi lahir: yang perlu diurus" in page.text
    assert page.links[page.links.index("/malls/33.14/services/akta-kelahiran") :]
    assert "yang perlu diurus" not in browser.get("/services?q=perawat&mall=33.14").text


def test_the_search_box_suggests_words_and_works_without_them(browser: Browser) -> None:
    told = browser.http.get("/services/suggestions", params={"q": "akta kela", "mall": "33.14"})
    assert '<option value="Akta Kelahiran">' in told.text
    assert browser.http.get("/services/suggestions", params={"q": "a"}).text.strip() == ""
    home = browser.http.get("/").text
    assert 'data-suggest="/services/suggestions"' in home
    assert '<datalist id="suggestions">' in home


def test_the_choice_of_a_mall_stays_until_it_is_taken_back(running_mall: RunningMall) -> None:
    browser = Browser(running_mall.url)
    assert "/malls/33.14/services/akta-kelahiran" in browser.get("/services?q=&mall=33.14").links
    assert "/malls/33.14/services/akta-kelahiran" in browser.get("/").links
    assert "/services/akta-kelahiran" in browser.get("/services?mall=").links
    assert "/services/akta-kelahiran" in browser.get("/").links
    assert "/services/akta-kelahiran" in browser.get("/services?mall=no-such-mall").links


def test_a_long_list_goes_on(browser: Browser) -> None:
    found = browser.http.get("/api/catalog/v1/offerings", params={"mall": "33.14", "limit": "2"}).json()
    page = browser.get(f"/services?mall=33.14&cursor={found['next_cursor']}")
    assert "/malls/33.14/services/aktivasi-ikd" in page.links
    assert f"/malls/33.14/services/{found['items'][0]['service']}" not in page.links


def test_a_service_asks_for_the_mall_first(browser: Browser) -> None:
    assert "Pilih mal dari daftar." in browser.get("/services/sip-perawat?mall=xx", status=422).text
    answer = browser.http.get("/services/sip-perawat?mall=33.14")
    assert (answer.status_code, answer.headers["location"]) == (303, "/malls/33.14/services/sip-perawat")
    browser.get("/services/no-such-service", status=404)
    browser.get("/malls/33.14/services/no-such-service", status=404)
    browser.get("/agencies/no-such-agency", status=404)


def test_the_page_of_a_service_says_the_six_components(browser: Browser) -> None:
    page = browser.get("/malls/33.14/services/sip-perawat")
    for said in (
        "Syarat",
        "Pasfoto berlatar merah",
        "JPG, PNG, paling besar 2 MB",
        "hanya pada keadaan tertentu",
        "Langkah-langkah",
        "5 hari kerja",
        "Gratis",
        "Surat Izin Praktik bertanda tangan elektronik",
        "Pengaduan dan saran",
        "SP4N-LAPOR",
        "Undang-Undang Nomor 17 Tahun 2023",
        "Simulasi",
    ):
        assert said in page.text, said
    assert "/apply/33.14/sip-perawat" in page.links
    other = browser.get("/malls/34.71/services/akta-kelahiran").text
    assert "Yang berbeda di mal ini" in other
    assert "standar nasional: 2" in other
    assert "Sejak 1 Januari 2026." in other
    same = browser.get("/malls/11.71/services/sip-perawat").text
    assert "Yang berbeda di mal ini" not in same
    assert "mengikuti standar nasional" in same


def test_simulated_agencies_are_named(browser: Browser) -> None:
    assert "ditirukan" in browser.get("/agencies/sdmk").text
    about = browser.get("/about")
    assert {"/agencies/sdmk", "/agencies/dukcapil", "/agencies/esign"} <= set(about.links)
    assert "/agencies/dinkes" not in about.links


def test_what_people_type_is_shown_as_text(browser: Browser) -> None:
    answer = browser.http.get("/services", params={"q": "<script>alert(1)</script>\"'", "mall": ""})
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


@pytest.mark.parametrize("path", ["/services?q=" + "x" * 500, "/services?cursor=broken", "/services?q=%00%ff"])
def test_strange_addresses_are_pages_too(browser: Browser, path: Any) -> None:
    answer = browser.http.get(path)
    assert answer.status_code in (200, 422), answer.status_code
    assert Page(answer.text).tags.count("h1") == 1
