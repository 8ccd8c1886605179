"""Adds the parts that are not Python distributions to a CycloneDX document: `python sbom.py SBOM SYSTEM`."""

import json
import sys
from pathlib import Path


def component(part: dict[str, str]) -> dict[str, str]:
    """One part of the system as a component."""
    name, version, architecture = part["name"], part["version"], part["architecture"]
    debian = f"pkg:deb/debian/{name}@{version}?arch={architecture}"
    url = f"pkg:generic/cpython@{version}" if name == "cpython" else debian
    return {"type": "library", "bom-ref": url, "name": name, "version": version, "purl": url}


def main(sbom: Path, system: Path) -> None:
    """Rewrites the document in place, in a fixed order."""
    document = json.loads(sbom.read_text())
    document["components"] += [component(part) for part in json.loads(system.read_text())]
    document["components"].sort(key=lambda one: str(one["bom-ref"]))
    sbom.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
