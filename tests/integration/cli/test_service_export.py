"""`mpp service export`, against the API of a mall."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson
import pytest
from mpp_catalog.domain.as_yaml import as_yaml
from mpp_cli.main import app
from typer.testing import CliRunner, Result

from tests.unit.catalog.shipped import document, folder

TEXT = as_yaml(document("sip-perawat"), folder().schemas["service-definition"])
VERSIONS = "/api/catalog/v1/services/sip-perawat/versions"
ANSWERS = {
    VERSIONS: orjson.dumps({"items": [{"version": "2026.2"}, {"version": "2026.1"}]}),
    f"{VERSIONS}/2026.2.yaml": TEXT.encode(),
}


class Mall(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = ANSWERS.get(self.path)
        self.send_response(404 if body is None else 200)
        self.end_headers()
        self.wfile.write(orjson.dumps({"detail": "There is no such version."}) if body is None else body)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def mall() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mall)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def export(*words: str) -> Result:
    return CliRunner().invoke(app, ["service", "export", *words])


def test_a_version_becomes_a_file_that_is_not_written_over_unasked(mall: str, tmp_path: Path) -> None:
    file = tmp_path / "sip-perawat.yaml"
    assert export("sip-perawat", "--to", str(file), "--url", mall).exit_code == 0
    assert file.read_text() == TEXT
    file.write_text("something else")
    assert export("sip-perawat@2026.2", "--to", str(file), "--url", mall).exit_code != 0
    assert file.read_text() == "something else"
    assert export("sip-perawat@2026.2", "--to", str(file), "--url", mall, "--replace").exit_code == 0
    assert file.read_text() == TEXT
    assert export("sip-perawat@2026.9", "--to", str(file), "--url", mall).exit_code != 0
    assert export("sip-perawat", "--to", str(file), "--url", "http://127.0.0.1:9").exit_code != 0
