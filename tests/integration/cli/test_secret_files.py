"""Secrets: made once, kept for ever, readable by their owner only."""

import json
import stat
from pathlib import Path

from joserfc.jwk import KeySet
from mpp_cli import secret_files
from mpp_cli.data_folder import DataFolder
from mpp_cli.secret_files import ensure_secrets

AGENCIES = ("dukcapil", "esign")


def made(tmp_path: Path) -> DataFolder:
    data = DataFolder(tmp_path / ".data")
    data.create()
    ensure_secrets(data, AGENCIES)
    return data


def contents(data: DataFolder) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in data.secrets.rglob("*") if file.is_file()}


def test_a_second_start_changes_no_secret(tmp_path: Path) -> None:
    data = made(tmp_path)
    before = contents(data)
    again = ensure_secrets(data, AGENCIES)
    assert contents(data) == before
    assert again.superuser == (data.secrets / "postgres" / "superuser").read_text()


def test_nobody_else_can_read_them(tmp_path: Path) -> None:
    data = made(tmp_path)
    assert len(contents(data)) > 20
    for path in [data.secrets, *data.secrets.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_everything_personal_is_closed_to_others_but_the_root_can_be_passed(tmp_path: Path) -> None:
    data = made(tmp_path)
    assert stat.S_IMODE(data.root.stat().st_mode) & 0o001
    for folder in data.root.iterdir():
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder


def test_the_signing_key_is_rs256_with_a_name_and_the_nik_keys_have_32_bytes(tmp_path: Path) -> None:
    data = made(tmp_path)
    signing = json.loads(secret_files.signing_keys(data).read_text())["keys"]
    assert [(key["kty"], key["alg"], key["use"]) for key in signing] == [("RSA", "RS256", "sig")]
    assert signing[0]["kid"]
    assert KeySet.import_key_set({"keys": signing}).keys[0].is_private
    nik = json.loads(secret_files.nik_keys(data).read_text())
    assert {name: len(value) for name, value in nik.items()} == {"encryption": 44, "lookup": 44}
    assert nik["encryption"] != nik["lookup"]


def test_each_service_shares_its_own_secret_with_identity_and_no_other(tmp_path: Path) -> None:
    data = made(tmp_path)
    known = json.loads(secret_files.service_clients(data).read_text())
    assert set(known) == {"applications", "catalog", "identity", "notifications", "mpp-portal"}
    for service, secret in known.items():
        assert secret_files.client_secret(data, service).read_text() == secret
    assert len(set(known.values())) == len(known)


def test_an_agency_gets_a_key_pair_and_its_public_half_holds_nothing_private(tmp_path: Path) -> None:
    data = made(tmp_path)
    for folder in [data.secrets / "platform", *(data.agency_keys / code for code in AGENCIES)]:
        private = json.loads((folder / "private.jwks.json").read_text())["keys"]
        public = json.loads((folder / "public.jwks.json").read_text())["keys"]
        assert [key["kid"] for key in private] == [key["kid"] for key in public]
        assert all("d" in key for key in private)
        assert not any("d" in key for key in public)
