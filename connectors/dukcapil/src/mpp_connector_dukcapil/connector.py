"""The population agency, simulated: `person` gives particulars, `verify` says whether claimed ones are right."""

import re

from mpp_connector import Connector, Found, LookupRequest, NotFound, Refused, RequestInvalid, Text

from mpp_connector_dukcapil.people import Person, differences, population

NIK = re.compile(r"^\d{6}[0-7]\d(0[1-9]|1[012])\d{2}(?!0000)\d{4}$")

connector = Connector(
    agency="dukcapil",
    name=Text(
        id="Direktorat Jenderal Kependudukan dan Pencatatan Sipil",
        en="Directorate General of Population and Civil Registration",
    ),
    simulated=True,
    source=Text(
        id="Simulasi data kependudukan: orang dan NIK ini tidak nyata",
        en="Simulated population data: these people and numbers are not real",
    ),
)

PROTECTED = Refused(
    code="record-protected",
    text=Text(
        id="Data ini dilindungi; datanglah ke kantor Dukcapil.",
        en="This record is protected; please go to the population office.",
    ),
)


@connector.lookup("person")
async def person(request: LookupRequest) -> Found | NotFound | Refused:
    """{"nik"} to {"nik", "name", "birth_place", "birth_date", "sex", "address"}."""
    record = _record(request)
    if record is None:
        return NotFound()
    if record.protected:
        return PROTECTED
    return Found(
        {
            "nik": record.nik,
            "name": record.name,
            "birth_place": record.birth_place,
            "birth_date": record.birth_date,
            "sex": record.sex,
            "address": record.address,
        }
    )


@connector.lookup("verify")
async def verify(request: LookupRequest) -> Found | NotFound | Refused:
    """{"nik", "name", "birth_date"} to {"match", "mismatches"}, and "birth_place" when all is right."""
    name, birth_date = _text(request, "name"), _text(request, "birth_date")
    record = _record(request)
    if record is None:
        return NotFound()
    if record.protected:
        return PROTECTED
    wrong = differences(record, name, birth_date)
    if wrong:
        return Found({"match": False, "mismatches": wrong})
    return Found({"match": True, "mismatches": [], "birth_place": record.birth_place})


def _record(request: LookupRequest) -> Person | None:
    nik = _text(request, "nik")
    if not NIK.match(nik):
        raise RequestInvalid("not the shape of a NIK", target="/nik")
    return population().get(nik)


def _text(request: LookupRequest, field: str) -> str:
    value = request.input.get(field)
    if not isinstance(value, str) or not value.strip():
        raise RequestInvalid("a text is missing", target=f"/{field}")
    return value.strip()
