"""The doctor's judgement: each trouble in the numbers is told once, with where, what to do and a page that exists."""

import time
from pathlib import Path
from typing import Any

import pytest
from mpp_cli.data_folder import DataFolder
from mpp_cli.doctor import machine
from mpp_cli.doctor.clocks import wrong_clock
from mpp_cli.doctor.finding import Finding
from mpp_cli.doctor.judging import judge
from mpp_cli.doctor.machine import Machine, room
from mpp_cli.doctor.readings import Readings

ROOT = Path(__file__).resolve().parents[3]
SOON = time.time() + 86_400
WELL = f"""
http_server_active_requests{{service_name="applications"}} 0
http_server_active_requests{{service_name="portal"}} 0
db_client_connection_max{{service_name="applications"}} 8
db_client_connection_count{{service_name="applications",db_client_connection_state="used"}} 2
db_client_connection_count{{service_name="applications",db_client_connection_state="idle"}} 8
mpp_check_up{{check="bus",service_name="applications"}} 1
mpp_relay_pending{{service_name="applications",stream="APPLICATIONS"}} 3
mpp_relay_held_back{{service_name="applications",stream="APPLICATIONS"}} 0
mpp_relay_oldest_age_seconds{{service_name="applications",stream="APPLICATIONS"}} 1.5
mpp_consumer_parked{{consumer="APPLICATIONS:notifications",service_name="notifications"}} 0
mpp_consumer_attempts{{consumer="APPLICATIONS:notifications",service_name="notifications"}} 1
mpp_consumer_pending{{consumer="APPLICATIONS:notifications",service_name="notifications"}} 40
mpp_agency_tasks_away{{agency="sdmk",service_name="applications"}} 0
mpp_agency_tasks_parked{{agency="sdmk",service_name="applications"}} 0
mpp_agency_tasks_oldest_age_seconds{{agency="sdmk",service_name="applications"}} 60
mpp_notifications_oldest_age_seconds{{kind="email",service_name="notifications"}} 2
mpp_desk_tasks_overdue{{agency="dpmptsp",region="33.14",state="check",service_name="applications"}} 0
mpp_certificate_not_after_seconds{{certificate="trust-root-1",service_name="applications"}} {SOON * 2}
"""
TROUBLES = {
    'mpp_check_up{check="bus",service_name="applications"} 0': ("broken", "applications", "bus"),
    'mpp_check_up{check="database",service_name="identity"} 0': ("broken", "identity", "database"),
    'mpp_check_up{check="new",service_name="identity"} 0': ("broken", "identity", "processes"),
    'db_client_connection_count{service_name="applications",db_client_connection_state="used"} 8': (
        "warning", "applications", "database"),
    'mpp_relay_held_back{service_name="applications",stream="APPLICATIONS"} 7': ("broken", "applications", "relay"),
    'mpp_relay_oldest_age_seconds{service_name="catalog",stream="CATALOG"} 31': ("broken", "catalog", "relay"),
    'mpp_consumer_parked{consumer="APPLICATIONS:notifications",service_name="notifications"} 1': (
        "broken", "notifications", "consumers"),
    'mpp_consumer_attempts{consumer="APPLICATIONS:notifications",service_name="notifications"} 4': (
        "warning", "notifications", "consumers"),
    'mpp_consumer_pending{consumer="APPLICATIONS:notifications",service_name="notifications"} 1001': (
        "warning", "notifications", "consumers"),
    'mpp_agency_tasks_away{agency="sdmk",service_name="applications"} 2': ("broken", "agency sdmk", "agencies"),
    'mpp_agency_tasks_parked{agency="sdmk",service_name="applications"} 1': ("broken", "agency sdmk", "agencies"),
    'mpp_agency_tasks_oldest_age_seconds{agency="sdmk",service_name="applications"} 90000': (
        "warning", "agency sdmk", "agencies"),
    'mpp_notifications_oldest_age_seconds{kind="email",service_name="notifications"} 901': (
        "warning", "notifications", "messages"),
    'mpp_desk_tasks_overdue{agency="dpmptsp",region="33.14",state="check",service_name="applications"} 1': (
        "warning", "desk of dpmptsp, region 33.14", "deadlines"),
    f'mpp_certificate_not_after_seconds{{certificate="trust-root-2",service_name="applications"}} {SOON}': (
        "warning", "applications", "certificates"),
    'mpp_certificate_not_after_seconds{certificate="trust-root-2",service_name="applications"} 1': (
        "broken", "applications", "certificates"),
    'db_client_connection_max{service_name="catalog"} 8': ("warning", "catalog", "processes"),
}  # fmt: skip


def judged(*texts: str) -> list[Finding]:
    readings = Readings()
    for text in texts:
        readings.add(text + "\n")
    return judge(readings)


def test_a_mall_that_is_well_gives_no_finding() -> None:
    assert judged(WELL) == []


@pytest.mark.parametrize("line", TROUBLES)
def test_each_trouble_is_told_once_with_a_page_that_exists(line: str) -> None:
    # A second replica tells it: the worst of two counts.
    (one,) = judged(WELL, line)
    assert (one.severity, one.where, Path(one.runbook).stem) == TROUBLES[line]
    assert one.what
    assert one.do
    assert (ROOT / one.runbook).is_file()


def test_a_relay_that_is_held_back_is_not_told_twice() -> None:
    late = 'mpp_relay_oldest_age_seconds{service_name="applications",stream="APPLICATIONS"} 900'
    held = 'mpp_relay_held_back{service_name="applications",stream="APPLICATIONS"} 7'
    assert len(judged(WELL, late, held)) == 1


def row(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "state": "ready", "ready": True, "restarts": 0, "last_exit": "", "address": "", **more}


@pytest.mark.parametrize(
    ("process", "where", "said", "page"),
    [
        (row("sdmk", state="stopped", ready=False, address="agency.sdmk.>"), "connector sdmk", "by hand", "agencies"),
        (row("nats", state="waiting to restart", ready=False, last_exit="was killed"), "nats", "killed", "bus"),
        (row("catalog", restarts=3), "catalog", "restarted 3 times", "processes"),
    ],
)  # fmt: skip
async def test_a_process_that_is_not_well_is_named(
    process: dict[str, Any], where: str, said: str, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: disk(900))
    (one,) = await Machine(DataFolder(Path("/not/there")), (row("portal"), process), "", {}).findings()
    assert (one.where, Path(one.runbook).stem) == (where, page)
    assert said in one.what


class disk:
    """Stands for the answer of shutil.disk_usage."""

    total = 1000 * 10**9

    def __init__(self, free_gigabytes: float) -> None:
        self.free = free_gigabytes * 10**9


@pytest.mark.parametrize(("free", "severities"), [(101, []), (99, ["warning"]), (0.5, ["broken"])])
def test_a_disk_without_room_is_told_before_it_is_full(
    monkeypatch: pytest.MonkeyPatch, free: float, severities: list[str]
) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: disk(free))
    assert [one.severity for one in room(Path("/not/there"))] == severities


@pytest.mark.parametrize(
    ("theirs", "said"), [(100.0, ""), (98.1, ""), (104.0, ""), (90.0, "10 seconds behind"), (110.0, "8 seconds ahead")]
)
def test_clocks_are_compared_within_what_the_question_took(theirs: float, said: str) -> None:
    found = wrong_clock("postgres", theirs, asked=100.0, answered=102.0)
    assert len(found) == (1 if said else 0)
    assert all(said in one.what for one in found)
