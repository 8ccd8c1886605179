"""What a public service would cost: anyone may ask, nothing is stored."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from mpp_catalog.rest_api.models import TextModel
from mpp_catalog.rest_api.reference import Anyone
from mpp_catalog.use_cases.offerings import CurrentOfferings, Quotation


class FeeRequest(BaseModel):
    """Answers of the form, as far as they are known."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[str, Any] = Field(examples=[{"building": {"floor_area": 120}}])


class FeeLineModel(BaseModel):
    """One fee rule applied."""

    code: str
    kind: Literal["pnbp", "retribusi", "provincial-tax", "stamp-duty"]
    label: TextModel
    rule: TextModel | None = Field(description="How the amount comes about, where the amount alone does not say it")
    rupiah: int
    legal_reference: str
    confirmed: bool = Field(description="false: the legal reference is still to be confirmed")


class FeeModel(BaseModel):
    """A fee in whole rupiah; no line and 0 is free of charge. `digest` names the offering it was computed from."""

    mall: str
    service: str
    version: str
    digest: str
    lines: list[FeeLineModel]
    total_rupiah: int

    @staticmethod
    def of(mall: str, service: str, quotation: Quotation) -> "FeeModel":
        lines = [
            FeeLineModel.model_validate(
                {
                    **vars(line),
                    "label": TextModel.of(line.label),
                    "rule": TextModel.of(line.rule) if line.rule else None,
                }
            )
            for line in quotation.lines
        ]
        return FeeModel(
            mall=mall,
            service=service,
            version=quotation.version,
            digest=quotation.digest,
            lines=lines,
            total_rupiah=sum(line.rupiah for line in lines),
        )


def router(current: CurrentOfferings) -> APIRouter:
    """The one route of the catalogue that is asked with a body."""
    routes = APIRouter(tags=["offerings"])

    @routes.post("/offerings/{mall}/{service}/fee")
    async def compute_fee(mall: str, service: str, asked: FeeRequest, caller: Anyone) -> FeeModel:
        """What these answers would cost at this mall today, with the rule and the law of each line. Stores nothing."""
        return FeeModel.of(mall, service, await current.quote_in_force(mall, service, asked.answers))

    return routes
