"""What notifications made of the facts it heard: each message once, each e-mail once."""

import importlib.util
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import asyncpg
import yaml

from mpp_cli.check.finding import Finding
from mpp_cli.check.ledger import Ledger

CONSUMER = "APPLICATIONS:notifications"
_MESSAGES = """
    SELECT m.id, m.event, m.audience, m.state, count(i.id) AS told FROM messages m
    LEFT JOIN inbox_entries i ON i.id = m.id GROUP BY m.id
"""
_UNASKED = "SELECT id FROM inbox_entries i WHERE NOT EXISTS (SELECT FROM messages m WHERE m.id = i.id)"


def routes() -> dict[str, list[str]]:
    """Name of a fact to the audiences that are told of it: the routing table of notifications, read as data."""
    spec = importlib.util.find_spec("mpp_notifications")
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise FileNotFoundError("mpp_notifications is not installed here, so its routing table cannot be read")
    found: dict[str, list[str]] = {}
    for route in yaml.safe_load(Path(folders[0], "data", "routing.yaml").read_text("utf-8"))["routes"]:
        found.setdefault(route["event"].rpartition(".")[2], []).append(route["audience"])
    return found


async def check(
    connection: asyncpg.Connection, source: Ledger, audiences: Mapping[str, list[str]], mails: Path | None
) -> list[Finding]:
    """Against the ledger of applications; `mails` is the folder of a mail sink, None where mail goes out for real."""
    heard = dict(await connection.fetch("SELECT key, version FROM inbox WHERE consumer = $1", CONSUMER))
    wanted = {
        (event, audience): fact
        for event, fact in source.facts.items()
        if fact.version <= heard.get(fact.key, 0)
        for audience in audiences.get(fact.type, ())
    }
    found: list[Finding] = []
    for row in await connection.fetch(_MESSAGES):
        ids: dict[str, object] = {"message": str(row["id"]), "event": str(row["event"])}
        if wanted.pop((row["event"], row["audience"]), None) is None:
            found.append(Finding("I2", "a message about a fact that was not committed, or that asks for none", ids))
        if row["told"] != (row["state"] == "TOLD"):
            found.append(Finding("I7", f"the message is {row['state']} and {row['told']} times in the inbox", ids))
        if row["state"] == "PENDING":
            found.append(Finding("I9", "the message is not told yet", ids, True))
        if row["state"] == "FAILED":
            found.append(Finding("I10", "the message was given up: /api/notifications/v1/deliveries", ids))
    for (event, _), fact in wanted.items():
        ids = {"application": fact.key, "version": fact.version, "event": str(event)}
        found.append(Finding("I2", f"{fact.type} was heard and no message came of it", ids))
    for row in await connection.fetch(_UNASKED):
        found.append(Finding("I7", "in an inbox without a message", {"message": str(row["id"])}))
    return found + await _deliveries(connection, None if mails is None else sent(mails))


async def _deliveries(connection: asyncpg.Connection, mails: Counter[UUID] | None) -> list[Finding]:
    found = []
    for row in await connection.fetch("SELECT id, state, ambiguous FROM deliveries WHERE channel = 'email'"):
        ids = {"delivery": str(row["id"])}
        if row["state"] == "FAILED":
            found.append(Finding("I10", "the e-mail was given up: /api/notifications/v1/deliveries", ids))
        elif row["state"] != "SENT":
            found.append(Finding("I9", "the e-mail is not handed over yet", ids, True))
        elif mails is not None and not 1 <= mails[row["id"]] <= 1 + row["ambiguous"]:
            told = f"the e-mail is there {mails[row['id']]} times, {row['ambiguous']} answers were lost"
            found.append(Finding("I7", told, ids))
    return found


def sent(folder: Path) -> Counter[UUID]:
    """How often the mail sink has each e-mail, by the delivery its Message-ID names."""
    count: Counter[UUID] = Counter()
    for file in folder.glob("*.json"):
        name = json.loads(file.read_text("utf-8"))["message_id"].strip("<>").partition("@")[0]
        try:
            count[UUID(name)] += 1
        except ValueError:
            continue  # a mail of another sender
    return count
