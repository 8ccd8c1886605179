"""What an operator does with accounts: officers come from a file, an account is switched off, old rows go away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from mpp_runtime.errors import NotFound, Text

from mpp_identity.domain.accounts import Account, Officer, Person, Role
from mpp_identity.domain.contacts import Contact
from mpp_identity.domain.events import PersonRegistered
from mpp_identity.domain.nik import Nik
from mpp_identity.use_cases.ports import World

# Ids follow from the key in the file, so that a second run finds what the first one made.
OFFICERS = UUID("5b0d7f4e-3f0a-5a86-9a55-6d0b0c3c1d01")
DEMONSTRATION = UUID("5b0d7f4e-3f0a-5a86-9a55-6d0b0c3c1d02")

KEEP = timedelta(days=1)


@dataclass(frozen=True)
class OfficerEntry:
    """One officer of a file. `key` is unique in it."""

    key: str
    name: str
    title: str
    email: str
    roles: tuple[Role, ...]
    phone: str = ""


@dataclass(frozen=True)
class PersonEntry:
    """One synthetic person of the demonstration."""

    key: str
    name: str
    nik: str
    birth_date: date
    birth_place: str
    email: str
    phone: str


def demonstration_id(key: str) -> UUID:
    return uuid5(DEMONSTRATION, key)


class Administration:
    def __init__(self, world: World) -> None:
        self._world = world

    async def load_officers(self, entries: Sequence[OfficerEntry], *, synthetic: bool = False) -> int:
        """Adds officers, and brings name, title, contact and roles of known ones up to date. How many changed."""
        space, changed = (DEMONSTRATION if synthetic else OFFICERS), 0
        for entry in entries:
            account_id, now = uuid5(space, entry.key), self._world.now()
            async with self._world.store.transaction(str(account_id)) as work:
                account = await work.accounts.get(account_id)
                known = account is not None
                if account is None:
                    account = Account(
                        id=account_id, kind="officer", status="active", name="", language="id", created_at=now,
                        updated_at=now, synthetic=synthetic, officer=Officer(""),
                    )  # fmt: skip
                before = (account.name, account.email, account.phone, account.officer)
                account.name = entry.name
                account.email = Contact.email(entry.email)
                account.phone = Contact.phone(entry.phone) if entry.phone else None
                account.proven = frozenset(c.channel for c in (account.email, account.phone) if c)
                account.officer = Officer(entry.title, _sorted(entry.roles))
                if known and before == (account.name, account.email, account.phone, account.officer):
                    continue
                account.updated_at = now
                await (work.accounts.save(account) if known else work.accounts.add(account))
                changed += 1
        return changed

    async def load_synthetic_people(self, entries: Sequence[PersonEntry]) -> int:
        """The demonstration's people, as if each had signed up; the population connector verifies them like anybody."""
        added = 0
        for entry in entries:
            account_id, now = demonstration_id(entry.key), self._world.now()
            async with self._world.store.transaction(str(account_id)) as work:
                if await work.accounts.get(account_id):
                    continue
                nik = Nik.parse(entry.nik)
                account = Account(
                    id=account_id, kind="person", status="pending", name=entry.name, language="id", created_at=now,
                    updated_at=now, email=Contact.email(entry.email), phone=Contact.phone(entry.phone), synthetic=True,
                    person=Person(nik=nik, birth_date=entry.birth_date, sex=nik.sex, birth_place=entry.birth_place),
                )  # fmt: skip
                account.confirm("email", now)
                account.proven |= {"phone"}
                await work.accounts.add(account)
                await work.record(PersonRegistered(account.id), now)
                added += 1
        return added

    async def set_active(self, account_id: UUID, active: bool) -> Account:
        """Disabling ends every session and grant at once: nothing is refreshed, access tokens end in 15 minutes."""
        now = self._world.now()
        async with self._world.store.transaction(str(account_id)) as work:
            account = await work.accounts.get(account_id)
            if account is None or account.status == "pending":
                raise NotFound("account-unknown", Text("Akun tidak ditemukan.", "There is no such account."))
            account.status, account.updated_at = ("active" if active else "disabled"), now
            await work.accounts.save(account)
            if not active:
                await work.grants.revoke_of_account(account_id, now, "account-disabled")
        return account

    async def clean(self) -> int:
        """Removes what ended more than a day ago: sign-ups nobody confirmed, codes, sessions, grants, counters."""
        before = self._world.now() - KEEP
        async with self._world.store.transaction() as work:
            return (
                await work.challenges.remove_expired(before)
                + await work.accounts.remove_unconfirmed(before)
                + await work.grants.remove_expired(before)
                + await work.sessions.remove_expired(before)
                + await work.limits.remove_expired(before)
            )


def _sorted(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    """The order in which they are read back; no agency or region comes last, as in PostgreSQL."""
    return tuple(
        sorted(roles, key=lambda r: (r.role, r.agency is None, r.agency or "", r.region is None, r.region or ""))
    )
