"""The synthetic health-worker registry: registrations, and what speaks against one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Literal

import yaml


@dataclass(frozen=True)
class Licence:
    """One registration (STR). `valid_until` (ISO 8601) only when it is not for life."""

    nik: str
    name: str
    number: str
    profession: Literal["nurse", "midwife", "pharmacist"]
    lifetime: bool
    credits_sufficient: bool
    status: Literal["active", "revoked"]
    valid_until: str | None = None

    def expired(self, today: date) -> bool:
        """Whether its end date has passed."""
        return self.valid_until is not None and date.fromisoformat(self.valid_until) < today


@cache
def register() -> Mapping[str, Licence]:
    """All registrations by NIK."""
    text = resources.files("mpp_connector_sdmk").joinpath("data/licences.yaml").read_text(encoding="utf-8")
    return {record["nik"]: Licence(**record) for record in yaml.safe_load(text)}


def same_name(one: str, other: str) -> bool:
    """Names are compared without regard to case and spacing."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
