"""The sentences of the pages: each used, each there, each in words that people know (docs/plain-language.md)."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from mpp_design.texts import TEXTS as DESIGN
from mpp_identity.pages.texts import TEXTS as IDENTITY
from mpp_portal.rest_api.texts import TEXTS as PORTAL

ROOT = Path(__file__).resolve().parents[3]
SOURCES = {
    "portal": (PORTAL, ROOT / "services/portal/src/mpp_portal"),
    "identity": (IDENTITY, ROOT / "services/identity/src/mpp_identity/pages"),
    "design": (DESIGN, ROOT / "libs/design/src/mpp_design"),
}
# Looked for as whole words, in small letters.
REFUSED = {
    "id": (
        "submit", "user", "pengguna", "login", "logout", "log in", "log out", "upload", "download", "invalid", "error",
        "timeout", "server", "offline", "sla", "deadline", "cache", "back office", "gagal validasi", "tiket", "posting",
    ),
    "en": (
        "submit", "user", "customer", "login", "logout", "log in", "log out", "log on", "invalid", "timeout", "server",
        "offline", "sla", "cache", "back office", "validation", "oops", "please note", "ticket",
    ),
}  # fmt: skip
FOR_DEVELOPERS = ("dev_", "api_of", "components_")


def written(package: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(package.rglob("*")):
        if path.suffix in (".py", ".html") and "texts" not in (path.stem, path.parent.name):
            yield path, path.read_text()


def used(package: Path, keys: Mapping[str, object]) -> set[str]:
    """Keys that stand anywhere as a whole string, and those a string that is put together can become."""
    found = set()
    for path, text in written(package):
        if path.suffix == ".py":
            nodes = list(ast.walk(ast.parse(text)))
            inside = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
            found |= {
                node.value
                for node in nodes
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside
            }
            built = [node for node in nodes if isinstance(node, ast.JoinedStr)]
            patterns = [
                "".join(re.escape(part.value) if isinstance(part, ast.Constant) else r"\w+" for part in node.values)
                for node in built
            ]
        else:
            found |= set(re.findall(r"[\"'](\w+)[\"']", text))
            # t("home_" ~ step ~ "_text"): what stands between the strings may be any word.
            patterns = [
                re.sub(r"\s*~\s*[\w.\[\]]+\s*(?:~\s*)?", r"\\w+", joined).replace('"', "").replace("'", "")
                for joined in re.findall(r"[\"']\w+[\"']\s*~[^)|}]+", text)
            ]
        # What is no word ends a pattern: anything may follow. One that begins with a gap would fit everything.
        ends = [(re.match(r"(?:\\w\+|\w)*", pattern), pattern) for pattern in patterns]
        known = [end.group() + ("" if end.group() == pattern else r"\w*") for end, pattern in ends if end]
        usable = [re.compile(pattern) for pattern in known if re.match(r"[a-z]{2,}_", pattern)]
        found |= {key for key in keys if any(pattern.fullmatch(key) for pattern in usable)}
    return found


@pytest.mark.parametrize("part", SOURCES)
def test_every_sentence_is_used(part: str) -> None:
    texts, package = SOURCES[part]
    idle = sorted(texts.keys() - used(package, texts))
    assert not idle, f"take these texts out: {idle}"


@pytest.mark.parametrize("part", SOURCES)
def test_every_sentence_that_is_asked_for_is_there(part: str) -> None:
    texts, package = SOURCES[part]
    asked = {
        (path.name, key)
        for path, text in written(package)
        for key in re.findall(r"\bt\(\"(\w+)\"[,)]|TEXTS\[\"(\w+)\"\]|pages\.text\(request, \"(\w+)\"", text)
    }
    missing = sorted(
        (name, key) for name, keys in asked for key in keys if key and key not in texts and key not in DESIGN
    )
    assert asked
    assert not missing


@pytest.mark.parametrize("part", SOURCES)
def test_every_sentence_is_there_in_both_languages_with_the_same_gaps(part: str) -> None:
    for key, text in SOURCES[part][0].items():
        one, other = text.in_language("id"), text.in_language("en")
        assert one.strip(), key
        assert other.strip(), key
        assert sorted(re.findall(r"\{\w*\}", one)) == sorted(re.findall(r"\{\w*\}", other)), key


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("part", SOURCES)
def test_pages_use_words_that_people_know(part: str, language: str) -> None:
    refused = re.compile(rf"\b(?:{'|'.join(map(re.escape, REFUSED[language]))})\b")
    found = {
        key: match.group()
        for key, text in SOURCES[part][0].items()
        if not key.startswith(FOR_DEVELOPERS) and key != "design_error"
        if (match := refused.search(re.sub(r"\{\w*\}", "", text.in_language(language)).lower()))
    }
    assert not found, f"docs/plain-language.md has another word: {found}"


def test_no_sentence_shouts() -> None:
    loud = [
        key
        for texts, _ in SOURCES.values()
        for key, text in texts.items()
        if "!" in text.in_language("id") + text.in_language("en")
    ]
    assert not loud
