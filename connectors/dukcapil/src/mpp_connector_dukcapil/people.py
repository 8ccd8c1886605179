"""The synthetic population: records, and how a claim compares with one."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import yaml


@dataclass(frozen=True)
class Person:
    """One record. Dates are ISO 8601; `protected` particulars are not given out."""

    nik: str
    name: str
    birth_place: str
    birth_date: str
    sex: Literal["FEMALE", "MALE"]
    address: str
    protected: bool = False


@cache
def population() -> Mapping[str, Person]:
    """All records by NIK."""
    text = resources.files("mpp_connector_dukcapil").joinpath("data/people.yaml").read_text(encoding="utf-8")
    return {record["nik"]: Person(**record) for record in yaml.safe_load(text)}


def differences(person: Person, name: str, birth_date: str) -> list[str]:
    """Which of the claimed particulars are not those of the record: "name", "birth_date"."""
    found = [] if _plain(name) == _plain(person.name) else ["name"]
    return found if birth_date == person.birth_date else [*found, "birth_date"]


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
