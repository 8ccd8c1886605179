"""A preview of a document: a picture of what would be signed, and what it would say of itself."""

from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from mpp_applications.document_files.typst_rendering import TypstRenderer
from mpp_applications.document_files.workers import WorkerProcesses

from tests.integration.applications_documents.office import HEAD, Desk, Office, nurse, template
from tests.integration.applications_documents.test_rendering import ANSWERS, AT, data

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def renderer() -> TypstRenderer:
    return TypstRenderer(WorkerProcesses())


async def test_a_preview_is_a_picture_that_says_it_is_not_signed(tmp_path: Path) -> None:
    documents = Desk(tmp_path, Office(tmp_path / "office")).documents
    request = nurse(decided_at=AT)
    facts = documents.facts(request)
    assert (facts.number, facts.signer, facts.valid_until) == ("503/____/SIPP/33.14/2026", HEAD, date(2031, 11, 24))
    picture = await documents.picture(request)
    assert ElementTree.fromstring(picture).tag.endswith("svg")
    assert picture == await documents.picture(request)
    other = {**request.answers, "licence": {"number": "STR-OTHER", "lifetime": True}}
    assert picture != await documents.picture(nurse(decided_at=AT, answers=other))
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()], "nothing is kept"


async def test_all_pages_are_in_the_picture(renderer: TypstRenderer) -> None:
    text = b"#set page(width: 100pt, height: 50pt)\n= One\n#pagebreak()\n= Two\n#pagebreak()\n= Three"
    picture = await renderer.picture(text.decode(), {}, AT)
    root = ElementTree.fromstring(picture)
    assert root.get("viewBox") == "0 0 100 150"
    pages = [
        [page.get(name) for name in ("y", "width", "height", "viewBox")] for page in root if page.tag.endswith("svg")
    ]
    assert pages == [[top, "100", "50", "0 0 100 50"] for top in ("0", "50", "100")]
    marks = [(mark.text, mark.get("y")) for mark in root if mark.tag.endswith("text")]
    assert marks == [("PRATINJAU", middle) for middle in ("25", "75", "125")], "across every page"


async def test_what_a_person_wrote_is_text_in_the_picture(renderer: TypstRenderer) -> None:
    practice = {"kind": "facility", "ordinal": 1, "name": HOSTILE, "address": "]]>&#x3c;image href='//x'/>"}
    answers = {**ANSWERS["sip-perawat"], "practice": practice}
    picture = await renderer.picture(template("sip-perawat"), data(renderer, "sip-perawat", answers=answers), AT)
    root = ElementTree.fromstring(picture)
    assert not [each for each in root.iter() if each.tag.endswith("script")]
    links = [value for each in root.iter() for name, value in each.attrib.items() if name.endswith("href")]
    assert all(link.startswith(("#", "data:image/", "http://localhost:8080/verify/")) for link in links), links
