"""Beginning an application and filling it in."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mpp_runtime.errors import Invalid, Malformed, NotFound, Text, TryLater

from mpp_applications.domain import refusals
from mpp_applications.domain.actors import applicant
from mpp_applications.domain.answers import check_storable, merge_patch, value_at, with_value
from mpp_applications.domain.application import Application
from mpp_applications.domain.definition import Offering, PrefillRule
from mpp_applications.domain.lookups import Lookup
from mpp_applications.use_cases.access import Access
from mpp_applications.use_cases.changing import Changing
from mpp_applications.use_cases.ports import Answer, Catalog, Identity, LookupResult, Lookups
from mpp_applications.use_cases.views import NOTHING_YET, Reply, View, check_now, quote, view

# Crockford's base32 without the letters that read like digits; 16 of them are 80 random bits.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SECRET_LENGTH = 16


def new_secret() -> str:
    """ "7K3M-Q8ZD-V1TA-06HX": what lets someone without an account follow the application."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_SECRET_LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, _SECRET_LENGTH, 4))


@dataclass(frozen=True)
class NewApplication:
    """`applicant`: the person it is for, when a proxy files it; `submit`: hand it in at once."""

    mall: str
    service: str
    answers: Mapping[str, Any]
    submit: bool = False
    applicant: str | None = None


@dataclass(frozen=True)
class Prefilled:
    """What one lookup brought. `outcome`: "found", "not_found", "refused", "error" or "away".

    `filled`: pointer → value that was written; `kept`: pointers the applicant had filled already.
    """

    code: str
    agency: str
    agency_name: Text
    outcome: str
    filled: Mapping[str, Any]
    kept: tuple[str, ...]
    source: Mapping[str, Any] | None
    as_of: datetime | None


