"""What the numbers mean: the same limits as the alerts of deploy/telemetry/rules.yaml."""

import time
from collections.abc import Iterator

from mpp_cli.doctor.finding import Finding, broken, warning
from mpp_cli.doctor.readings import Readings

CHECKS = {
    "bus": ("cannot write to NATS: it is away, or its disk is full", "See whether NATS runs and has room.", "bus"),
    "database": ("does not reach its database", "See whether PostgreSQL runs and has room.", "database"),
    "smtp": ("does not reach the mail server; messages wait", "See whether the mail server answers.", "messages"),
}
RELAY_SECONDS = 30
CONSUMER_MESSAGES = 1000
ATTEMPTS = 3
AGENCY_SECONDS = 86_400
MESSAGE_SECONDS = 900
CERTIFICATE_SECONDS = 30 * 86_400
POOL_SHARE = 0.9


def judge(readings: Readings) -> list[Finding]:
    """Everything the numbers tell, causes before what follows from them."""
    return [*_parts(readings), *_relays(readings), *_consumers(readings), *_agencies(readings), *_promises(readings)]


def _parts(readings: Readings) -> Iterator[Finding]:
    away = set()
    for labels, up in readings["mpp_check_up"]:
        if not up:
            service, check = labels["service_name"], labels["check"]
            away.add((service, check))
            other = (f"fails its check {check}", f"mpp logs {service}", "processes")
            yield broken(service, *CHECKS.get(check, other))
    most = {labels["service_name"]: value for labels, value in readings["db_client_connection_max"]}
    for labels, used in readings["db_client_connection_count"]:
        service = labels["service_name"]
        if labels["db_client_connection_state"] == "used" and used > POOL_SHARE * most.get(service, float("inf")):
            what = f"uses {used:.0f} of its {most[service]:.0f} database connections"
            yield warning(service, what, "Look for slow statements.", "database")
    # It has a pool, its database answers, and yet it does not say what its ledger holds: the look failed.
    looked = {labels["service_name"] for labels, _ in readings["mpp_relay_pending"]}
    for service in sorted(set(most) - looked - {service for service, check in away if check == "database"}):
        do = f"Look for 'not observed' in its log: mpp logs {service}"
        yield warning(service, "cannot look at its own ledger", do, "processes")


def _relays(readings: Readings) -> Iterator[Finding]:
    held = {labels["stream"]: value for labels, value in readings["mpp_relay_held_back"] if value}
    for labels, count in readings["mpp_relay_held_back"]:
        if count:
            what = f"an open transaction holds {count:.0f} facts of {labels['stream']} back"
            do = f"Find its owner, then end it: mpp events {labels['service_name']} lag"
            yield broken(labels["service_name"], what, do, "relay")
    for labels, age in readings["mpp_relay_oldest_age_seconds"]:
        if age > RELAY_SECONDS and labels["stream"] not in held:
            what = f"the oldest fact of {labels['stream']} waits {_time(age)} to be sent"
            yield broken(labels["service_name"], what, f"mpp events {labels['service_name']} lag", "relay")


def _consumers(readings: Readings) -> Iterator[Finding]:
    for labels, count in readings["mpp_consumer_parked"]:
        if count:
            what = f"{labels['consumer']} put {count:.0f} events aside; what follows them waits"
            yield broken(labels["service_name"], what, f"mpp events {labels['service_name']} parked list", "consumers")
    for labels, attempts in readings["mpp_consumer_attempts"]:
        if attempts > ATTEMPTS:
            what = f"an event of {labels['consumer']} has failed {attempts:.0f} times"
            yield warning(labels["service_name"], what, f"mpp logs {labels['service_name']}", "consumers")
    for labels, behind in readings["mpp_consumer_pending"]:
        if behind > CONSUMER_MESSAGES:
            what = f"{labels['consumer']} is {behind:.0f} messages behind"
            yield warning(labels["service_name"], what, "See whether it fails or is only slow.", "consumers")


def _agencies(readings: Readings) -> Iterator[Finding]:
    for labels, count in readings["mpp_agency_tasks_parked"]:
        if count:
            what = f"{count:.0f} tasks were put aside; their files stand still"
            do = "Look for 'agency task parked': mpp logs applications"
            yield broken(f"agency {labels['agency']}", what, do, "agencies")
    for labels, count in readings["mpp_agency_tasks_away"]:
        if count:
            what = f"does not answer; {count:.0f} files wait for it"
            yield broken(f"agency {labels['agency']}", what, "See whether its connector runs.", "agencies")
    for labels, age in readings["mpp_agency_tasks_oldest_age_seconds"]:
        if age > AGENCY_SECONDS:
            yield warning(
                f"agency {labels['agency']}", f"owes an answer since {_time(age)}", "Ask the agency.", "agencies"
            )


def _promises(readings: Readings) -> Iterator[Finding]:
    for labels, age in readings["mpp_notifications_oldest_age_seconds"]:
        if age > MESSAGE_SECONDS:
            what = f"the oldest {labels['kind']} waits {_time(age)}"
            yield warning("notifications", what, "mpp logs notifications", "messages")
    for labels, count in readings["mpp_desk_tasks_overdue"]:
        if count:
            where = f"desk of {labels['agency']}, region {labels['region']}"
            what = f"{count:.0f} files in state {labels['state']} are past their deadline"
            yield warning(where, what, "Tell the head of the agency.", "deadlines")
    for labels, ends in readings["mpp_certificate_not_after_seconds"]:
        if (left := ends - time.time()) < CERTIFICATE_SECONDS:
            what = (
                f"{labels['certificate']} ends in {_time(left)}" if left > 0 else f"{labels['certificate']} has ended"
            )
            make = warning if left > 0 else broken
            yield make("applications", what, "Add the new certificate, keep the old one.", "certificates")


def _time(seconds: float) -> str:
    for size, unit in ((86_400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"
