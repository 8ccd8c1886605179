"""What goes in and out as JSON."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from mpp_runtime.errors import FieldError, Text
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from mpp_identity.domain.accounts import Account
from mpp_identity.use_cases.ports import Consent
from mpp_identity.use_cases.profile import PendingContact, SeenEntry
from mpp_identity.use_cases.sign_up import Started
from mpp_identity.use_cases.verify_person import VerificationResult

Code = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{6}$")]
Short = Annotated[str, StringConstraints(max_length=254)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=150)]


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SignUpInput(Input):
    """A new person. Give an e-mail address, a phone number, or both; the code goes to the e-mail address if both."""

    nik: Annotated[str, StringConstraints(max_length=32)]
    name: Name
    birth_date: date
    email: Short = ""
    phone: Annotated[str, StringConstraints(max_length=32)] = ""
    language: Literal["id", "en"] = "id"
    sex: Literal["FEMALE", "MALE"] | None = None


class CodeInput(Input):
    code: Code


class CorrectionInput(Input):
    """Both may be left out: then the agency is only asked again."""

    name: Name | None = None
    birth_date: date | None = None


class ProfileInput(Input):
    """What may be changed; a new contact counts once its code is answered."""

    language: Literal["id", "en"] | None = None
    email: Short | None = None
    phone: Annotated[str, StringConstraints(max_length=32)] | None = None

    @model_validator(mode="after")
    def _one_contact(self) -> Self:
        if self.email is not None and self.phone is not None:
            raise ValueError("change one contact at a time")
        return self


class Warned(BaseModel):
    field: str
    code: str
    detail: str

    @classmethod
    def of(cls, error: FieldError, language: str) -> "Warned":
        return cls(field=error.field, code=error.code, detail=error.detail.in_language(language))


class SignUpStarted(BaseModel):
    """The same whether NIK or contact are known or not. `contact` is masked."""

    id: UUID
    contact: str
    expires_at: datetime
    warnings: list[Warned]

    @classmethod
    def of(cls, started: Started, language: str) -> "SignUpStarted":
        warnings = [Warned.of(warning, language) for warning in started.warnings]
        return cls(id=started.person, contact=started.contact, expires_at=started.expires_at, warnings=warnings)


class Verified(BaseModel):
    """What the population agency said. The account works in every case."""

    id: UUID
    verification: Literal["pending", "verified", "mismatch", "not_found"]
    nik_verified: bool
    mismatches: list[str]
    agency: str | None
    agency_away: bool
    message: str

    @classmethod
    def of(cls, person: UUID, result: VerificationResult, language: str) -> "Verified":
        verification = result.verification
        return cls(
            id=person,
            verification=verification.state,
            nik_verified=verification.state == "verified",
            mismatches=list(verification.mismatches),
            agency=verification.agency,
            agency_away=result.agency_away,
            message=verification_text(result).in_language(language),
        )


class Contact(BaseModel):
    value: str
    proven: bool


class PendingContactOutput(BaseModel):
    contact: str
    expires_at: datetime


class Me(BaseModel):
    """Own data; the NIK is masked (GET /me/export gives it whole)."""

    id: UUID
    kind: Literal["person"]
    name: str
    nik: str
    nik_verified: bool
    verification: Literal["pending", "verified", "mismatch", "not_found"]
    mismatches: list[str]
    birth_date: date
    birth_place: str
    sex: Literal["FEMALE", "MALE"]
    email: Contact | None
    phone: Contact | None
    language: Literal["id", "en"]
    synthetic: bool
    created_at: datetime
    pending_contact: PendingContactOutput | None = None

    @classmethod
    def of(cls, account: Account, pending: PendingContact | None = None) -> "Me":
        person = account.particulars()

        def contact(name: str) -> Contact | None:
            value = getattr(account, name)
            return Contact(value=value.value, proven=account.is_proven(value)) if value else None

        return cls(
            id=account.id,
            kind="person",
            name=account.name,
            nik=person.nik.masked,
            nik_verified=person.verification.state == "verified",
            verification=person.verification.state,
            mismatches=list(person.verification.mismatches),
            birth_date=person.birth_date,
            birth_place=person.birth_place,
            sex=person.sex,
            email=contact("email"),
            phone=contact("phone"),
            language=account.language,
            synthetic=account.synthetic,
            created_at=account.created_at,
            pending_contact=PendingContactOutput(contact=pending.contact, expires_at=pending.expires_at)
            if pending
            else None,
        )


class RoleOutput(BaseModel):
    """No agency or region means everywhere."""

    role: str
    agency: str | None
    region: str | None


class OfficerMe(BaseModel):
    id: UUID
    kind: Literal["officer"]
    name: str
    title: str
    email: str | None = Field(description="Masked")
    language: Literal["id", "en"]
    synthetic: bool
    roles: list[RoleOutput]

    @classmethod
    def of(cls, account: Account) -> "OfficerMe":
        officer = account.officer
        if officer is None:
            raise LookupError("a person is no officer")
        return cls(
            id=account.id,
            kind="officer",
            name=account.name,
            title=officer.title,
            email=account.email.masked if account.email else None,
            language=account.language,
            synthetic=account.synthetic,
            roles=[RoleOutput(role=role.role, agency=role.agency, region=role.region) for role in officer.roles],
        )


class OfficerName(BaseModel):
    """An officer as colleagues see one."""

    id: UUID
    name: str
    title: str

    @classmethod
    def of(cls, account: Account) -> "OfficerName":
        return cls(id=account.id, name=account.name, title=account.officer.title if account.officer else "")


class Officers(BaseModel):
    items: list[OfficerName]


class AccessEntryOutput(BaseModel):
    """Who read which fields, when, why and for which application."""

    id: UUID
    at: datetime
    who: str
    reader: str
    purpose: str
    fields: list[str]
    application: str

    @classmethod
    def of(cls, seen: SeenEntry, language: str) -> "AccessEntryOutput":
        entry = seen.entry
        return cls(
            id=entry.id,
            at=entry.at,
            who=seen.who.in_language(language),
            reader=entry.reader,
            purpose=entry.purpose,
            fields=list(entry.fields),
            application=entry.application,
        )


class AccessLogPage(BaseModel):
    items: list[AccessEntryOutput]
    next_cursor: str | None


class ConsentOutput(BaseModel):
    client_id: str
    client_name: str
    scope: str
    given_at: datetime

    @classmethod
    def of(cls, consent: Consent, name: str) -> "ConsentOutput":
        return cls(client_id=consent.client_id, client_name=name, scope=consent.scope, given_at=consent.given_at)


class Consents(BaseModel):
    items: list[ConsentOutput]


_MISMATCH = {
    "name": Text("nama", "name"),
    "birth_date": Text("tanggal lahir", "birth date"),
}


def verification_text(result: VerificationResult) -> Text:
    """One sentence for the person."""
    verification = result.verification
    if result.agency_away:
        return Text(
            "Instansi kependudukan sedang tidak dapat dihubungi. Akun sudah dapat dipakai; NIK dicocokkan nanti secara "
            "otomatis.",
            "The population agency cannot be reached now. The account works; the NIK is checked later by itself.",
        )
    match verification.state:
        case "verified":
            return Text("NIK sudah cocok dengan data kependudukan.", "The NIK matches the population records.")
        case "mismatch":
            known = [_MISMATCH.get(field, Text(field, field)) for field in verification.mismatches]
            return Text(
                f"Data kependudukan berbeda pada: {', '.join(text.id for text in known)}. Perbaiki lalu cocokkan lagi.",
                f"The population records differ in: {', '.join(text.en for text in known)}. Correct and check again.",
            )
        case "not_found":
            return Text(
                "NIK ini belum ditemukan di data kependudukan. Hubungi kantor Dukcapil.",
                "This NIK was not found in the population records. Please contact the population office.",
            )
        case "pending":
            return Text("NIK sedang dicocokkan.", "The NIK is being checked.")
