"""The published schema and the shipped definitions, as the catalogue tells them: dates are texts."""

import json
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[4]
SCHEMA: dict[str, Any] = json.loads((ROOT / "definitions/schemas/service-definition.schema.json").read_text())


def _read(path: Path) -> Any:
    return json.loads(json.dumps(yaml.load(path.read_text(), yaml.CSafeLoader), default=str))


SHIPPED: dict[str, Any] = {
    path.stem: _read(path) for path in sorted((ROOT / "definitions/public_services").glob("*.yaml"))
}
