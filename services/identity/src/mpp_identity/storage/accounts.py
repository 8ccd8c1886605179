"""Accounts: one aggregate over accounts, people, officers and their roles."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, cast, get_args
from uuid import UUID

from mpp_runtime.errors import Stale, Text
from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from mpp_identity.domain.accounts import Account, Kind, Language, Officer, Person, Role, Status, Verification
from mpp_identity.domain.accounts import VerificationState as State
from mpp_identity.domain.contacts import Channel, Contact
from mpp_identity.domain.keyed_hash import KeyedHash
from mpp_identity.domain.nik import Nik, Sex
from mpp_identity.storage.cipher import Cipher
from mpp_identity.storage.tables import AccountRow, OfficerRoleRow, OfficerRow, PersonRow


class StoredAccounts:
    """Implements ports.Accounts."""

    def __init__(self, session: AsyncSession, cipher: Cipher, hashes: KeyedHash) -> None:
        self._session = session
        self._cipher = cipher
        self._hashes = hashes

    async def get(self, account: UUID) -> Account | None:
        found = await self._load(col(AccountRow.id) == account)
        return found[0] if found else None

    async def add(self, account: Account) -> None:
        self._session.add(AccountRow(**self._account_columns(account), id=account.id, created_at=account.created_at))
        await self._session.flush()
        if account.person:
            self._session.add(PersonRow(account=account.id, **self._person_columns(account, account.person)))
        if account.officer:
            self._session.add(OfficerRow(account=account.id, title=account.officer.title))
            await self._session.flush()
            await self._add_roles(account.id, account.officer)
        await self._session.flush()

    async def save(self, account: Account) -> None:
        columns = self._account_columns(account) | {"version": account.version + 1}
        changed = await self._session.execute(
            update(AccountRow)
            .where(col(AccountRow.id) == account.id, col(AccountRow.version) == account.version)
            .values(**columns)
            .returning(col(AccountRow.id))
        )
        if changed.one_or_none() is None:
            raise Stale(
                "account-changed",
                Text("Akun ini baru saja berubah. Muat ulang.", "This account has just changed. Reload."),
            )
        account.version += 1
        if account.person:
            await self._session.execute(
                update(PersonRow)
                .where(col(PersonRow.account) == account.id)
                .values(**self._person_columns(account, account.person))
            )
        if account.officer:
            await self._session.execute(
                update(OfficerRow).where(col(OfficerRow.account) == account.id).values(title=account.officer.title)
            )
            await self._session.execute(delete(OfficerRoleRow).where(col(OfficerRoleRow.account) == account.id))
            await self._add_roles(account.id, account.officer)

    async def holder_of(self, nik: Nik) -> Account | None:
        found = await self._load(
            col(PersonRow.nik_hash) == self._hashes.of("nik", nik.digits), col(PersonRow.confirmed)
        )
        return found[0] if found else None

    async def with_contact(self, contact: Contact) -> list[Account]:
        column = AccountRow.email_hash if contact.channel == "email" else AccountRow.phone_hash
        return await self._load(col(column) == self._contact_hash(contact), col(AccountRow.status) == "active")

    async def officers_with(self, role: Role) -> list[Account]:
        roles = OfficerRoleRow
        holders = select(col(roles.account)).where(
            col(roles.role) == role.role,
            or_(col(roles.agency) == role.agency, col(roles.agency).is_(None)),
            or_(col(roles.region) == role.region, col(roles.region).is_(None)),
        )
        return await self._load(col(AccountRow.id).in_(holders), col(AccountRow.status) == "active")

    async def officers_of(self, accounts: Collection[UUID]) -> list[Account]:
        return await self._load(col(AccountRow.id).in_(accounts), col(AccountRow.kind) == "officer")

    async def synthetic(self) -> list[Account]:
        return await self._load(col(AccountRow.synthetic), col(AccountRow.status) == "active")

    async def due_for_verification(self, now: datetime, limit: int) -> list[UUID]:
        found = await self._session.execute(
            select(col(PersonRow.account))
            .where(col(PersonRow.verification_state) == "pending", col(PersonRow.verification_next_at) <= now)
            .order_by(col(PersonRow.verification_next_at))
            .limit(limit)
        )
        return list(found.scalars())

    async def remove_unconfirmed(self, before: datetime) -> int:
        gone = await self._session.execute(
            delete(AccountRow)
            .where(col(AccountRow.status) == "pending", col(AccountRow.created_at) < before)
            .returning(col(AccountRow.id))
        )
        return len(gone.all())

    # Rows to accounts and back

    async def _load(self, *conditions: Any) -> list[Account]:
        rows = (
            await self._session.execute(
                select(AccountRow, PersonRow, OfficerRow)
                .outerjoin(PersonRow, and_(col(PersonRow.account) == col(AccountRow.id)))
                .outerjoin(OfficerRow, and_(col(OfficerRow.account) == col(AccountRow.id)))
                .where(*conditions)
                .order_by(col(AccountRow.created_at), col(AccountRow.id))
                .execution_options(populate_existing=True)
            )
        ).all()
        officers = [row.id for row, _, officer in rows if officer]
        roles: dict[UUID, list[Role]] = {}
        if officers:
            found = await self._session.execute(
                select(OfficerRoleRow.account, OfficerRoleRow.role, OfficerRoleRow.agency, OfficerRoleRow.region)  # type: ignore[call-overload]
                .where(col(OfficerRoleRow.account).in_(officers))
                .order_by(col(OfficerRoleRow.role), col(OfficerRoleRow.agency), col(OfficerRoleRow.region))
            )
            for holder, role, agency, region in found:
                roles.setdefault(holder, []).append(Role(role, agency, region))
        return [
            self._account(
                row,
                self._person(person) if person else None,
                Officer(officer.title, tuple(roles.get(row.id, ()))) if officer else None,
            )
            for row, person, officer in rows
        ]

    def _account(self, row: AccountRow, person: Person | None, officer: Officer | None) -> Account:
        def contact(channel: Channel, value: bytes | None) -> Contact | None:
            return Contact(channel, self._cipher.decrypt(value, "accounts", channel, row.id)) if value else None

        return Account(
            id=row.id,
            kind=cast(Kind, row.kind),
            status=cast(Status, row.status),
            name=self._cipher.decrypt(row.name, "accounts", "name", row.id),
            language=cast(Language, row.language),
            created_at=row.created_at,
            updated_at=row.updated_at,
            email=contact("email", row.email),
            phone=contact("phone", row.phone),
            proven=frozenset(row.proven),
            synthetic=row.synthetic,
            version=row.version,
            person=person,
            officer=officer,
        )

    def _person(self, row: PersonRow) -> Person:
        def clear(column: str) -> str:
            return self._cipher.decrypt(getattr(row, column), "people", column, row.account)

        sex = clear("sex")
        if sex not in get_args(Sex):
            raise ValueError("people.sex has an unknown value")
        return Person(
            nik=Nik(clear("nik")),
            birth_date=date.fromisoformat(clear("birth_date")),
            sex=cast(Sex, sex),
            birth_place=clear("birth_place"),
            address=clear("address"),
            verification=Verification(
                state=cast(State, row.verification_state),
                at=row.verification_at,
                agency=row.verification_agency,
                attempts=row.verification_attempts,
                next_at=row.verification_next_at,
                mismatches=tuple(row.verification_mismatches),
            ),
        )

    def _contact_hash(self, contact: Contact) -> bytes:
        return self._hashes.of("contact", contact.channel, contact.value)

    def _account_columns(self, account: Account) -> dict[str, Any]:
        def sealed(column: str, value: str) -> bytes:
            return self._cipher.encrypt(value, "accounts", column, account.id)

        return {
            "kind": account.kind,
            "status": account.status,
            "name": sealed("name", account.name),
            "email": sealed("email", account.email.value) if account.email else None,
            "email_hash": self._contact_hash(account.email) if account.email else None,
            "phone": sealed("phone", account.phone.value) if account.phone else None,
            "phone_hash": self._contact_hash(account.phone) if account.phone else None,
            "proven": sorted(account.proven),
            "language": account.language,
            "synthetic": account.synthetic,
            "version": account.version,
            "updated_at": account.updated_at,
        }

    def _person_columns(self, account: Account, person: Person) -> dict[str, Any]:
        def sealed(column: str, value: str) -> bytes:
            return self._cipher.encrypt(value, "people", column, account.id)

        verification = person.verification
        return {
            "nik": sealed("nik", person.nik.digits),
            "nik_hash": self._hashes.of("nik", person.nik.digits),
            "confirmed": account.status != "pending",
            "birth_date": sealed("birth_date", person.birth_date.isoformat()),
            "birth_place": sealed("birth_place", person.birth_place),
            "sex": sealed("sex", person.sex),
            "address": sealed("address", person.address),
            "verification_state": verification.state,
            "verification_at": verification.at,
            "verification_agency": verification.agency,
            "verification_attempts": verification.attempts,
            "verification_next_at": verification.next_at,
            "verification_mismatches": list(verification.mismatches),
        }

    async def _add_roles(self, account: UUID, officer: Officer) -> None:
        # By the table and not by the mapper, which refuses NULL in what it takes for a primary key.
        for role in officer.roles:
            await self._session.execute(insert(OfficerRoleRow).values(account=account, **asdict(role)))
