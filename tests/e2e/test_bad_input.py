"""Bad input on every route, made by a foreign client from what the OpenAPI documents promise."""

import subprocess
import sys
from pathlib import Path

import pytest
from mpp_cli.demo.client import Visitor
from mpp_testing.malls import RunningMall

# Not `missing_required_header`, which knows no 428, and none of those that need data only a story makes.
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "allow_header_conformance",
    "unsupported_method",
    "ignored_auth",
)
# What an officer meets on the other routes is what a citizen meets there.
OFFICERS = "/tasks|:act$"


@pytest.mark.parametrize(
    ("service", "account", "routes"),
    [
        ("catalog", "siti", ".*"),
        ("identity", "siti", ".*"),
        ("notifications", "siti", ".*"),
        ("applications", "siti", ".*"),
        ("applications", "rina", OFFICERS),
    ],
    ids=lambda value: value if value.isalpha() else "",
)
def test_bad_input_is_answered_as_documented(
    running_mall: RunningMall, service: str, account: str, routes: str
) -> None:
    """What is missing, too long, of another type or out of bounds: a problem document, and never a 500."""
    token = Visitor(running_mall.url).sign_in(account).http.headers["Authorization"]
    played = subprocess.run(
        [
            *(str(Path(sys.executable).parent / "schemathesis"), "run"),
            f"{running_mall.url}/api/{service}/openapi.json",
            *("--header", f"Authorization: {token}", "--phases", "coverage", "--checks", ",".join(CHECKS)),
            *("--include-path-regex", routes),
            *("--seed", "33", "--warnings", "off", "--no-color", "--continue-on-failure"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 0, played.stdout[-6000:] + played.stderr
