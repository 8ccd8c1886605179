"""`mpp service`, as a writer of definitions runs it."""

import shutil
import subprocess
import sys
from pathlib import Path

from mpp_cli.main import app
from typer.testing import CliRunner

DEFINITIONS = Path(__file__).parents[3] / "definitions"


def test_a_wrong_file_is_told_and_a_right_one_is_not(tmp_path: Path) -> None:
    copy = tmp_path / "definitions"
    shutil.copytree(DEFINITIONS, copy)
    right, wrong = (copy / "public_services" / f"{name}.yaml" for name in ("akta-kelahiran", "sip-perawat"))
    text = wrong.read_text().replace("category: health", "catgory: health")
    wrong.write_text(text)
    line = text[: text.index("catgory")].count("\n") + 1
    command = [sys.executable, "-m", "mpp_cli", "service", "check", str(right), str(wrong)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 1, found.stderr
    assert f"public_services/sip-perawat.yaml:{line}: /catgory: " in found.stdout
    assert "'catgory' was unexpected): take it out or correct its name" in found.stdout
    assert "akta-kelahiran" not in found.stdout


def test_what_is_imported_is_written_and_what_is_wrong_is_told(tmp_path: Path) -> None:
    copy = tmp_path / "definitions"
    shutil.copytree(DEFINITIONS, copy)
    table = tmp_path / "standar.csv"
    header = "Nama Layanan;Instansi;Persyaratan;Prosedur;Jangka Waktu;Biaya;Produk;Pengaduan;Dasar Hukum\n"
    right = "Izin Panggung;dpmptsp;KTP;Daftar;2 hari kerja;Gratis;Surat izin;SP4N-LAPOR;Perda\n"
    table.write_text(header + right + right.replace("2 hari kerja", "cepat").replace("Panggung", "Layar"))
    to = copy / "public_services"

    command = [sys.executable, "-m", "mpp_cli", "service", "import", str(table), "--to", str(to)]
    first = subprocess.run(command, capture_output=True, text=True, check=False)
    assert first.returncode == 1
    assert "standar.csv: row 3, column 'Jangka Waktu': 'cepat' is no time" in first.stderr
    written = to / "izin-panggung.yaml"
    line = written.read_text().splitlines().index("category: general") + 1
    assert f"{written}:{line}: /category: say to which category it belongs" in first.stdout
    assert not (to / "izin-layar.yaml").exists()


def test_help_teaches() -> None:
    told = CliRunner().invoke(app, ["service", "check", "--help"], env={"COLUMNS": "200"})
    assert told.exit_code == 0
    for taught in (
        "how to mend it",
        "The exit status is 1",
        "docs/service-definition.md",
        "mpp service check definitions",
    ):
        assert taught in " ".join(told.stdout.split()), taught
