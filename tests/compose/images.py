"""`make images`: what is in each image, and what is not. Needs a Docker engine and the images built."""

import json
import os
import re
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass, field
from email.parser import HeaderParser

import pytest

from tests.compose.engine import docker, inspect
from tests.compose.files import PREFIX, ROOT, image_names

VERSION = os.environ.get("MPP_VERSION", "0.1.0")
MEGABYTE = 1_000_000
LIMIT = 200 * MEGABYTE
# The compiler of documents is one library of 68 MB: layout engine, fonts and citation styles in one file.
LARGER = {"applications": 270 * MEGABYTE}
BUILT_WITH = re.compile(
    r"(^|/)(sh|bash|dash|busybox|apt|apt-get|dpkg|pip\d?|uv|gcc|cc|ld|strip|curl|wget)$"
    r"|site-packages/(pip|setuptools|uv|hatchling)/|/ensurepip/|^var/(cache|lib/apt|lib/dpkg)/"
)
# Of other people's packages what a compiler or a type checker reads, and their tests: no program reaches it.
NEVER_READ = re.compile(
    r"site-packages/(?!mpp).*\.(pyi|pyx|pxd|pxi|c|cc|cpp|h|hpp)$"
    r"|site-packages/(?!mpp)(.*/)?(tests|testing)/|zoneinfo/right/"
)
IMPORT = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
UNCHECKED_HASH = 1
WRITABLE = {"tmp", "var/lib/mpp"}
# What the engine puts into every container.
ENGINES = ("dev", "proc", "sys", ".dockerenv", "etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/mtab")
pytestmark = pytest.mark.timeout(600)


@dataclass
class Contents:
    """The files of an image; the content of those that the tests read."""

    members: list[tarfile.TarInfo] = field(default_factory=list)
    read: dict[str, bytes] = field(default_factory=dict)


def name_of(image: str) -> str:
    return f"{PREFIX}{image}:{VERSION}"


@pytest.fixture(scope="module", params=image_names())
def image(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def contents(image: str) -> Contents:
    container = docker("create", name_of(image)).strip()
    found = Contents()
    try:
        with tempfile.TemporaryFile() as file:
            subprocess.run(["docker", "export", container], stdout=file, check=True)
            file.seek(0)
            with tarfile.open(fileobj=file) as archive:
                for member in archive:
                    if member.name.startswith(ENGINES):
                        continue
                    found.members.append(member)
                    if member.isfile() and member.name.endswith((".pyc", "/METADATA", "sbom.cdx.json")):
                        stream = archive.extractfile(member)
                        assert stream is not None
                        found.read[member.name] = stream.read()
    finally:
        docker("rm", container)
    return found


def test_it_is_small(image: str) -> None:
    assert inspect(name_of(image))["Size"] < LARGER.get(image, LIMIT)


def test_it_runs_as_nobody_special_and_says_what_it_is(image: str) -> None:
    config = inspect(name_of(image))["Config"]
    assert config["User"] == "10001:10001"
    assert config["Entrypoint"] == ["/app/bin/run"]
    labels = {name.rpartition(".")[2]: value for name, value in config["Labels"].items() if "opencontainers" in name}
    assert labels["title"] == f"mpp-{image}"
    assert labels["version"] == VERSION
    assert labels["licenses"] == "Apache-2.0"
    assert labels["revision"]
    secret = [name for name in config["Env"] if re.search(r"SECRET|PASSWORD|SEED|KEYS?=", name)]
    assert not secret, secret


def test_it_starts_with_a_root_that_cannot_be_written_and_no_capability(image: str) -> None:
    """The program is imported whole: an image that lacks a library or a package fails here."""
    hardened = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=none"]
    said = docker("run", "--rm", *hardened, name_of(image), "--help")
    assert "usage" in said.lower()


def test_each_of_its_modules_finds_what_it_imports(image: str, contents: Contents) -> None:
    """What is left out of an image is nothing that our code can reach by an import."""
    paths = [member.name.partition("site-packages/")[2] for member in contents.members if member.name.endswith(".py")]
    # Migrations and their environment are imported by Alembic, inside a migration run.
    apart = re.compile(r"/migrations/|/environment/|__main__")
    own = [path for path in paths if re.match(r"mpp[_/]", path) and not apart.search(path)]
    modules = [path.removesuffix(".py").replace("/", ".").removesuffix(".__init__") for path in own]
    assert len(modules) > 10
    hardened = ["--read-only", "--tmpfs=/tmp", "--network=none", "--entrypoint=/app/bin/python"]
    docker("run", "--rm", *hardened, name_of(image), "-c", IMPORT, *modules)


def test_nothing_that_built_it_is_in_it(contents: Contents) -> None:
    found = [member.name for member in contents.members if BUILT_WITH.search(member.name)]
    assert not found, found


def test_nothing_is_in_it_that_no_program_reads(contents: Contents) -> None:
    found = [member.name for member in contents.members if NEVER_READ.search(member.name)]
    assert not found, found[:20]


def test_its_files_belong_to_root_and_nobody_else_writes_them(contents: Contents) -> None:
    privileged = [member.name for member in contents.members if member.mode & 0o6000]
    assert not privileged, f"set-user-id or set-group-id: {privileged}"
    others = {
        member.name.rstrip("/")
        for member in contents.members
        if not member.issym() and (member.uid != 0 or member.mode & 0o022)
    }
    assert others <= WRITABLE, sorted(others - WRITABLE)[:20]


def test_bytecode_is_there_and_carries_no_time(contents: Contents) -> None:
    """On a root that cannot be written it would be made at every start; with a time in it no two builds are alike."""
    modules = {m.name for m in contents.members if re.search(r"site-packages/mpp\w*/.*\.py$", m.name)}
    compiled = {name for name in contents.read if name.endswith(".pyc")}
    lacking = [
        name
        for name in modules
        if not any(one.startswith(re.sub(r"([^/]+)\.py$", r"__pycache__/\1.", name)) for one in compiled)
    ]
    assert modules
    assert not lacking, lacking
    timed = [name for name in compiled if int.from_bytes(contents.read[name][4:8], "little") != UNCHECKED_HASH]
    assert not timed, timed[:10]
    assert len({member.mtime for member in contents.members if member.isfile()}) == 1


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_its_list_of_parts_is_what_is_installed_and_what_is_locked(image: str, contents: Contents) -> None:
    installed = {}
    for name, raw in contents.read.items():
        if name.endswith(".dist-info/METADATA"):
            told = HeaderParser().parsestr(raw.decode())
            installed[normal(told["Name"])] = told["Version"]
    assert f"mpp-{image}" in installed
    document = json.loads(contents.read["app/share/sbom.cdx.json"])
    assert document["bomFormat"] == "CycloneDX"
    listed = {normal(part["name"]): part["version"] for part in document["components"]}
    assert installed.items() <= listed.items(), installed.items() - listed.items()
    packages = {normal(part["name"]) for part in document["components"] if "pkg:pypi/" in part.get("purl", "")}
    assert packages <= installed.keys(), f"listed, but not in it: {packages - installed.keys()}"
    system = {part["name"] for part in document["components"] if "pkg:deb/" in part.get("purl", "")}
    assert {"libc6", "libgcc-s1", "libssl3", "tzdata"} <= system, f"libraries of the system are not listed: {system}"
    assert "cpython" in listed
    locked = dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    foreign = {name: version for name, version in installed.items() if not name.startswith("mpp-")}
    assert foreign.items() <= {normal(name): version for name, version in locked.items()}.items()
