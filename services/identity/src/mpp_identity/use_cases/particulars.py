"""What other services may know of a person; every reading is in the person's access log, in the same transaction."""

from dataclasses import dataclass
from uuid import UUID

from mpp_runtime.errors import FieldError, Invalid, NotFound, Text

from mpp_identity.domain.accounts import Account, Role
from mpp_identity.use_cases.ports import AccessEntry, World

FIELDS = ("name", "nik", "birth_date", "birth_place", "sex", "address", "nik_verified")


@dataclass(frozen=True)
class Decision:
    """May the actor do it, and by which mandate ("" for oneself)."""

    allowed: bool
    mandate: str = ""


def parse_id(text: str) -> UUID:
    """Raises NotFound: an id that is none is an id nobody has."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("account-unknown", Text("Akun tidak ditemukan.", "There is no such account.")) from None


class Particulars:
    def __init__(self, world: World) -> None:
        self._world = world

    async def read(
        self, person: str, fields: tuple[str, ...], *, purpose: str, application: str, reader: str
    ) -> dict[str, str | bool]:
        """Values of the asked fields. `reader` is "officer:<uuid>" or "service:<name>"."""
        unknown = [field for field in fields if field not in FIELDS]
        if unknown or not fields or not purpose.strip():
            detail = Text("Bidang atau tujuan tidak dikenal.", "Fields or purpose are missing or unknown.")
            raise Invalid(
                "particulars-invalid", detail, tuple(FieldError("/fields", "unknown", detail) for _ in unknown)
            )
        kind, _, name = reader.partition(":")
        if kind not in ("officer", "service") or not name:
            detail = Text("Pembaca tidak dikenal.", "The reader is not valid.")
            raise Invalid("reader-invalid", detail, (FieldError("/reader", "reader-invalid", detail),))
        if kind == "officer":
            parse_id(name)
        async with self._world.store.transaction() as work:
            account = await work.accounts.get(parse_id(person))
            if account is None or account.person is None or account.status == "pending":
                raise NotFound("account-unknown", Text("Akun tidak ditemukan.", "There is no such account."))
            await work.access_log.write(self._entry(account.id, reader, purpose, fields, application))
        details = account.person
        values: dict[str, str | bool] = {
            "name": account.name,
            "nik": details.nik.digits,
            "birth_date": details.birth_date.isoformat(),
            "birth_place": details.birth_place,
            "sex": details.sex,
            "address": details.address,
            "nik_verified": details.verification.state == "verified",
        }
        return {field: values[field] for field in fields}

    async def contact(self, account_id: str, *, purpose: str, reader: str) -> Account:
        """Of a person (with a line in the access log) or an officer. A disabled account is not written to."""
        if not purpose.strip():
            detail = Text("Tujuan wajib diisi.", "A purpose is required.")
            raise Invalid("purpose-missing", detail, (FieldError("/purpose", "purpose-missing", detail),))
        async with self._world.store.transaction() as work:
            account = await work.accounts.get(parse_id(account_id))
            if account is None or not account.active:
                raise NotFound("account-unknown", Text("Akun tidak ditemukan.", "There is no such account."))
            if account.person:
                channels = tuple(c for c in ("email", "phone") if getattr(account, c))
                await work.access_log.write(self._entry(account.id, reader, purpose, (*channels, "name"), ""))
        return account

    async def officers_of_desk(self, role: str, agency: str, region: str) -> list[Account]:
        """Active officers who may take a task of the desk, by id."""
        async with self._world.store.read() as work:
            found = await work.accounts.officers_with(Role(role, agency, region))
        return sorted(found, key=lambda account: account.id)

    async def may_act(self, actor: str, subject: str, act: str, service: str) -> Decision:
        """Everybody acts for themselves; for someone else a mandate in force must name act and public service."""
        try:
            actor_id, subject_id = UUID(actor), UUID(subject)
        except ValueError:
            return Decision(False)
        async with self._world.store.read() as work:
            account = await work.accounts.get(actor_id)
            if account is None or not account.active:
                return Decision(False)
            if actor_id == subject_id:
                return Decision(account.kind == "person")
            mandates = await work.mandates.between(actor_id, subject_id, self._world.now())
        for mandate in mandates:
            if act in mandate.acts and (not mandate.services or service in mandate.services):
                return Decision(True, str(mandate.id))
        return Decision(False)

    def _entry(self, person: UUID, reader: str, purpose: str, fields: tuple[str, ...], application: str) -> AccessEntry:
        return AccessEntry(self._world.new_id(), person, self._world.now(), reader, purpose, fields, application)
