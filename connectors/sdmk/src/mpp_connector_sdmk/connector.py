"""The health-worker registry, simulated: `licence` gives a registration, `check` judges an application for a permit."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from mpp_connector import (
    Accepted,
    Connector,
    Found,
    Later,
    LookupRequest,
    NotFound,
    Reason,
    Refused,
    Rejected,
    RequestInvalid,
    Task,
    Text,
)

from mpp_connector_sdmk.licences import Licence, register, same_name

NIK = re.compile(r"^\d{6}[0-7]\d(0[1-9]|1[012])\d{2}(?!0000)\d{4}$")
JAKARTA = timezone(timedelta(hours=7))

connector = Connector(
    agency="sdmk",
    name=Text(
        id="Registri Sumber Daya Manusia Kesehatan (SatuSehat SDMK)", en="Health-worker registry (SatuSehat SDMK)"
    ),
    simulated=True,
    source=Text(
        id="Simulasi registri tenaga kesehatan: orang dan nomor ini tidak nyata",
        en="Simulated health-worker registry: these people and numbers are not real",
    ),
)


@connector.lookup("licence")
async def licence(request: LookupRequest) -> Found | NotFound | Refused:
    """{"nik"} to {"number", "profession", "lifetime", "valid_until"?, "credits_sufficient", "status"}."""
    record = register().get(_nik(request.input))
    if record is None:
        return NotFound()
    data = {
        "number": record.number,
        "profession": record.profession,
        "lifetime": record.lifetime,
        "credits_sufficient": record.credits_sufficient,
        "status": record.status,
    }
    if record.valid_until:
        data["valid_until"] = record.valid_until
    return Found(data)


@connector.task("check")
async def check(task: Task) -> Accepted | Rejected | Later:
    """{"nik", "name", "answers": {"licence": {"number"}, "sub_type"}}; a rejection gives every reason."""
    answers = _object(task.input, "answers")
    record = register().get(_nik(task.input))
    if record is None:
        return Rejected(
            [
                _reason(
                    "registration-not-found",
                    None,
                    "NIK ini tidak terdaftar sebagai tenaga kesehatan.",
                    "This NIK is not registered as a health worker.",
                )
            ]
        )
    reasons = objections(
        record,
        name=_text(task.input, "name"),
        number=_text(_object(answers, "licence"), "number"),
        renewal=_text(answers, "sub_type") == "renewal",
        today=datetime.now(JAKARTA).date(),
    )
    if reasons:
        return Rejected(reasons)
    return Accepted({"number": record.number, "profession": record.profession})


def objections(record: Licence, *, name: str, number: str, renewal: bool, today: date) -> list[Reason]:
    """Everything that speaks against a permit on this registration."""
    found = []
    if not same_name(record.name, name):
        found.append(
            _reason(
                "name-differs",
                None,
                "Nama pemohon berbeda dengan nama di registri.",
                "The applicant's name is not the one in the registry.",
            )
        )
    if record.number != number.strip().upper():
        found.append(
            _reason(
                "licence-number-differs",
                "/licence/number",
                "Nomor STR berbeda dengan registri.",
                "The registration number is not the one in the registry.",
            )
        )
    if record.status == "revoked":
        found.append(
            _reason("licence-revoked", "/licence/number", "STR ini telah dicabut.", "This registration was revoked.")
        )
    if record.expired(today):
        found.append(
            _reason(
                "licence-expired",
                "/licence/valid_until",
                "Masa berlaku STR sudah habis.",
                "This registration has expired.",
            )
        )
    if renewal and not record.credits_sufficient:
        found.append(
            _reason(
                "credits-insufficient",
                "/licence/credits_sufficient",
                "SKP belum mencukupi untuk perpanjangan.",
                "There are not enough credits for a renewal.",
            )
        )
    return found


def _reason(code: str, target: str | None, indonesian: str, english: str) -> Reason:
    return Reason(code=code, text=Text(id=indonesian, en=english), target=target)


def _nik(source: Mapping[str, Any]) -> str:
    nik = _text(source, "nik")
    if not NIK.match(nik):
        raise RequestInvalid("not the shape of a NIK", target="/nik")
    return nik


def _object(source: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = source.get(field)
    if not isinstance(value, Mapping):
        raise RequestInvalid("an object is missing", target=f"/{field}")
    return value


def _text(source: Mapping[str, Any], field: str) -> str:
    value = source.get(field)
    if not isinstance(value, str) or not value.strip():
        raise RequestInvalid("a text is missing", target=f"/{field}")
    return value.strip()
