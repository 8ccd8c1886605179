"""`python -m tests.k8s check | objects`: everything that can be said of deploy/k8s without a cluster."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.k8s.objects_page import PAGE, page
from tests.k8s.rendered import PLACES, ROOT, Object, objects, text
from tests.k8s.schemas import NEWEST, OLDEST, closed, is_built_in, problems

HERE = Path(__file__).parent
SCANNERS = ROOT / ".venv" / "k8s"
# Models made of the operators' own definitions; there are none of the others.
MODELS = {
    "cert-manager.io/v1": "cloudcoil.models.cert_manager.v1",
    "keda.sh/v1alpha1": "cloudcoil.models.keda.v1alpha1",
}
PRINT_SCHEMA = "import importlib, json, sys; m = importlib.import_module(sys.argv[1]); " + (
    "print(json.dumps({n: getattr(m, n).model_json_schema(by_alias=True) for n in sys.argv[2:]}))"
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.k8s", description=__doc__)
    parser.add_argument("command", choices=["check", "objects"])
    if parser.parse_args().command == "objects":
        PAGE.write_text(page())
        return 0
    failures = [*strict_schemas(), *operators_models(), *hardening()]
    print("\n".join(failures) or "Nothing to mend.")
    return int(bool(failures))


def strict_schemas() -> list[str]:
    """Of every place, for every minor release from the oldest that is promised."""
    found = []
    for minor in range(int(OLDEST.partition(".")[2]), int(NEWEST.partition(".")[2]) + 1):
        wrong = [
            f"{place} (1.{minor}): {p}"
            for place in PLACES
            for one in objects(place)
            for p in problems(one, f"1.{minor}")
        ]
        print(
            f"strict schemas of 1.{minor}: {sum(len(objects(place)) for place in PLACES)} objects, {len(wrong)} wrong"
        )
        found += wrong
    return found


def operators_models() -> list[str]:
    """KEDA's and cert-manager's objects against models of their own definitions, unknown fields refused."""
    found, checked = [], 0
    for api, module in MODELS.items():
        ours = [(place, one) for place in PLACES for one in objects(place) if one["apiVersion"] == api]
        schemas = schemas_of(module, sorted({one["kind"] for _, one in ours}))
        for place, one in ours:
            checked += 1
            errors = Draft202012Validator(schemas[one["kind"]]).iter_errors(one)
            found += [f"{place}: {one['kind']}/{one['metadata']['name']}: {e.json_path}: {e.message}" for e in errors]
    if not checked:
        return ["no object of KEDA or cert-manager was checked: the models or the manifests have moved"]
    print(f"operators' own models: {checked} objects, {len(found)} wrong")
    return found


def schemas_of(module: str, kinds: Iterable[str]) -> dict[str, Any]:
    """JSON schemas by kind, made in the scanners' environment."""
    made = subprocess.run(
        [str(SCANNERS / "bin" / "python"), "-c", PRINT_SCHEMA, module, *kinds],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    schemas: dict[str, Any] = {kind: closed(schema) for kind, schema in json.loads(made.stdout).items()}
    return schemas


def hardening() -> list[str]:
    """Checkov over every place; each failure with its object."""
    found = []
    for place in PLACES:
        with tempfile.TemporaryDirectory() as folder:
            manifest = Path(folder) / "manifests.yaml"
            manifest.write_text(text(place))
            scanned = subprocess.run(
                [str(SCANNERS / "bin" / "python"), "-m", "checkov.main", "--config-file", str(HERE / "checkov.yaml"),
                 "--file", str(manifest), "--output", "json"],
                capture_output=True, text=True, check=False, timeout=600, cwd=folder,
            )  # fmt: skip
        try:
            report = json.loads(scanned.stdout)
            summary, failed = report["summary"], report["results"]["failed_checks"]
        except (ValueError, KeyError, TypeError):
            return [*found, f"{place}: the scanner did not report: {scanned.stderr[-2000:] or scanned.stdout[-2000:]}"]
        if summary["passed"] < len(pods(objects(place))) or summary["parsing_errors"]:
            found.append(f"{place}: the scanner saw too little: {summary}")
        found += [f"{place}: {one['check_id']} {one['check_name']}: {one['resource']}" for one in failed]
        counts = ", ".join(f"{summary[key]} {key}" for key in ("passed", "failed", "skipped"))
        print(f"hardening of {place}: {counts}")
    return found


def pods(all_objects: Iterable[Object]) -> list[Object]:
    return [one for one in all_objects if is_built_in(one) and "template" in one.get("spec", {})]


if __name__ == "__main__":
    sys.exit(main())
