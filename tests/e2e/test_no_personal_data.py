"""Canaries: an unusual person goes through the whole mall; no trace, metric, log line or event may hold her."""

import asyncio
import json
import re
import secrets
import time
import uuid
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import yaml
from mpp_cli.demo.story import ANSWERS, Filing, Mall, wait_for
from mpp_testing.malls import RunningMall

pytestmark = pytest.mark.timeout(200)
SERVICES = ("applications", "catalog", "identity", "notifications")
FLUSH_SECONDS = 1.5
PEOPLE = Path(__file__).parents[2] / "definitions" / "demo" / "people.yaml"


class Canary:
    """Words that nobody else would write, by what they are."""

    def __init__(self) -> None:
        mark = secrets.token_hex(4)
        day = date(1991, secrets.randbelow(12) + 1, secrets.randbelow(28) + 1)
        self.name = f"Xylothra Quandevill {''.join(chr(ord('a') + int(digit, 16)) for digit in mark)}"
        self.birth_date = day
        # A woman's day of birth has 40 added; 9001 to 9999 is synthetic.
        self.nik = f"331410{day.day + 40:02d}{day:%m%y}{9100 + secrets.randbelow(800)}"
        self.email = f"xylothra.{mark}@warga.example.id"
        self.clinic = f"Klinik Zzyzx {mark}"
        self.address = f"Jalan Qwyjibo Nomor {mark}"

    def words(self) -> dict[str, str]:
        return {what: str(word) for what, word in vars(self).items() if what != "birth_date"}


def sign_up(mall: RunningMall, canary: Canary) -> None:
    """A stranger to the population agency: the refusal's way through the services is the more talkative one."""
    form = {
        "nik": canary.nik,
        "name": canary.name,
        "birth_date": canary.birth_date.isoformat(),
        "email": canary.email,
        "sex": "FEMALE",
    }
    with httpx.Client(base_url=mall.url, trust_env=False) as client:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        begun = client.post("/api/identity/v1/people", json=form, headers=headers)
        assert begun.status_code == 201, begun.text

        def mail() -> Any:
            mails = client.get("/mailbox/api/messages").json()["items"]
            return next((one for one in mails if canary.email in str(one)), None)

        text = wait_for("the code", mail)["text"]
        code = re.search(r": (\d{6})\b", text)
        assert code, text
        person = begun.json()["id"]
        confirmed = client.post(f"/api/identity/v1/people/{person}:confirm", json={"code": code[1]})
        assert confirmed.status_code == 200, confirmed.text


def apply(mall: RunningMall, canary: Canary) -> tuple[str, dict[str, str]]:
    """From the draft to the signed document, with a refused request: the file's id, and what must not be told."""
    told = Mall(mall.url, lambda *_: None, lambda _: None, lambda _: None, mall.folder / "demo")
    filing = Filing(told, "siti")
    practice = {**ANSWERS["practice"], "name": canary.clinic, "address": canary.address}
    filing.draft({**ANSWERS, "practice": practice})
    refused = filing.nurse.http.patch(filing.path, json={"answers": {canary.address: canary.name}})
    assert 400 <= refused.status_code < 500
    view = filing.submit()
    assert canary.address in str(view), "the canary did not get in"
    filing.decide("rina", "accept")
    filing.reaches("recommendation")
    filing.decide("maya", "recommend")
    filing.decide("hendra", "sign")
    filing.reaches("issued")
    siti = next(one for one in yaml.safe_load(PEOPLE.read_text()) if one["key"] == "siti")
    known = {f"siti's {what}": str(siti[what]) for what in ("name", "nik", "email", "phone")}
    return view["id"], {**known, "the tracking secret": view["tracking_secret"]}


def everything_told(mall: RunningMall) -> dict[str, str]:
    """Logs, traces, metrics, events, and what lies in the bus, by where it stands."""
    found: dict[str, str] = {}
    for kind in ("logs", "traces", "nats"):
        for file in (mall.folder / kind).rglob("*"):
            if file.is_file():
                found[str(file.relative_to(mall.folder))] = file.read_bytes().decode("utf-8", "replace")
    ports = json.loads((mall.folder / "run" / "ports.json").read_text())
    for name, port in ports.items():
        if name.endswith("-metrics"):
            found[name] = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    for service in SERVICES:
        url = (mall.folder / "secrets" / "postgres" / f"{service}.url").read_text().strip()
        found[f"events of {service}"] = asyncio.run(events(url))
    return found


async def events(url: str) -> str:
    """A service's ledger as text."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT convert_from(body, 'UTF8') AS body, events::text AS row FROM events")
    finally:
        await connection.close()
    return "\n".join(row["body"] + row["row"] for row in rows)


def sightings(told: Mapping[str, str], words: Mapping[str, str]) -> Iterator[str]:
    for where, text in told.items():
        for what, word in words.items():
            if word in text:
                yield f"{what} in {where}: {text[max(0, text.index(word) - 80) : text.index(word) + 40]!r}"


def test_no_trace_metric_log_or_event_holds_a_persons_data(running_mall: RunningMall) -> None:
    canary = Canary()
    sign_up(running_mall, canary)
    application, known = apply(running_mall, canary)
    mails = httpx.get(f"{running_mall.url}/mailbox/api/messages").text
    assert canary.email in mails, "the canary did not get as far as a mail"

    time.sleep(FLUSH_SECONDS)
    told = everything_told(running_mall)
    # What may be told is found: a search that finds nothing would prove nothing.
    submit = "/api/applications/v1/applications/{application_id}:submit"
    for where, word in {
        "logs/applications.log": submit,
        "traces/applications.jsonl": submit,
        "applications-metrics": submit,
        "events of applications": application,
    }.items():
        assert word in told[where], f"{word} is not in {where}"
    assert any(application in text for where, text in told.items() if where.startswith("nats/"))
    assert not list(sightings(told, {**canary.words(), **known}))
