"""The data folder: short socket paths, no folder of somebody else."""

import os
from pathlib import Path

import pytest
from mpp_cli.data_folder import DataFolder
from mpp_cli.errors import CommandError


def test_the_socket_lies_in_the_run_folder_when_its_path_is_short_enough() -> None:
    data = DataFolder(Path("/srv/mall/.data"))
    assert data.control_socket() == Path("/srv/mall/.data/run/control.sock")


def test_a_long_checkout_gets_a_short_socket_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/tmp")
    one, other = DataFolder(tmp_path / ("x" * 120) / "one"), DataFolder(tmp_path / ("x" * 120) / "other")
    assert len(os.fsencode(one.control_socket())) < 100
    assert one.control_socket() != other.control_socket()
    assert one.control_socket() == DataFolder(one.root).control_socket()


def test_a_prepared_link_is_refused(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / ".data")
    data.root.mkdir()
    (tmp_path / "elsewhere").mkdir()
    data.run.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CommandError, match="belongs to another user"):
        data.create()
