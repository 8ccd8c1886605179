"""What people do with their own data: read it, mend it, see who looked, take it along."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mpp_runtime.errors import FieldError, Invalid, NotFound, Refusal, Text, Unauthenticated

from mpp_identity.domain.accounts import Account, Language
from mpp_identity.domain.challenges import LIFE, Challenge, code_digest, new_code
from mpp_identity.domain.clients import Client
from mpp_identity.domain.contacts import Contact
from mpp_identity.use_cases.limits import (
    ANSWERS_PER_ADDRESS,
    CODES_PER_CONTACT,
    CODES_PER_CONTACT_AND_DAY,
    check,
    codes_per_address,
)
from mpp_identity.use_cases.ports import AccessEntry, Codes, Consent, World


@dataclass(frozen=True)
class PendingContact:
    """A new contact that waits for its code."""

    contact: str
    expires_at: datetime


@dataclass(frozen=True)
class SeenEntry:
    """A line of the access log as its person reads it; `who` names the officer or the service."""

    entry: AccessEntry
    who: Text


class Profile:
    def __init__(self, world: World, codes: Codes, clients: Mapping[str, Client], codes_an_address: int) -> None:
        self._world = world
        self._clients = clients
        self._codes = codes
        self._address_limit = codes_per_address(codes_an_address)

    async def read(self, account: str) -> Account:
        """Raises Unauthenticated if the account is gone or disabled, whatever its token says."""
        async with self._world.store.read() as work:
            found = await work.accounts.get(UUID(account))
        if found is None or not found.active:
            raise Unauthenticated("account-inactive", Text("Akun ini tidak aktif.", "This account is not active."))
        return found

    async def officers(self, ids: Collection[UUID]) -> list[Account]:
        """Those of these accounts that are an officer's, disabled ones too: who decided once stays named."""
        async with self._world.store.read() as work:
            return await work.accounts.officers_of(ids)

    async def set_language(self, account: Account, language: Language) -> Account:
        """`account` as it was read: raises Stale if it changed since."""
        account.language, account.updated_at = language, self._world.now()
        async with self._world.store.transaction(str(account.id)) as work:
            await work.accounts.save(account)
        return account

    async def change_contact(self, account: Account, contact: Contact, address: str) -> PendingContact:
        """Sends a code to the new contact; the old one stays until it is answered."""
        limits = {
            CODES_PER_CONTACT: contact.value,
            CODES_PER_CONTACT_AND_DAY: contact.value,
            self._address_limit: address,
        }
        await check(self._world, limits)
        challenge, code, expires = self._world.new_id(), new_code(), self._world.now() + LIFE
        await self._codes.send(contact, "contact-change", code, account.language, challenge)
        digest = code_digest(self._world.hashes, challenge, code)
        async with self._world.store.transaction() as work:
            await work.challenges.add(Challenge(challenge, "contact-change", (account.id,), contact, digest, expires))
        return PendingContact(contact.masked, expires)

    async def confirm_contact(self, account_id: str, code: str, address: str) -> Account:
        """The newest pending contact becomes the contact. Raises Invalid at /code."""
        await check(self._world, {ANSWERS_PER_ADDRESS: address})
        account = await self.read(account_id)
        now = self._world.now()
        refusal: Refusal | None = None
        async with self._world.store.transaction(str(account.id)) as work:
            challenge = await work.challenges.latest("contact-change", account.id)
            current = await work.accounts.get(account.id)
            if challenge is None or challenge.contact is None or current is None:
                detail = Text("Tidak ada kontak yang menunggu kode.", "No contact is waiting for a code.")
                raise Invalid("no-contact-pending", detail, (FieldError("/code", "no-contact-pending", detail),))
            try:
                challenge.answer(code_digest(self._world.hashes, challenge.id, code), now)
                current.put_contact(challenge.contact)
                current.updated_at = now
                await work.accounts.save(current)
            except Refusal as error:
                refusal = error  # raised after the commit: the attempt counts
            await work.challenges.save(challenge)
        if refusal:
            raise refusal
        return current

    async def access_log(self, account: Account, limit: int, before: UUID | None) -> list[SeenEntry]:
        """Newest first."""
        async with self._world.store.read() as work:
            entries = await work.access_log.of_person(account.id, limit, before)
            readers: dict[str, Text] = {}
            for entry in entries:
                if entry.reader not in readers:
                    kind, _, name = entry.reader.partition(":")
                    officer = await work.accounts.get(UUID(name)) if kind == "officer" else None
                    readers[entry.reader] = _who(entry.reader, officer)
        return [SeenEntry(entry, readers[entry.reader]) for entry in entries]

    async def consents(self, account: Account) -> list[tuple[Consent, Text]]:
        """Each with the name of its client; one that is registered no more has its id for a name."""
        async with self._world.store.read() as work:
            given = await work.consents.of_account(account.id)
        return [(consent, self._client_name(consent.client_id)) for consent in given]

    async def withdraw_consent(self, account: Account, client_id: str) -> None:
        """What the client holds to act for the person ends with it. Raises NotFound if nothing was allowed."""
        now = self._world.now()
        async with self._world.store.transaction(str(account.id)) as work:
            known = await work.consents.withdraw(account.id, client_id)
            await work.grants.revoke_of_client(account.id, client_id, now, "consent-withdrawn")
        if not known:
            raise NotFound(
                "consent-unknown",
                Text("Anda tidak mengizinkan aplikasi ini.", "You have not allowed this application anything."),
            )

    def _client_name(self, client_id: str) -> Text:
        client = self._clients.get(client_id)
        return client.name if client else Text(client_id, client_id)

    async def export(self, account: Account) -> dict[str, Any]:
        """Everything this service holds about the person (UU 27/2022 art. 6 and 13), in clear, for the person alone."""
        async with self._world.store.read() as work:
            sessions = await work.sessions.of_account(account.id)
            families = await work.grants.of_account(account.id)
            consents = await work.consents.of_account(account.id)
            mandates = await work.mandates.of_person(account.id)
            log = await work.access_log.of_person(account.id, 10_000, None)
        person = account.particulars()
        return {
            "exported_at": self._world.now(),
            "account": {
                "id": account.id,
                "status": account.status,
                "language": account.language,
                "created_at": account.created_at,
                "updated_at": account.updated_at,
                "synthetic": account.synthetic,
            },
            "particulars": {
                "name": account.name,
                "nik": person.nik.digits,
                "birth_date": person.birth_date,
                "birth_place": person.birth_place,
                "sex": person.sex,
                "address": person.address,
                "verification": asdict(person.verification),
            },
            "contacts": {
                "email": account.email.value if account.email else None,
                "phone": account.phone.value if account.phone else None,
                "proven": sorted(account.proven),
            },
            "sessions": [
                {"id": s.id, "auth_time": s.auth_time, "seen_at": s.seen_at, "amr": s.amr, "revoked_at": s.revoked_at}
                for s in sessions
            ],
            "grants": [
                {"client_id": f.client_id, "scope": f.scope, "auth_time": f.auth_time, "revoked_at": f.revoked_at}
                for f in families
            ],
            "consents": [asdict(consent) for consent in consents],
            "mandates": [asdict(mandate) for mandate in mandates],
            "access_log": [asdict(entry) for entry in log],
        }


SERVICES = {
    "applications": Text("Sistem permohonan", "Application system"),
    "notifications": Text("Sistem pemberitahuan", "Notification system"),
}


def _who(reader: str, officer: Account | None) -> Text:
    if officer and officer.officer:
        who = f"{officer.name}, {officer.officer.title}"
        return Text(who, who)
    return SERVICES.get(reader.partition(":")[2], Text(reader, reader))
