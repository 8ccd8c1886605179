"""Sign-in by a one-time code. Knowing a NIK is never enough, and nobody learns whether an account exists."""

import asyncio
from uuid import UUID

from mpp_runtime.errors import FieldError, Invalid, Refusal, Text

from mpp_identity.domain.accounts import Account
from mpp_identity.domain.challenges import LIFE, Challenge, code_digest, new_code
from mpp_identity.domain.contacts import Contact
from mpp_identity.domain.nik import Nik
from mpp_identity.use_cases.limits import (
    ANSWERS_PER_ADDRESS,
    CODES_PER_CONTACT,
    CODES_PER_CONTACT_AND_DAY,
    CODES_PER_NIK,
    Limit,
    check,
    codes_per_address,
)
from mpp_identity.use_cases.ports import Codes, World

NIK_DIGITS = 16


def parse_identifier(text: str) -> Nik | Contact:
    """An e-mail address has an @, a NIK 16 digits, the rest must be a phone number. Raises Invalid at /identifier."""
    text = text.strip()
    if not text:
        detail = Text("Isi email, nomor telepon, atau NIK.", "Give an e-mail address, a phone number or a NIK.")
        raise Invalid("identifier-missing", detail, (FieldError("/identifier", "identifier-missing", detail),))
    if "@" in text:
        return Contact.email(text, "/identifier")
    if sum(character.isdigit() for character in text) == NIK_DIGITS:
        return Nik.parse(text, "/identifier")
    return Contact.phone(text, "/identifier")


class SignIn:
    """`equal_after`: seconds after which a code request is answered, sent or not, known or not."""

    def __init__(self, world: World, codes: Codes, codes_an_address: int, equal_after: float = 0.8) -> None:
        self._world = world
        self._codes = codes
        self._address_limit = codes_per_address(codes_an_address)
        self._equal_after = equal_after
        self._sending: set[asyncio.Task[None]] = set()

    async def request_code(self, identifier: str, language: str, address: str) -> UUID:
        """Id of the challenge: the same answer after the same time for everybody. Raises TryLater if sending failed."""
        end = asyncio.get_running_loop().time() + self._equal_after
        who = parse_identifier(identifier)
        limits: dict[Limit, str] = {self._address_limit: address}
        limits |= (
            {CODES_PER_NIK: who.digits}
            if isinstance(who, Nik)
            else {CODES_PER_CONTACT: who.value, CODES_PER_CONTACT_AND_DAY: who.value}
        )
        await check(self._world, limits)
        accounts = await self._accounts(who)
        contact = (accounts[0].contact if isinstance(who, Nik) else who) if accounts else None
        challenge_id, code = self._world.new_id(), new_code()
        challenge = Challenge(
            id=challenge_id,
            purpose="sign-in",
            accounts=tuple(account.id for account in accounts),
            contact=contact,
            digest=code_digest(self._world.hashes, challenge_id, code),
            expires_at=self._world.now() + LIFE,
        )
        async with self._world.store.transaction() as work:
            await work.challenges.add(challenge)
        sending = None
        if contact:
            sending = asyncio.create_task(self._codes.send(contact, "sign-in", code, language, challenge_id))
            self._sending.add(sending)
            sending.add_done_callback(self._sent)
        await asyncio.sleep(max(end - asyncio.get_running_loop().time(), 0))
        if sending and sending.done() and (error := sending.exception()):
            raise error
        return challenge_id

    async def answer(self, challenge_id: UUID, code: str, address: str) -> list[Account]:
        """The accounts the code opens: one, or several that share the contact. Raises Invalid at /code."""
        await check(self._world, {ANSWERS_PER_ADDRESS: address})
        refusal: Refusal | None = None
        accounts: list[Account] = []
        async with self._world.store.transaction(f"challenge:{challenge_id}") as work:
            challenge = await work.challenges.get(challenge_id)
            if challenge is None or challenge.purpose != "sign-in":
                raise _expired()
            try:
                challenge.answer(code_digest(self._world.hashes, challenge.id, code.strip()), self._world.now())
                found = [await work.accounts.get(account) for account in challenge.accounts]
                accounts = [account for account in found if account and account.active]
                if not accounts:
                    raise _expired()
            except Refusal as error:
                refusal = error  # raised after the commit: the attempt counts
            await work.challenges.save(challenge)
        if refusal:
            raise refusal
        return accounts

    async def choose(self, challenge_id: UUID, account_id: UUID) -> Account:
        """One of the accounts that `answer` gave, chosen once."""
        async with self._world.store.transaction(f"challenge:{challenge_id}") as work:
            challenge = await work.challenges.get(challenge_id)
            if challenge is None or challenge.purpose != "sign-in":
                raise _expired()
            account = await work.accounts.get(account_id)
            if not challenge.may_choose(account_id, self._world.now()) or account is None or not account.active:
                raise _expired()
            challenge.accounts = ()
            await work.challenges.save(challenge)
        return account

    async def _accounts(self, who: Nik | Contact) -> list[Account]:
        async with self._world.store.read() as work:
            if isinstance(who, Contact):
                return await work.accounts.with_contact(who)
            holder = await work.accounts.holder_of(who)
        return [holder] if holder and holder.active else []

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        if not task.cancelled():
            task.exception()  # seen: one that comes after the answer shows to the person as a code that never came


def _expired() -> Invalid:
    detail = Text("Kode sudah tidak berlaku. Minta kode baru.", "The code has expired. Ask for a new one.")
    return Invalid("code-expired", detail, (FieldError("/code", "code-expired", detail),))
