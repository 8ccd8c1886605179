"""The doctor on a real mall: silent while all is well, and right about what was broken on purpose."""

import json
from typing import Any

import httpx
from mpp_cli.demo.story import wait_for
from mpp_testing.malls import RunningMall


def findings(mall: RunningMall, *arguments: str) -> dict[str, dict[str, Any]]:
    """What is broken, by where; the exit status says whether anything is."""
    ran = mall.mpp("doctor", "--json", *arguments)
    told = json.loads(ran.stdout)
    assert ran.returncode == (0 if told["ok"] else 1), ran.stdout + ran.stderr
    return {one["where"]: one for one in told["findings"] if one["severity"] == "broken"}


def test_a_mall_that_is_well_has_nothing_broken(running_mall: RunningMall) -> None:
    # A fault that another test made may still be in the numbers, which are up to 15 seconds old.
    wait_for("a mall that is well", lambda: not findings(running_mall))


def test_an_agency_and_a_service_that_were_stopped_are_named_with_what_to_do(running_mall: RunningMall) -> None:
    with running_mall.without("sdmk"), running_mall.without("catalog"):
        found = findings(running_mall)
        seen_from_outside = findings(running_mall, "--url", running_mall.url)
    assert found["connector sdmk"]["do"] == "Start it: mpp start sdmk"
    assert found["catalog"]["runbook"] == "docs/runbooks/processes.md"
    assert "catalog answers 503" in seen_from_outside[running_mall.url]["what"]


def test_what_the_page_of_metrics_promises_is_told_by_a_running_mall(running_mall: RunningMall) -> None:
    ports = json.loads((running_mall.folder / "run" / "ports.json").read_text())
    texts = {
        name.removesuffix("-metrics"): httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
        for name, port in ports.items()
        if name.endswith("-metrics")
    }
    assert set(texts) == {"applications", "catalog", "identity", "notifications", "portal"}
    for service, text in texts.items():
        assert f'http_server_active_requests{{service_name="{service}"}}' in text
        if service != "portal":
            for name in ("mpp_relay_pending", 'mpp_check_up{check="bus"', "db_client_connection_max"):
                assert name in text, f"{service} does not tell {name}"
    assert "mpp_consumer_parked" in texts["notifications"]
    assert "mpp_certificate_not_after_seconds" in texts["applications"]
    # Nothing of it is public.
    assert httpx.get(f"{running_mall.url}/metrics", trust_env=False).status_code == 404
