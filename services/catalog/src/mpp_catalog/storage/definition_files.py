"""Reading the folder of definition files: YAML with places, CSV, schemas, templates with what they import put in."""

import csv
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from mpp_catalog.domain.reference import Region
from mpp_catalog.use_cases.folder import File, FileProblem, Folder

_IMPORT = '#import "letter.typ": *\n'
_SCHEMAS = (
    "service-definition", "override", "offerings", "agency", "malls", "calendar", "synonyms", "life-events", "sippn",
)  # fmt: skip


class _Loader(yaml.CSafeLoader):
    """Safe YAML where a date stays the text it is and a key given twice is an error."""

    yaml_implicit_resolvers = {  # noqa: RUF012 as in PyYAML
        letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key}' is there twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_folder(root: Path) -> Folder:
    """Everything below `root` (a definitions/ folder). Raises FileNotFoundError naming what is missing."""
    problems: list[FileProblem] = []

    def yamls(pattern: str) -> tuple[File, ...]:
        return tuple(_files(root, pattern, problems))

    (sources,) = yamls("sources.yaml") or (File("sources.yaml", {}, lambda _: None),)
    return Folder(
        regions=tuple(_regions(root / "regions" / "regions.csv")),
        time_zones=_time_zones(root / "regions" / "time_zones.csv"),
        schemas={name: json.loads((root / "schemas" / f"{name}.schema.json").read_text("utf-8")) for name in _SCHEMAS},
        sources=frozenset(sources.document),
        templates=_templates(root / "templates"),
        malls=yamls("malls/*.yaml"),
        agencies=yamls("agencies/*.yaml"),
        calendars=yamls("calendars/*.yaml"),
        definitions=yamls("public_services/*.yaml"),
        overrides=yamls("overrides/*/*.yaml"),
        offerings=yamls("offerings/*.yaml"),
        synonyms=yamls("search/synonyms.yaml"),
        life_events=yamls("search/life_events.yaml"),
        unreadable=tuple(problems),
    )


def definition_schema_file(root: Path) -> Path:
    """Where the JSON Schema of definitions is below a definitions/ folder."""
    return root / "schemas" / "service-definition.schema.json"


def read_agency_keys(folder: Path) -> dict[str, dict[str, Any]]:
    """Agency code → public JSON Web Key Set, from <folder>/<code>/public.jwks.json."""
    keys = {}
    for path in sorted(folder.glob("*/public.jwks.json")):
        jwks = json.loads(path.read_text("utf-8"))
        if any("d" in key or "k" in key for key in jwks["keys"]):
            raise ValueError(f"{path} holds a private key: the catalogue takes public ones only")
        keys[path.parent.name] = jwks
    return keys


def _files(root: Path, pattern: str, problems: list[FileProblem]) -> Iterator[File]:
    for path in sorted(root.glob(pattern)):
        name = str(path.relative_to(root))
        try:
            file = parse(name, path.read_text("utf-8"))
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else None
            problems.append(FileProblem(name, line, "/", f"not readable as YAML: {getattr(error, 'problem', error)}"))
        except UnicodeDecodeError:
            problems.append(FileProblem(name, None, "/", "not UTF-8: save it as UTF-8"))
        else:
            yield file


def parse(name: str, text: str) -> File:
    """One YAML file. Raises yaml.YAMLError."""
    document = yaml.load(text, _Loader)  # noqa: S506 a SafeLoader
    # Read a second time only if there is something to tell.
    return File(name, document, lambda pointer: _line(yaml.compose(text, yaml.CSafeLoader), pointer))


def _line(node: yaml.Node | None, pointer: str) -> int | None:
    """The line of the deepest part of `pointer` that is in the file."""
    line = node.start_mark.line + 1 if node else None
    for part in pointer.strip("/").split("/"):
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == part), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
            node = node.value[int(part)]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _templates(folder: Path) -> dict[str, str]:
    letter = (folder / "letter.typ").read_text("utf-8")
    return {
        path.stem: path.read_text("utf-8").replace(_IMPORT, letter, 1)
        for path in sorted(folder.glob("*.typ"))
        if path.stem != "letter"
    }


def _regions(path: Path) -> Iterator[Region]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Region(
                row["code"],
                row["name"],
                row["parent"] or None,
                date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
                date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                row["successor"] or None,
                row["source"],
            )


def _time_zones(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["province"]: row["time_zone"] for row in csv.DictReader(file)}
