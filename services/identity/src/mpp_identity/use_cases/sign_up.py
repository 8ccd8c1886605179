"""Sign-up: particulars and a contact, a code to the contact, then the population agency."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from mpp_runtime.errors import Conflict, FieldError, Invalid, NotFound, Refusal, Text

from mpp_identity.domain.accounts import Account, Language, Person
from mpp_identity.domain.challenges import LIFE, Challenge, code_digest, new_code
from mpp_identity.domain.contacts import Contact
from mpp_identity.domain.events import PersonRegistered
from mpp_identity.domain.names import check_birth_date, parse_name
from mpp_identity.domain.nik import Nik, Sex
from mpp_identity.use_cases.limits import (
    ANSWERS_PER_ADDRESS,
    CODES_PER_CONTACT,
    CODES_PER_CONTACT_AND_DAY,
    CODES_PER_NIK,
    check,
    codes_per_address,
)
from mpp_identity.use_cases.ports import Answered, Codes, World
from mpp_identity.use_cases.verify_person import VerificationResult, VerifyPerson

T = TypeVar("T")


@dataclass(frozen=True)
class SignUpForm:
    """What the person typed. One contact at least; the code goes to the e-mail address if both are there."""

    nik: str
    name: str
    birth_date: date | None
    language: Language
    email: str = ""
    phone: str = ""
    sex: Sex | None = None


@dataclass(frozen=True)
class Started:
    """The same for everybody, whether NIK or contact are known here or not."""

    person: UUID
    contact: str
    expires_at: datetime
    warnings: tuple[FieldError, ...]


@dataclass(frozen=True)
class Repeatable:
    """A request with an Idempotency-Key; `render` makes the answer that its repeats get."""

    key: str
    fingerprint: bytes
    render: Callable[[Started], Answered]


class SignUp:
    """`codes_an_address`: codes one network address may ask for in 15 minutes."""

    def __init__(self, world: World, codes: Codes, verify: VerifyPerson, codes_an_address: int) -> None:
        self._world = world
        self._codes = codes
        self._verify = verify
        self._address_limit = codes_per_address(codes_an_address)

    async def start(self, form: SignUpForm, address: str) -> Started:
        """Sends a code. Raises Invalid at the fields, TooMany, TryLater when the code could not be sent."""
        account, contact = self._account(form)
        code, challenge = new_code(), self._world.new_id()
        await self._send(account, contact, code, challenge, address)
        async with self._world.store.transaction() as work:
            await work.accounts.add(account)
            await work.challenges.add(self._challenge(account, contact, code, challenge))
        return self._started(account, contact)

    async def start_once(self, form: SignUpForm, address: str, repeatable: Repeatable) -> Answered:
        """`start` that gives its repeats the first answer.

        Code and challenge follow from the key: a repeat after a crash sends nothing twice and means the same code.
        """
        account, contact = self._account(form)
        seed = self._world.hashes.of("sign-up", repeatable.key, repeatable.fingerprint.hex())
        code, challenge = f"{int.from_bytes(seed[16:]) % 1_000_000:06d}", UUID(bytes=seed[:16])
        async with self._world.store.read() as work:
            sent = await work.challenges.get(challenge) is not None
        if not sent:
            await self._send(account, contact, code, challenge, address)
        async with self._world.store.transaction() as work:
            first = await work.answered("sign-up", repeatable.key, repeatable.fingerprint)
            if first:
                return first
            await work.accounts.add(account)
            await work.challenges.add(self._challenge(account, contact, code, challenge))
            answer = repeatable.render(self._started(account, contact))
            await work.remember("sign-up", repeatable.key, answer.status, answer.body, answer.headers)
        return answer

    async def confirm(self, person: UUID, code: str, address: str) -> VerificationResult:
        """The code proves the contact; then the agency is asked. Raises Invalid for a bad code, Conflict for a NIK that
        has an account: said only to somebody who answered a code, and limited like codes are."""
        await check(self._world, {ANSWERS_PER_ADDRESS: address})
        now = self._world.now()
        async with self._world.store.read() as work:
            pending = await work.accounts.get(person)
        if pending is None or pending.person is None:
            raise NotFound("sign-up-unknown", Text("Pendaftaran tidak ditemukan.", "There is no such sign-up."))
        # Both the person and the NIK: two sign-ups with one NIK must not confirm at the same moment.
        nik = self._world.hashes.of("nik", pending.person.nik.digits).hex()
        refusal: Refusal | None = None
        async with self._world.store.transaction(str(person), f"nik:{nik}") as work:
            account = await work.accounts.get(person)
            challenge = await work.challenges.latest("sign-up", person)
            if account is None or account.person is None or challenge is None or challenge.contact is None:
                raise NotFound("sign-up-unknown", Text("Pendaftaran tidak ditemukan.", "There is no such sign-up."))
            try:
                challenge.answer(code_digest(self._world.hashes, challenge.id, code), now)
                if await work.accounts.holder_of(account.person.nik) is not None:
                    raise _nik_has_account()
                account.confirm(challenge.contact.channel, now)
                account.updated_at = now
                await work.accounts.save(account)
                await work.record(PersonRegistered(account.id), now)
            except Refusal as error:
                refusal = error  # raised after the commit: the attempt counts
            await work.challenges.save(challenge)
        if refusal:
            raise refusal
        return await self._verify.ask(person)

    async def confirmed(self, person: UUID) -> Account:
        """The account right after `confirm`."""
        async with self._world.store.read() as work:
            account = await work.accounts.get(person)
        if account is None or not account.active:
            raise NotFound("sign-up-unknown", Text("Pendaftaran tidak ditemukan.", "There is no such sign-up."))
        return account

    def _account(self, form: SignUpForm) -> tuple[Account, Contact]:
        errors: list[FieldError] = []

        def parsed(parse: Callable[[], T]) -> T | None:
            try:
                return parse()
            except Invalid as error:
                errors.extend(error.errors)
                return None

        nik = parsed(lambda: Nik.parse(form.nik))
        email = parsed(lambda: Contact.email(form.email)) if form.email.strip() else None
        phone = parsed(lambda: Contact.phone(form.phone)) if form.phone.strip() else None
        name = parsed(lambda: parse_name(form.name))
        now = self._world.now()
        birth_date = parsed(lambda: check_birth_date(form.birth_date, now.date()))
        if not form.email.strip() and not form.phone.strip():
            errors.append(
                FieldError(
                    "/email",
                    "contact-missing",
                    Text("Isi email atau nomor telepon.", "Give an e-mail address or a phone number."),
                )
            )
        contact = email or phone
        if errors or nik is None or contact is None or name is None or birth_date is None:
            raise Invalid(
                "sign-up-invalid",
                Text("Ada isian yang perlu diperbaiki.", "Some fields need attention."),
                tuple(errors),
            )
        person = Person(nik=nik, birth_date=birth_date, sex=form.sex or nik.sex)
        account = Account(
            id=self._world.new_id(), kind="person", status="pending", name=name, language=form.language, created_at=now,
            updated_at=now, email=email, phone=phone, person=person,
        )  # fmt: skip
        return account, contact

    async def _send(self, account: Account, contact: Contact, code: str, challenge: UUID, address: str) -> None:
        nik = account.particulars().nik.digits
        await check(
            self._world,
            {
                CODES_PER_CONTACT: contact.value,
                CODES_PER_CONTACT_AND_DAY: contact.value,
                CODES_PER_NIK: nik,
                self._address_limit: address,
            },
        )
        await self._codes.send(contact, "sign-up", code, account.language, challenge)

    def _challenge(self, account: Account, contact: Contact, code: str, challenge: UUID) -> Challenge:
        digest = code_digest(self._world.hashes, challenge, code)
        return Challenge(challenge, "sign-up", (account.id,), contact, digest, account.created_at + LIFE)

    def _started(self, account: Account, contact: Contact) -> Started:
        person = account.particulars()
        warnings = person.nik.warnings(birth_date=person.birth_date, sex=person.sex)
        return Started(account.id, contact.masked, account.created_at + LIFE, warnings)


def _nik_has_account() -> Conflict:
    return Conflict(
        "sign-up-not-possible",
        Text(
            "Pendaftaran ini tidak dapat diselesaikan. Jika sudah punya akun, silakan masuk. Jika belum, datang ke MPP "
            "terdekat dengan KTP.",
            "This sign-up cannot be completed. If you have an account, sign in. If not, visit the nearest mall with "
            "your identity card.",
        ),
    )
