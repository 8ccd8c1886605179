"""docs/service-definition.md is true: its ten steps work, and it names every part there is."""

import re
import shutil
from pathlib import Path

import yaml
from mpp_catalog.domain.expressions import FUNCTIONS
from mpp_catalog.domain.merge_patch import KEYED_LISTS
from mpp_catalog.main import APPLICATION_EVENTS, check
from mpp_catalog.storage import read_folder
from mpp_catalog.use_cases.check_folder import check_folder

from tests.unit.catalog.shipped import DEFINITIONS, folder

TEXT = (Path(__file__).parents[3] / "docs" / "service-definition.md").read_text()


def test_every_part_of_a_definition_is_explained() -> None:
    explained = set(re.findall(r"`([a-z_]+)`", TEXT[TEXT.index("## The parts") : TEXT.index("Every field of")]))
    assert set(folder().schemas["service-definition"]["required"]) <= explained


def test_lists_patched_by_code_are_all_named() -> None:
    section = TEXT[TEXT.index("## What a mall may change") : TEXT.index("## The resolved offering")]
    for path in KEYED_LISTS:
        assert path[-1] in section, path


def test_functions_beyond_cel_are_named() -> None:
    assert "plus_years" in FUNCTIONS
    assert "plus_years(date, n)" in TEXT


def test_the_override_of_the_page_can_be_used(tmp_path: Path) -> None:
    section = TEXT[TEXT.index("## What a mall may change") :]
    example = re.search(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert example
    copy = Path(shutil.copytree(DEFINITIONS, tmp_path / "definitions"))
    text = (
        example.group(1)
        .replace("{ id: ..., en: ... }", "{ id: Alasan, en: Reason }")
        .replace("title: ...", "title: Contoh")
    )
    (copy / "overrides/33.15/sip-perawat.yaml").write_text(text)
    assert [str(problem) for problem in check([copy])] == []


def test_a_public_service_is_added_by_copying_and_renaming(tmp_path: Path) -> None:
    """Steps 1, 6, 7 and 9: a permit for therapists from the one for nurses."""
    copy = Path(shutil.copytree(DEFINITIONS, tmp_path / "definitions"))
    path = copy / "public_services" / "sip-terapis.yaml"
    text = (copy / "public_services" / "sip-perawat.yaml").read_text()
    path.write_text(
        text.replace("code: sip-perawat", "code: sip-terapis").replace("template: sip-perawat", "template: sip-terapis")
    )
    told = [problem.message for problem in check([path])]
    assert any("no grant for task 'check' of 'sip-terapis'" in message for message in told)
    assert any("no definitions/templates/sip-terapis.typ" in message for message in told)

    agency = copy / "agencies" / "sdmk.yaml"
    agency.write_text(agency.read_text().replace("[sip-perawat]", "[sip-perawat, sip-terapis]"))
    shutil.copy(copy / "templates" / "sip-perawat.typ", copy / "templates" / "sip-terapis.typ")
    assert check([path]) == []
    assert check_folder(read_folder(copy), APPLICATION_EVENTS) == []
    assert yaml.safe_load(path.read_text())["code"] == "sip-terapis"
