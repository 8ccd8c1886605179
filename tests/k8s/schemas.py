"""Strict schemas: an unknown field is an error, as it is for an API server that is asked to be strict."""

import functools
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from tests.k8s.rendered import Object

# The oldest release the manifests promise to work on, and the newest there is a schema of.
OLDEST, NEWEST = "1.33", "1.37"
OWN = Path(__file__).parent / "schemas"
BUILT_IN_GROUPS = ("", "apps", "batch", "autoscaling", "policy", "networking.k8s.io")


def problems(one: Object, version: str) -> list[str]:
    """What is wrong with an object, as `kind/name: where: what`."""
    # Late: it takes seconds to import, in every process that collects tests.
    import kubernetes_validate

    where = f"{one['kind']}/{one['metadata']['name']}"
    if is_built_in(one):
        try:
            kubernetes_validate.validate(one, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            return [f"{where}: {'.'.join(str(part) for part in error.path)}: {error.message}"]
        return []
    return [
        f"{where}: {error.json_path}: {error.message}"
        for error in Draft202012Validator(own_schema(one["apiVersion"], one["kind"])).iter_errors(one)
    ]


def is_built_in(one: Object) -> bool:
    """Whether Kubernetes itself knows it."""
    return str(one["apiVersion"]).rpartition("/")[0] in BUILT_IN_GROUPS


@functools.cache
def own_schema(api_version: str, kind: str) -> dict[str, Any]:
    """Of a kind that operators bring. Raises FileNotFoundError for one nobody wrote a schema for."""
    group, _, version = api_version.partition("/")
    text = (OWN / f"{group}_{version}_{kind.lower()}.yaml").read_text()
    spec = yaml.load(text, Loader=yaml.CSafeLoader)
    return closed(
        {
            "type": "object",
            "required": ["apiVersion", "kind", "metadata", "spec"],
            "properties": {
                "apiVersion": {"const": api_version},
                "kind": {"const": kind},
                "metadata": {
                    "properties": {
                        "name": {"type": "string"},
                        "namespace": {"type": "string"},
                        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                        "annotations": {"type": "object", "additionalProperties": {"type": "string"}},
                    }
                },
                "spec": spec,
            },
        }
    )


def closed(schema: Any) -> Any:
    """The same schema, in which an object with named properties has no others."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(part) for key, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        made["additionalProperties"] = False
    return made
