"""A new application with all that comes with it, in one statement: the path of a busy morning.

The other verbs go through `unit`, statement by statement. The same tests hold for both.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from mpp_ledger.database import Transaction
from mpp_ledger.sql import driver
from mpp_telemetry import current_traceparent

from mpp_applications.domain.application import Application
from mpp_applications.storage.facts import to_message
from mpp_applications.storage.rows import (
    agency_task_values,
    history_values,
    new_application_values,
    task_values,
)
from mpp_applications.use_cases.ports import Answer, Once

Rows = Sequence[Mapping[str, Any]]


async def write_new(transaction: Transaction, application: Application, filer: str, once: Once, answer: Answer) -> None:
    """With history, tasks, facts and the answer. Raises asyncpg.UniqueViolationError if `once` has one already."""
    proxy = filer if filer != application.owner else None
    told = {"owner": filer, "key": once.key, "fingerprint": once.fingerprint, "status": answer.status}
    desk, agency = application.desk_task, application.agency_task
    facts = [(to_message(application, event), event.entry.at) for event in application.events]
    events = transaction.begin(facts, key=str(application.id), region=application.offering.region)
    if [row["version"] for row in events] != [event.entry.version for event in application.events]:
        raise RuntimeError("history and ledger disagree about the version")
    statement, values = _one_statement(
        {
            "idempotency_keys": [{**told, "body": answer.body, "headers": dict(answer.headers)}],
            "applications": [new_application_values(application, proxy)],
            "history": [history_values(application, event) for event in application.events],
            "tasks": [task_values(application, desk)] if desk else [],
            "agency_tasks": [agency_task_values(application, agency, current_traceparent())] if agency else [],
            "events": events,
        }
    )
    await (await driver(transaction.session)).execute(statement, *values)
    application.events.clear()


def _one_statement(tables: Mapping[str, Rows]) -> tuple[str, list[Any]]:
    """One statement that inserts all these rows, and its values; the rows of a table name the same columns."""
    inserts, values = [], list[Any]()
    for table, rows in tables.items():
        if rows:
            places = []
            for row in rows:
                first = len(values) + 1
                values += [_value(value) for value in row.values()]
                places.append(f"({', '.join(f'${number}' for number in range(first, len(values) + 1))})")
            columns = ", ".join(f'"{name}"' for name in rows[0])
            inserts.append(f"INSERT INTO {table} ({columns}) VALUES {', '.join(places)}")  # noqa: S608 our own names
    *before, last = inserts
    named = ", ".join(f"part_{number} AS ({insert})" for number, insert in enumerate(before))
    return f"WITH {named} {last}", values


def _value(value: Any) -> Any:
    """JSON columns take text; everything else goes as it is."""
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value
