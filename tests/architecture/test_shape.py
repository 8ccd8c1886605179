"""The six names of a service, the size of files, the size of the runtime."""

import re

import pytest

from tests.architecture.tree import ROOT, SERVICES, Package, packages, relative

SIX_NAMES = {"domain", "use_cases", "storage", "rest_api", "grpc_api", "consumers", "main"}
MORE_NAMES = {"settings", "clients", "__main__", "__init__"}
# A name beyond the design's list needs its reason here.
REASONED_NAMES = {
    (
        "applications",
        "document_files",
    ): "adapters of rendering, signing and file storage; neither tables nor other services",
    ("notifications", "data"): "message templates and routing as data files, no code",
    ("identity", "pages"): "the sign-in pages of the OpenID provider, which no other service can serve",
}
LONGEST_FILE = 400
RUNTIME_LIMIT = 1500


def code_packages() -> list[Package]:
    return [package for package in packages() if package.import_name != "mpp"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_six_names_and_no_others(service: str) -> None:
    source = ROOT / "services" / service / "src" / f"mpp_{service}"
    names = {
        path.stem for path in source.iterdir() if path.suffix == ".py" or (path.is_dir() and path.name != "__pycache__")
    }
    unknown = {name for name in names - SIX_NAMES - MORE_NAMES if (service, name) not in REASONED_NAMES}
    assert not unknown, (
        f"services/{service} has {sorted(unknown)}: put it under one of {sorted(SIX_NAMES | MORE_NAMES)}"
    )
    needed = {"main", "settings", "__main__", "rest_api"} | (
        set() if service == "portal" else {"domain", "use_cases", "storage", "grpc_api"}
    )
    # The catalogue answers no RPC by itself only if its proto has none; every proto service of ours has one.
    assert needed <= names, f"services/{service} lacks {sorted(needed - names)}"


def test_every_reasoned_name_is_still_used() -> None:
    gone = [key for key in REASONED_NAMES if not list((ROOT / "services" / key[0] / "src").glob(f"*/{key[1]}*"))]
    assert not gone, f"take these out of REASONED_NAMES: {gone}"


def test_no_file_is_too_long_to_read() -> None:
    long = [
        f"{relative(path)}: {lines}"
        for package in code_packages()
        for path in package.files()
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    ]
    assert not long, f"over {LONGEST_FILE} lines (a name becomes a folder at about 300): {long}"


@pytest.mark.parametrize("library", ["runtime", "ledger", "telemetry"])
def test_what_every_service_needs_stays_small(library: str) -> None:
    lines = sum(len(path.read_text().splitlines()) for path in (ROOT / f"libs/{library}/src").rglob("*.py"))
    assert lines <= RUNTIME_LIMIT, f"libs/{library} has {lines} lines; a thing enters when three services use it"


def test_no_file_is_called_by_what_it_is_not() -> None:
    vague = re.compile(r"^(utils?|helpers?|common|misc|managers?|shared)\.py$|^(utils|helpers|common|shared)$")
    found = [
        relative(path)
        for package in packages()
        for path in package.folder.rglob("*")
        if vague.match(path.name) and "__pycache__" not in path.parts
    ]
    assert not found, f"name these after what they hold: {found}"


def test_decisions_are_numbered_once_and_name_their_test() -> None:
    numbers: dict[str, str] = {}
    for path in sorted((ROOT / "docs/decisions").glob("*.md")):
        number = path.name.split("-")[0]
        assert re.fullmatch(r"\d{4}", number), f"{path.name}: begin with four digits"
        assert number not in numbers, f"{path.name} and {numbers[number]} share a number"
        numbers[number] = path.name
        text = path.read_text()
        assert len(text.splitlines()) <= 60, f"{path.name}: a record has about 40 lines"
        named = re.findall(r"`(tests/[\w/.-]+\.py)", text)
        assert named, f"{path.name}: name the test that holds the decision"
        assert all((ROOT / name).exists() for name in named), f"{path.name} names a test that is not there: {named}"
    assert numbers, "docs/decisions is empty"
