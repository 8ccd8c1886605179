"""JSON Merge Patch (RFC 7396) over a definition whose lists of coded things are keyed by their codes.

A merge patch replaces a list whole; an override that adds one requirement would have to repeat all the others, and
would miss the next change of the baseline. Lists whose entries have a `code` are therefore seen as objects, code to
entry, while the patch is applied, and become lists again in their old order, new entries last.
"""

from typing import Any

Path = tuple[str, ...]

# "*" stands for the code of an entry.
KEYED_LISTS: tuple[Path, ...] = (
    ("requirements",),
    ("requirements", "*", "any_of"),
    ("form", "rules"),
    ("prefill",),
    ("tasks",),
    ("workflow", "states"),
    ("workflow", "states", "*", "actions"),
    ("fees",),
    ("outputs",),
    ("deadline_classes",),
)


def apply_patch(document: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """`document` with `patch` applied; neither is changed."""
    patched = _unkeyed(merge(keyed(document), patch), ())
    if not isinstance(patched, dict):
        raise TypeError("a definition is an object")
    return patched


def keyed(value: Any, path: Path = ()) -> Any:
    """`value` with its lists of coded things as objects."""
    if isinstance(value, dict):
        return {key: keyed(item, (*path, key)) for key, item in value.items()}
    coded = isinstance(value, list) and all(isinstance(i, dict) and isinstance(i.get("code"), str) for i in value)
    if coded and _is_keyed(path):
        return {
            item["code"]: keyed({k: v for k, v in item.items() if k != "code"}, (*path, item["code"])) for item in value
        }
    return value


def merge(target: Any, patch: Any) -> Any:
    """RFC 7396: null removes, objects merge, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def _unkeyed(value: Any, path: Path) -> Any:
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return value
    items = {key: _unkeyed(item, (*path, key)) for key, item in value.items()}
    if _is_keyed(path):
        return [{"code": code, **item} if isinstance(item, dict) else item for code, item in items.items()]
    return items


def _is_keyed(path: Path) -> bool:
    return any(
        len(path) == len(pattern) and all(p in ("*", s) for p, s in zip(pattern, path, strict=True))
        for pattern in KEYED_LISTS
    )