class Drafting:
    def __init__(
        self, changing: Changing, access: Access, catalog: Catalog, identity: Identity, lookups: Lookups
    ) -> None:
        self._changing = changing
        self._access = access
        self._catalog = catalog
        self._identity = identity
        self._lookups = lookups

    async def create(self, person: str, new: NewApplication, reply: Reply) -> Answer:
        """A draft pinned to the offering in force; with `submit` it is handed in in the same transaction.

        Raises NotFound if the mall does not offer it, Invalid with every error if it cannot be submitted.
        """
        if reply.once is None:
            raise Malformed("idempotency-key-missing", Text("Sertakan Idempotency-Key.", "Send an Idempotency-Key."))
        if repeated := await self._changing.store.answered(person, reply.once):
            return repeated
        check_storable(new.answers)
        offering = await self._pin(new)
        if offering.elsewhere is not None:
            raise refusals.applied_for_elsewhere(offering.elsewhere)
        owner = new.applicant or person
        if owner != person and not await self._identity.may_act(person, owner, "apply", offering.service):
            raise NotFound(
                "applicant-unknown", Text("Anda tidak memegang kuasa orang ini.", "You hold no mandate of this person.")
            )
        now = self._changing.now()
        application = Application.draft(self._changing.new_id(), owner, offering, dict(new.answers), now)
        if new.submit:
            await self._submit(application)
        fees = await quote(self._catalog, application) if not new.submit else None
        answer = reply.render(await view(application, applicant(owner), NOTHING_YET, now, fees=fees))
        return await self._changing.store.create(application, person, reply.once, answer)

    async def _pin(self, new: NewApplication) -> Offering:
        try:
            return await self._changing.offerings.pin(new.mall, new.service)
        except NotFound as error:
            raise NotFound(
                "offering-unknown",
                Text("Layanan ini tidak tersedia di mal tersebut.", "This mall does not offer this public service."),
            ) from error

    async def _submit(self, application: Application) -> None:
        moment = await self._changing.moment(application.offering.mall)
        checked = check_now(application, moment.now)
        checked.require_complete()
        number = await self.take_number(application.offering, moment.now)
        application.submit(checked, moment, number, new_secret())

    async def take_number(self, offering: Offering, now: datetime) -> str:
        """ "33.14-SIP-2026-000123": unique, and nothing in it is about the person."""
        year = offering.local_date(now).year
        count = await self._changing.store.take_number(offering.mall, offering.number_prefix, year)
        return f"{offering.mall}-{offering.number_prefix}-{year}-{count:06d}"

    async def change_answers(
        self, person: str, id: UUID, patch: Mapping[str, Any], expected_version: int | None, reply: Reply
    ) -> Answer:
        """Merges `patch` (JSON Merge Patch) into the answers."""
        check_storable(patch)
        head = await self._access.as_applicant(person, id, "apply")

        def apply(application: Application) -> None:
            answers = merge_patch(application.answers, patch)
            check_storable(answers)
            application.change_answers(answers, self._changing.now())

        return await self._changing.change(head, applicant(head.owner), expected_version, apply, reply)

    async def prefill(
        self, person: str, id: UUID, language: str, respond: Callable[[View, Sequence[Prefilled]], Answer]
    ) -> Answer:
        """Asks the agencies the definition names and fills what is still empty. An agency away blocks nothing."""
        head = await self._access.as_applicant(person, id, "apply")
        offering = await self._changing.offerings.get(head.digest)
        before = await self._changing.store.read(id, offering)
        if not before.editable:
            raise refusals.not_possible("prefill", before.label, before.possible())
        results = await asyncio.gather(*(self._ask(rule, head.owner, before, language) for rule in offering.prefill))
        now = self._changing.now()
        lookups = [_lookup(rule, result, now) for rule, result in zip(offering.prefill, results, strict=True)]
        outcomes: list[Prefilled] = []

        def apply(application: Application) -> None:
            answers: Mapping[str, Any] = application.answers
            for lookup in lookups:
                answers, outcome = _fill(offering, lookup, answers)
                outcomes.append(outcome)
            application.keep_lookups(lookups)
            application.change_answers(answers, now)

        reply = Reply(lambda shown: respond(shown, outcomes))
        return await self._changing.change(head, applicant(head.owner), None, apply, reply)

    async def _ask(self, rule: PrefillRule, owner: str, application: Application, language: str) -> LookupResult:
        purpose = f"lookup:{rule.agency}.{rule.lookup}"
        try:
            input: dict[str, Any] = {}
            if rule.particulars:
                found = await self._identity.particulars(
                    owner, rule.particulars, purpose=purpose, application=application.id, reader="service:applications"
                )
                input.update({field: found[field] for field in rule.particulars})
            return await self._lookups.ask(rule.agency, rule.lookup, input, purpose=purpose, language=language)
        except TryLater:
            # Identity or the agency's keys are away: for the applicant that is the same as the agency being away.
            return LookupResult("away", {}, None, None)


def _lookup(rule: PrefillRule, result: LookupResult, asked_at: datetime) -> Lookup:
    """The answer as it is kept: the fields the definition names and nothing else of the register."""
    outcome, values = result.outcome, {}
    try:
        check_storable([dict(result.data), dict(result.source or {})], "")
    except Invalid:
        # The agency's fault, not the applicant's: nothing of such an answer is used.
        return Lookup(rule.code, rule.agency, "error", {}, None, None, asked_at)
    if outcome == "found":
        values = {
            pointer: result.data[field] for pointer, field in rule.fields.items() if result.data.get(field) is not None
        }
    return Lookup(rule.code, rule.agency, outcome, values, result.source, result.as_of, asked_at)


def _fill(offering: Offering, lookup: Lookup, answers: Mapping[str, Any]) -> tuple[Mapping[str, Any], Prefilled]:
    filled: dict[str, Any] = {}
    kept: list[str] = []
    for pointer, value in lookup.values.items():
        if value_at(answers, pointer) is not None:
            kept.append(pointer)
            continue
        answers = with_value(answers, pointer, value)
        filled[pointer] = value
    told = Prefilled(
        lookup.code, lookup.agency, offering.agency_name(lookup.agency), lookup.outcome, filled, tuple(kept),
        lookup.source, lookup.as_of,
    )  # fmt: skip
    return answers, told
