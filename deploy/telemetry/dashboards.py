"""Writes the four Grafana dashboards: `make dashboards`. The JSON is committed, a test holds the two together."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "grafana" / "dashboards"
SOURCE = {"type": "prometheus", "uid": "${source}"}
HTTP = "http_server_request_duration_seconds"
RPC = "rpc_client_call_duration_seconds"
DB = "db_client_operation_duration_seconds"
PUBLISH = "messaging_client_operation_duration_seconds"
PROCESS = "messaging_process_duration_seconds"
LOOKUP = "mpp_lookup_duration_seconds"
ONE = '{service_name=~"$service"}'

Panel = tuple[str, str, list[tuple[str, str]], str]  # title, unit, (query, legend) pairs, kind


def rate(metric: str, by: str, where: str = "") -> str:
    return f"sum by ({by}) (rate({metric}{where}[$__rate_interval]))"


def quantile(share: float, histogram: str, by: str, where: str = "") -> str:
    return f"histogram_quantile({share}, {rate(f'{histogram}_bucket', f'{by}, le', where)})"


def highest(metric: str, by: str, where: str = "") -> str:
    """Every replica tells the same gauge: the highest is the latest."""
    return f"max by ({by}) ({metric}{where})"


FAILED = '{service_name=~"$service", http_response_status_code=~"5.."}'
RPC_FAILED = '{service_name=~"$service", rpc_response_status_code!="OK"}'
IN_USE = '{db_client_connection_state="used"}'
SERVICES: list[Panel] = [
    ("Requests a second", "reqps", [(rate(f"{HTTP}_count", "service_name", ONE), "{{service_name}}")], "timeseries"),
    (
        "Share answered 5xx",
        "percentunit",
        [
            (
                f"{rate(f'{HTTP}_count', 'service_name', FAILED)} / {rate(f'{HTTP}_count', 'service_name', ONE)}",
                "{{service_name}}",
            )
        ],
        "timeseries",
    ),
    (
        "Time of a request, half and 99 in 100 (a dot leads to a trace)",
        "s",
        [
            (quantile(0.5, HTTP, "service_name", ONE), "{{service_name}} p50"),
            (quantile(0.99, HTTP, "service_name", ONE), "{{service_name}} p99"),
        ],
        "timeseries",
    ),
    (
        "Requests under way",
        "short",
        [(f"sum by (service_name) (http_server_active_requests{ONE})", "{{service_name}}")],
        "timeseries",
    ),
    (
        "Slowest routes, 99 in 100",
        "s",
        [(f"topk(10, {quantile(0.99, HTTP, 'service_name, http_route', ONE)})", "{{http_route}}")],
        "timeseries",
    ),
    (
        "Routes that fail",
        "reqps",
        [
            (
                f"topk(10, {rate(f'{HTTP}_count', 'service_name, http_route, http_response_status_code', FAILED)})",
                "{{http_response_status_code}} {{http_route}}",
            )
        ],
        "timeseries",
    ),
    (
        "Calls to other services, 99 in 100",
        "s",
        [(quantile(0.99, RPC, "service_name, rpc_method", ONE), "{{service_name}} → {{rpc_method}}")],
        "timeseries",
    ),
    (
        "Calls that fail, as the caller sees it",
        "reqps",
        [
            (
                rate(f"{RPC}_count", "service_name, rpc_method, rpc_response_status_code", RPC_FAILED),
                "{{rpc_response_status_code}} {{rpc_method}}",
            )
        ],
        "timeseries",
    ),
    (
        "Database, 99 in 100, by kind of use",
        "s",
        [(quantile(0.99, DB, "service_name, db_operation_name", ONE), "{{service_name}} {{db_operation_name}}")],
        "timeseries",
    ),
    (
        "Connections in use, of those there may be",
        "percentunit",
        [
            (
                f"{highest('db_client_connection_count', 'service_name', IN_USE)}"
                f" / {highest('db_client_connection_max', 'service_name')}",
                "{{service_name}}",
            )
        ],
        "timeseries",
    ),
    (
        "Parts that answer",
        "short",
        [("min by (service_name, check) (mpp_check_up)", "{{service_name}} {{check}}")],
        "timeseries",
    ),
]
QUEUES: list[Panel] = [
    ("Facts not yet sent", "short", [(highest("mpp_relay_pending", "stream"), "{{stream}}")], "timeseries"),
    ("Age of the oldest", "s", [(highest("mpp_relay_oldest_age_seconds", "stream"), "{{stream}}")], "timeseries"),
    (
        "Held back by an open transaction",
        "short",
        [(highest("mpp_relay_held_back", "stream"), "{{stream}}")],
        "timeseries",
    ),
    (
        "Age of that transaction",
        "s",
        [(highest("mpp_relay_blocker_age_seconds", "stream"), "{{stream}}")],
        "timeseries",
    ),
    (
        "Facts sent a second",
        "reqps",
        [
            (
                rate("messaging_client_sent_messages_total", "messaging_destination_name"),
                "{{messaging_destination_name}}",
            )
        ],
        "timeseries",
    ),
    (
        "Time until the stream has them, 99 in 100",
        "s",
        [(quantile(0.99, PUBLISH, "messaging_destination_name"), "{{messaging_destination_name}}")],
        "timeseries",
    ),
    (
        "Messages a consumer is behind",
        "short",
        [(highest("mpp_consumer_pending", "consumer"), "{{consumer}}")],
        "timeseries",
    ),
    (
        "Taken, not yet acknowledged",
        "short",
        [(highest("mpp_consumer_in_flight", "consumer"), "{{consumer}}")],
        "timeseries",
    ),
    (
        "What became of messages",
        "reqps",
        [
            (
                rate(f"{PROCESS}_count", "messaging_consumer_group_name, mpp_outcome"),
                "{{messaging_consumer_group_name}} {{mpp_outcome}}",
            )
        ],
        "timeseries",
    ),
    (
        "Time of an effect, 99 in 100",
        "s",
        [(quantile(0.99, PROCESS, "messaging_consumer_group_name"), "{{messaging_consumer_group_name}}")],
        "timeseries",
    ),
    (
        "Tried again, and the most attempts",
        "short",
        [
            (highest("mpp_consumer_failing", "consumer"), "{{consumer}} failing"),
            (highest("mpp_consumer_attempts", "consumer"), "{{consumer}} attempts"),
        ],
        "timeseries",
    ),
    (
        "Put aside: an operator must look",
        "short",
        [(highest("mpp_consumer_parked", "consumer"), "{{consumer}}")],
        "stat",
    ),
]
AGENCIES: list[Panel] = [
    (
        "Tasks waiting for an answer",
        "short",
        [(highest("mpp_agency_tasks_waiting", "agency"), "{{agency}}")],
        "timeseries",
    ),
    (
        "Age of the oldest",
        "s",
        [(highest("mpp_agency_tasks_oldest_age_seconds", "agency"), "{{agency}}")],
        "timeseries",
    ),
    (
        "Taken by a connector, not yet answered",
        "short",
        [(highest("mpp_agency_tasks_in_flight", "agency"), "{{agency}}")],
        "timeseries",
    ),
    (
        "Waiting because the agency is away",
        "short",
        [(highest("mpp_agency_tasks_away", "agency"), "{{agency}}")],
        "timeseries",
    ),
    (
        "The most offers of one task",
        "short",
        [(highest("mpp_agency_tasks_offers", "agency"), "{{agency}}")],
        "timeseries",
    ),
    (
        "Put aside: an operator must look",
        "short",
        [(highest("mpp_agency_tasks_parked", "agency"), "{{agency}}")],
        "stat",
    ),
    (
        "Lookups, by outcome",
        "reqps",
        [(rate(f"{LOOKUP}_count", "agency, lookup, outcome"), "{{agency}}.{{lookup}} {{outcome}}")],
        "timeseries",
    ),
    (
        "Time of a lookup, 95 in 100",
        "s",
        [(quantile(0.95, LOOKUP, "agency, lookup"), "{{agency}}.{{lookup}}")],
        "timeseries",
    ),
    (
        "Results judged",
        "reqps",
        [(rate("mpp_agency_results_duration_seconds_count", "agency, outcome"), "{{agency}} {{outcome}}")],
        "timeseries",
    ),
]
BUSINESS: list[Panel] = [
    ("Files, by status", "short", [(highest("mpp_applications_files", "status"), "{{status}}")], "bargauge"),
    (
        "Files past their deadline",
        "short",
        [("sum(max by (agency, region, state) (mpp_desk_tasks_overdue)) or vector(0)", "overdue")],
        "stat",
    ),
    (
        "Files at desks, by agency",
        "short",
        [("sum by (agency) (max by (agency, region, state) (mpp_desk_tasks_open))", "{{agency}}")],
        "timeseries",
    ),
    (
        "Past their deadline, by agency and region",
        "short",
        [
            (
                "topk(20, sum by (agency, region) (max by (agency, region, state) (mpp_desk_tasks_overdue)))",
                "{{agency}} {{region}}",
            )
        ],
        "timeseries",
    ),
    (
        "How long the oldest file lies at a desk",
        "s",
        [
            (
                "topk(20, max by (agency, region, state) (mpp_desk_tasks_oldest_age_seconds))",
                "{{agency}} {{region}} {{state}}",
            )
        ],
        "timeseries",
    ),
    (
        "Handed in, a minute",
        "short",
        [
            (
                f'60 * sum(rate({HTTP}_count{{service_name="applications", http_route=~".*:submit", '
                'http_response_status_code=~"2.."}[$__rate_interval]))',
                "handed in",
            )
        ],
        "timeseries",
    ),
    ("Messages people wait for", "short", [(highest("mpp_notifications_waiting", "kind"), "{{kind}}")], "timeseries"),
    (
        "Age of the oldest message",
        "s",
        [(highest("mpp_notifications_oldest_age_seconds", "kind"), "{{kind}}")],
        "timeseries",
    ),
    ("Messages given up", "short", [(highest("mpp_notifications_failed", "kind"), "{{kind}}")], "stat"),
    (
        "Days until a certificate ends",
        "short",
        [("(min by (certificate) (mpp_certificate_not_after_seconds) - time()) / 86400", "{{certificate}}")],
        "stat",
    ),
]
DASHBOARDS = {
    "services": ("Services: requests, errors, time", SERVICES),
    "queues": ("Queues and ledger", QUEUES),
    "agencies": ("Agencies", AGENCIES),
    "business": ("Files, deadlines, messages", BUSINESS),
}


def dashboard(name: str) -> dict[str, Any]:
    """One dashboard as Grafana reads it."""
    title, panels = DASHBOARDS[name]
    variables: list[dict[str, Any]] = [
        {"name": "source", "type": "datasource", "query": "prometheus", "label": "Source", "current": {}}
    ]
    if name == "services":
        variables.append(
            {
                "name": "service",
                "type": "query",
                "label": "Service",
                "datasource": SOURCE,
                "query": "label_values(http_server_active_requests, service_name)",
                "multi": True,
                "includeAll": True,
                "current": {"text": "All", "value": "$__all"},
                "refresh": 2,
            }
        )
    return {
        "uid": f"mpp-{name}",
        "title": title,
        "tags": ["mpp"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": variables},
        "panels": [_panel(number, *panel) for number, panel in enumerate(panels)],
    }


def _panel(number: int, title: str, unit: str, queries: list[tuple[str, str]], kind: str) -> dict[str, Any]:
    return {
        "id": number + 1,
        "type": kind,
        "title": title,
        "datasource": SOURCE,
        "gridPos": {"x": 12 * (number % 2), "y": 8 * (number // 2), "w": 12, "h": 8},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(65 + n), "expr": query, "legendFormat": legend, "exemplar": kind == "timeseries"}
            for n, (query, legend) in enumerate(queries)
        ],
    }


def text(name: str) -> str:
    """The file's content."""
    return json.dumps(dashboard(name), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for each in DASHBOARDS:
        (FOLDER / f"{each}.json").write_text(text(each), encoding="utf-8")
