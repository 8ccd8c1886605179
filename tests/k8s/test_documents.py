"""The documents say what is there."""

import re
from pathlib import Path

import yaml
from mpp_cli.main import app
from typer.testing import CliRunner

from tests.k8s.objects_page import PAGE, page
from tests.k8s.rendered import FOLDER, PLACES, ROOT, objects, render

GUIDE = ROOT / "docs" / "deploy-to-your-cluster.md"


def test_the_table_of_objects_is_fresh() -> None:
    assert PAGE.read_text() == page(), "run: make k8s-objects"


def test_the_guide_names_only_folders_and_commands_that_exist() -> None:
    text = GUIDE.read_text()
    named = set(re.findall(r"deploy/k8s/((?:overlays|connectors|components|base)[\w/.-]*)", text))
    assert named
    assert not {path for path in named if "AGENCY" not in path and not (FOLDER / path.rstrip("/.")).exists()}
    applied = set(re.findall(r"kubectl (?:apply|diff) -k deploy/k8s/(\S+)", text))
    assert applied
    assert {path for path in applied if "$" not in path} <= set(PLACES)
    for option in re.findall(r"mpp cluster secrets[^\n]*?(--[a-z-]+)", text):
        assert option in CliRunner().invoke(app, ["cluster", "secrets", "--help"], env={"COLUMNS": "200"}).output


def test_the_guide_s_own_mall_renders_and_no_example_is_left_in_it(tmp_path: Path) -> None:
    (block,) = re.findall(r"`mall/kustomization.yaml`:\n\n```\n(.*?)```", GUIDE.read_text(), re.S)
    (tmp_path / "mpp-digital").symlink_to(ROOT)
    (tmp_path / "mall").mkdir()
    (tmp_path / "mall" / "kustomization.yaml").write_text(block)
    made = render(tmp_path / "mall")
    assert len(list(yaml.safe_load_all(made))) == len(objects("overlays/national"))
    assert not re.findall(r".*(?:example|198\.51\.100|203\.0\.113).*", made)


def test_nothing_in_the_folder_is_left_over() -> None:
    """Every file is named by the kustomization beside it, every kustomization by another one or by the guide."""
    kustomizations = {path: path.read_text() for path in sorted(FOLDER.rglob("kustomization.yaml"))}
    guide = GUIDE.read_text()
    left = []
    for path in sorted(FOLDER.rglob("*")):
        if path.is_dir() or path in kustomizations:
            continue
        if path.name not in kustomizations[path.parent / "kustomization.yaml"]:
            left.append(path)
    for path in kustomizations:
        place = str(path.parent.relative_to(FOLDER))
        used = {
            (other.parent / target).resolve()
            for other, text in kustomizations.items()
            for target in re.findall(r"[\w.][\w./-]*", text)
        }
        if path.parent not in used and place not in PLACES and place.removeprefix("connectors/") not in guide:
            left.append(path)
    assert not left
