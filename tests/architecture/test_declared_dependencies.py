"""Each package imports with nothing but what it declares: an undeclared import fails here, not at a customer's.

One environment per package would cost minutes; instead a fresh interpreter hides every distribution that is not in the
closure of the package's declared dependencies, then imports all of its modules.
"""

import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from tests.architecture.tree import ROOT, Package, packages

PROBE = """
import importlib, importlib.abc, json, pkgutil, sys
hidden, name = json.loads(sys.argv[1]), sys.argv[2]
class Hide(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        # google and opentelemetry are namespaces of many distributions: they are hidden by their second level.
        parts = fullname.split(".")
        if parts[0] in hidden or ".".join(parts[:2]) in hidden:
            raise ModuleNotFoundError(f"{fullname} is not among the declared dependencies", name=fullname)
sys.meta_path.insert(0, Hide())
package = importlib.import_module(name)
for module in pkgutil.walk_packages(package.__path__, name + "."):
    # Alembic loads migrations itself, inside a migration run.
    if not module.name.endswith("__main__") and ".migrations." not in module.name:
        importlib.import_module(module.name)
"""
NAMESPACES = {"google", "opentelemetry"}
# What a distribution of others needs as we use it, where that is less than it declares.
CORRECTED = {
    one["name"]: one["requires-dist"]
    for one in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["dependency-metadata"]
}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(
    distribution: str, extras: frozenset[str] = frozenset(), seen: set[tuple[str, frozenset[str]]] | None = None
) -> set[str]:
    seen = set() if seen is None else seen
    key = (normal(distribution), extras)
    if key in seen:
        return set()
    seen.add(key)
    found = {normal(distribution)}
    try:
        requires = CORRECTED.get(normal(distribution), metadata.requires(distribution) or [])
    except metadata.PackageNotFoundError:
        return found  # a marker for another platform
    for text in requires:
        requirement = Requirement(text)
        environments = [{"extra": extra} for extra in extras] or [{"extra": ""}]
        if requirement.marker is None or any(requirement.marker.evaluate(environment) for environment in environments):
            found |= closure(requirement.name, frozenset(requirement.extras), seen)
    return found


def modules_by_distribution() -> dict[str, set[str]]:
    owners: dict[str, set[str]] = {}
    for distribution in metadata.distributions():
        names = owners.setdefault(normal(distribution.metadata["Name"]), set())
        for file in distribution.files or []:
            parts = file.parts
            if parts[0] in NAMESPACES and len(parts) > 2:
                names.add(".".join(parts[:2]))
            elif (
                file.suffix in {".py", ".so"}
                and parts[0] not in NAMESPACES
                and not parts[0].startswith(("..", "__editable"))
            ):
                names.add(parts[0].split(".")[0])
    for package in packages():
        owners.setdefault(normal(package.distribution), set()).add(package.import_name)
    return owners


OWNERS = modules_by_distribution()


def import_alone(import_name: str, allowed: set[str]) -> subprocess.CompletedProcess[str]:
    visible = set().union(*(OWNERS.get(name, set()) for name in allowed))
    hidden = sorted(set().union(*OWNERS.values()) - visible - {"_distutils_hack", "pkg_resources", "setuptools"})
    return subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps(hidden), import_name], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("package", packages(), ids=lambda package: package.distribution)
def test_a_package_imports_with_its_declared_dependencies_only(package: Package) -> None:
    allowed = set()
    for text in package.dependencies:
        requirement = Requirement(text)
        allowed |= closure(requirement.name, frozenset(requirement.extras))
    result = import_alone(package.import_name, allowed | {normal(package.distribution)})
    assert result.returncode == 0, f"add it to {package.folder.name}/pyproject.toml:\n{result.stderr[-900:]}"


def test_the_probe_sees_an_undeclared_import() -> None:
    result = import_alone("mpp_runtime", {"mpp-runtime"})
    assert result.returncode != 0
    assert "not among the declared dependencies" in result.stderr


def test_the_probe_sees_an_import_of_what_is_left_out() -> None:
    """The expression language's package as it comes would need its command line's packages."""
    result = import_alone("cel", closure("common-expression-language"))
    assert result.returncode != 0
    assert "not among the declared dependencies" in result.stderr
