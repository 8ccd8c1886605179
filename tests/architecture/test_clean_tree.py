"""What must never be in the repository: secrets, paths of a machine, download addresses, real people's numbers."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import ROOT, relative, tracked_files

TEXT = {
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".proto",
    ".json",
    ".txt",
    ".typ",
    ".html",
    ".css",
    ".csv",
    ".lock",
    ".sh",
    "",
}
SECRETS = re.compile(
    r"-----BEGIN (?:RSA |EC |ENCRYPTED )?PRIVATE KEY-----|\bS[UANOC][A-Z2-7]{56}\b|\bAKIA[0-9A-Z]{16}\b"
    r"|\"d\":\s*\"[A-Za-z0-9_-]{40,}\""
)
MACHINE_PATHS = re.compile(r"(?<![\w.-])/(?:home/\w+|root|Users/\w+|work)/")
ADDRESSES = re.compile(
    r"files\.pythonhosted\.org|pypi\.org|registry\.npmjs\.org|deb\.debian\.org|--index-url|--find-links"
)
NIK = re.compile(r"(?<!\d)\d{6}[0-7]\d(?:0[1-9]|1[0-2])\d{6}(?!\d)")
# Protocol test vectors need a private key to be checked against; it is made for them and opens nothing.
PUBLISHED_TEST_KEYS = ("docs/vectors/",)


def lines(skip: tuple[str, ...] = ()) -> Iterator[tuple[Path, int, str]]:
    for path in tracked_files():
        if path.suffix in TEXT and not relative(path).startswith(("tests/architecture/", *skip)):
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                yield path, number, line


def test_no_secret_is_committed() -> None:
    found = [f"{relative(path)}:{number}" for path, number, line in lines(PUBLISHED_TEST_KEYS) if SECRETS.search(line)]
    assert not found, f"take the secret out and make it at first start: {found}"


def test_no_path_of_a_machine_and_no_download_address() -> None:
    found = [
        f"{relative(path)}:{number}: {line.strip()[:80]}"
        for path, number, line in lines()
        if MACHINE_PATHS.search(line) or ADDRESSES.search(line)
    ]
    assert not found, found


def test_no_lock_file_with_download_addresses_is_tracked() -> None:
    assert "uv.lock" not in {path.name for path in tracked_files()}, (
        "it records addresses; commit requirements.lock only"
    )
    for path in tracked_files():
        if path.name == "package-lock.json":
            packages = json.loads(path.read_text())["packages"]
            resolved = [name for name, package in packages.items() if "resolved" in package]
            assert not resolved, f"{relative(path)}: npm install --omit-lockfile-registry-resolved leaves them out"
            unpinned = [name for name, package in packages.items() if name and "integrity" not in package]
            assert not unpinned, f"{relative(path)}: without a hash: {unpinned}"


def test_every_nik_in_the_repository_is_synthetic() -> None:
    """By convention a synthetic NIK ends in 9001-9999: no birth cohort of one district and day gets that far."""
    found = [
        f"{relative(path)}:{number}: {match.group()}"
        for path, number, line in lines(("requirements.lock", "definitions/regions/", "libs/protos/src"))
        for match in NIK.finditer(line)
        if not match.group().startswith("0")
        and not 9001 <= int(match.group()[-4:]) <= 9999
        and match.group()[-4:] != "0000"  # never given out, so it can only be a test of the refusal
    ]
    assert not found, f"use a serial from 9001 to 9999: {found}"


def test_no_tracked_file_is_too_big_to_review() -> None:
    big = [f"{relative(path)}: {path.stat().st_size}" for path in tracked_files() if path.stat().st_size > 1_500_000]
    assert not big, big


def test_every_page_of_documentation_links_to_files_that_exist() -> None:
    broken = []
    for path in tracked_files():
        if path.suffix == ".md":
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text()):
                # The template of docs/events.md is read where it is written to.
                folder = ROOT / "docs" if relative(path) == "libs/protos/events_page.md" else path.parent
                if not re.match(r"[a-z]+:", target) and not (folder / target).exists():
                    broken.append(f"{relative(path)} -> {target}")
    assert not broken, broken
    assert (ROOT / "README.md").exists()
