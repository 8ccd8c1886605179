"""What a test's folder promises."""

import ast
import re

from tests.architecture.tree import ROOT, relative

INPUT_AND_OUTPUT = {"asyncpg", "socket", "subprocess", "tempfile", "mpp_embedded"}
FIXTURES = {
    "tmp_path",
    "tmp_path_factory",
    "servers_dir",
    "postgres",
    "database_url",
    "nats_server",
    "own_nats",
    "nats_url",
}


def _touches(tree: ast.AST) -> set[str]:
    """Modules imported and fixtures asked for that mean a file, a process or a connection."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found |= {name.name.partition(".")[0] for name in names} & INPUT_AND_OUTPUT
            case ast.ImportFrom(module=str(module)):
                found |= {module.partition(".")[0]} & INPUT_AND_OUTPUT
            case ast.arg(arg=name):
                found |= {name} & FIXTURES
    return found


def test_unit_tests_do_no_input_and_output() -> None:
    """They are the inner loop: all of them in under ten seconds."""
    found = {
        relative(path): sorted(touched)
        for path in sorted((ROOT / "tests/unit").rglob("*.py"))
        if (touched := _touches(ast.parse(path.read_text())))
    }
    assert not found, f"move these to tests/integration, or take the file, process or connection out: {found}"


def test_make_test_runs_every_folder_of_tests() -> None:
    named = re.search(r"^TESTS := \$\(addprefix tests/,(.*)\)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert named, "the Makefile has no TESTS := $(addprefix tests/,...)"
    there = {path.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").rglob("test_*.py")}
    assert set(named[1].split()) == there, "name every folder that has tests in TESTS of the Makefile, and no other"
