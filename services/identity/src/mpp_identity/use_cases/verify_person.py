"""Ask the population agency whether NIK, name and birth date belong together. No officer ever approves an account."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from mpp_runtime.errors import Conflict, NotFound, Text

from mpp_identity.domain.accounts import Account, Verification
from mpp_identity.domain.events import PersonVerified
from mpp_identity.domain.names import check_birth_date, parse_name
from mpp_identity.use_cases.limits import VERIFICATIONS_PER_PERSON, check
from mpp_identity.use_cases.ports import Population, PopulationAnswer, World

BATCH = 20


@dataclass(frozen=True)
class VerificationResult:
    """`agency_away`: nothing is known yet, it is asked again by itself."""

    verification: Verification
    agency_away: bool


class VerifyPerson:
    def __init__(self, world: World, population: Population) -> None:
        self._world = world
        self._population = population

    async def ask(self, person: UUID) -> VerificationResult:
        """Asks now, at most a few seconds. An account that is verified already is not asked about again."""
        async with self._world.store.read() as work:
            account = await work.accounts.get(person)
        if account is None or account.person is None or not account.active:
            raise NotFound("person-unknown", Text("Akun tidak ditemukan.", "There is no such account."))
        particulars = account.person
        if particulars.verification.state == "verified":
            return VerificationResult(particulars.verification, False)
        answer = await self._population.verify(
            particulars.nik, account.name, particulars.birth_date.isoformat(), account.language
        )
        return await self._record(account, answer)

    async def correct(self, person: UUID, name: str | None, birth_date: date | None) -> VerificationResult:
        """The person mends a typing error and asks again. What the agency confirmed cannot be changed here."""
        await check(self._world, {VERIFICATIONS_PER_PERSON: str(person)})
        async with self._world.store.transaction(str(person)) as work:
            account = await work.accounts.get(person)
            if account is None or account.person is None or not account.active:
                raise NotFound("person-unknown", Text("Akun tidak ditemukan.", "There is no such account."))
            if account.person.verification.state == "verified" and (name or birth_date):
                raise Conflict(
                    "already-verified",
                    Text(
                        "Data ini sudah dicocokkan dengan data kependudukan.",
                        "These particulars were confirmed by the population agency.",
                    ),
                )
            if name or birth_date:
                today = self._world.now().date()
                account.name = parse_name(name) if name else account.name
                if birth_date:
                    account.person.birth_date = check_birth_date(birth_date, today)
                account.updated_at = self._world.now()
                await work.accounts.save(account)
        return await self.ask(person)

    async def ask_due(self) -> int:
        """The background's part: those whose agency was away. Returns how many were asked."""
        async with self._world.store.read() as work:
            due = await work.accounts.due_for_verification(self._world.now(), BATCH)
        for person in due:
            try:
                await self.ask(person)
            except NotFound:
                continue  # gone or disabled since it was listed
        return len(due)

    async def _record(self, asked: Account, answer: PopulationAnswer) -> VerificationResult:
        now = self._world.now()
        async with self._world.store.transaction(str(asked.id)) as work:
            account = await work.accounts.get(asked.id)
            if account is None or account.person is None or asked.person is None:
                raise NotFound("person-unknown", Text("Akun tidak ditemukan.", "There is no such account."))
            person = account.person
            # Corrected while the agency thought: this answer is about other particulars, the correction asks itself.
            if (account.name, person.birth_date) != (asked.name, asked.person.birth_date):
                return VerificationResult(person.verification, False)
            if person.verification.state == "verified":
                return VerificationResult(person.verification, False)
            match answer.outcome:
                case "verified":
                    if account.verified(now, answer.agency, answer.birth_place):
                        await work.record(PersonVerified(account.id, answer.agency), now)
                case "mismatch" | "not_found":
                    account.not_verified(now, answer.agency, answer.outcome, answer.mismatches)
                case "away":
                    account.agency_away(now)
            account.updated_at = now
            await work.accounts.save(account)
        return VerificationResult(person.verification, answer.outcome == "away")
