"""Contacts, codes, sessions, clients, accounts: what is always true."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from mpp_identity.domain.accounts import Account, Officer, Person, Role
from mpp_identity.domain.challenges import ATTEMPTS, Challenge, code_digest, new_code
from mpp_identity.domain.claims import access_claims, id_claims, service_claims, userinfo
from mpp_identity.domain.clients import Client, granted_scope
from mpp_identity.domain.contacts import Contact
from mpp_identity.domain.discovery import metadata
from mpp_identity.domain.grants import Family
from mpp_identity.domain.keyed_hash import KeyedHash
from mpp_identity.domain.names import check_birth_date, parse_name
from mpp_identity.domain.nik import Nik
from mpp_identity.domain.sessions import Session
from mpp_identity.use_cases.sign_in import parse_identifier
from mpp_runtime.errors import Conflict, Invalid

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
HASHES = KeyedHash(b"k" * 32)


def person(status: str = "active") -> Account:
    return Account(
        id=uuid4(), kind="person", status=status, name="Siti Rahmawati", language="id", created_at=NOW, updated_at=NOW,  # type: ignore[arg-type]
        email=Contact("email", "siti@warga.example.id"), phone=Contact("phone", "+6281200009001"),
        person=Person(Nik("3314104708929001"), date(1992, 8, 7), "FEMALE"),
    )  # fmt: skip


@pytest.mark.parametrize("text", ["081200009001", "+62 812-0000-9001", "6281200009001", "(0812) 0000 9001"])
def test_one_phone_has_one_form(text: str) -> None:
    assert Contact.phone(text) == Contact("phone", "+6281200009001")


@pytest.mark.parametrize("text", ["", "12", "0812", "08120000900112345", "+0812", "+62", "phone", "+١٢٣٤٥٦٧٨٩"])
def test_what_is_no_phone_number(text: str) -> None:
    with pytest.raises(Invalid):
        Contact.phone(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "x@",
        "@y.id",
        "a@b",
        "a b@c.id",
        "a@b.id\nBcc: c@d.id",
        "a@b.id,c@d.id",
        "a@é.id",
        "a@" + "b" * 250 + ".id",
    ],
)
def test_what_is_no_email_address(text: str) -> None:
    with pytest.raises(Invalid):
        Contact.email(text)


def test_contacts_are_shown_masked() -> None:
    assert Contact.email(" Siti@Warga.Example.ID ").value == "siti@warga.example.id"
    assert Contact.email("siti@warga.example.id").masked == "si***@warga.example.id"
    assert Contact.phone("081200009001").masked == "+62*****9001"
    assert "9001'" not in repr(Contact.phone("081200009001")).replace("*9001", "")


def test_the_identifier_is_told_apart_by_its_shape() -> None:
    assert isinstance(parse_identifier("3314 1047 0892 9001"), Nik)
    assert parse_identifier("081200009001") == Contact("phone", "+6281200009001")
    assert parse_identifier("A@b.id") == Contact("email", "a@b.id")
    for text in ("", "  ", "0000000000000000", "what"):
        with pytest.raises(Invalid) as refused:
            parse_identifier(text)
        assert refused.value.errors[0].field == "/identifier"


def challenge(accounts: tuple[UUID, ...], code: str = "123456") -> Challenge:
    own = uuid4()
    return Challenge(own, "sign-in", accounts, None, code_digest(HASHES, own, code), NOW + timedelta(minutes=10))


def test_a_code_is_good_once_and_for_ten_minutes() -> None:
    mine = challenge((uuid4(),))
    mine.answer(code_digest(HASHES, mine.id, "123456"), NOW)
    with pytest.raises(Invalid, match="code-expired"):
        mine.answer(code_digest(HASHES, mine.id, "123456"), NOW)
    late = challenge((uuid4(),))
    with pytest.raises(Invalid, match="code-expired"):
        late.answer(code_digest(HASHES, late.id, "123456"), NOW + timedelta(minutes=10))


def test_a_code_of_nobody_is_never_right() -> None:
    decoy = challenge(())
    with pytest.raises(Invalid, match="code-wrong"):
        decoy.answer(code_digest(HASHES, decoy.id, "123456"), NOW)


def test_after_five_wrong_codes_the_right_one_is_too_late() -> None:
    mine = challenge((uuid4(),))
    for _ in range(ATTEMPTS):
        with pytest.raises(Invalid, match="code-wrong"):
            mine.answer(code_digest(HASHES, mine.id, "000000"), NOW)
    with pytest.raises(Invalid, match="code-attempts-used"):
        mine.answer(code_digest(HASHES, mine.id, "123456"), NOW)


def test_equal_codes_of_two_challenges_do_not_look_equal() -> None:
    assert code_digest(HASHES, uuid4(), "123456") != code_digest(HASHES, uuid4(), "123456")
    assert all(len(new_code()) == 6 for _ in range(50))


def test_only_the_own_accounts_can_be_chosen_and_only_after_the_code() -> None:
    one, other = uuid4(), uuid4()
    mine = challenge((one, other))
    assert not mine.may_choose(one, NOW)
    mine.answer(code_digest(HASHES, mine.id, "123456"), NOW)
    assert mine.may_choose(other, NOW)
    assert not mine.may_choose(uuid4(), NOW)
    assert not mine.may_choose(one, NOW + timedelta(minutes=5))


@pytest.mark.parametrize(
    ("idle", "age", "alive"), [(0, 0, True), (59, 59, True), (60, 60, False), (1, 719, True), (1, 720, False)]
)
def test_sessions_end_idle_or_old(idle: int, age: int, alive: bool) -> None:
    session = Session(uuid4(), uuid4(), b"", NOW - timedelta(minutes=age), NOW - timedelta(minutes=idle), ("otp",))
    assert session.alive(NOW) is alive
    session.revoked_at = NOW
    assert not session.alive(NOW)


def test_redirects_match_exactly_and_loopback_ports_are_free() -> None:
    web = Client("web", "Web", frozenset(), ("https://a.example.id/cb",))
    assert web.redirects_to("https://a.example.id/cb")
    for uri in (
        "https://a.example.id/cb/",
        "https://a.example.id/CB",
        "https://a.example.id/cb?x",
        "http://a.example.id/cb",
    ):
        assert not web.redirects_to(uri)
    native = Client("cli", "CLI", frozenset(), ("http://127.0.0.1/callback", "http://[::1]/callback"), native=True)
    for uri in ("http://127.0.0.1:1/callback", "http://127.0.0.1:65535/callback", "http://[::1]:8000/callback"):
        assert native.redirects_to(uri)
    for uri in (
        "http://127.0.0.1:0/callback",
        "http://127.0.0.1:65536/callback",
        "http://127.0.0.1:1/",
        "http://127.0.0.2:1/callback",
    ):
        assert not native.redirects_to(uri)
    assert not web.redirects_to("http://127.0.0.1:1/cb")


def test_client_secrets_and_scopes() -> None:
    client = Client("a", "A", frozenset(), secret_hash=hashlib.sha256(b"secret").digest())
    assert client.has_secret("secret")
    assert not client.has_secret("Secret")
    assert not Client("b", "B", frozenset()).has_secret("")
    assert granted_scope("email openid admin openid") == "openid email"
    assert granted_scope("") == granted_scope("opened") == ""


def test_tokens_carry_no_personal_data_but_the_subject() -> None:
    account = person()
    family = Family(uuid4(), account.id, uuid4(), "mpp-cli", "openid", NOW, ("otp",), NOW)
    claims = access_claims(account, family, issuer="i", scope="openid", jti=uuid4(), now=NOW)
    identity = id_claims(account, family, issuer="i", nonce=None, at_hash="h", now=NOW)
    text = f"{claims}{identity}"
    for value in ("Siti", "siti@", "3314104708929001", "+62"):
        assert value not in text
    assert claims["exp"] - claims["iat"] == 900
    assert "roles" not in claims
    assert "nonce" not in identity
    assert (identity["acr"], identity["amr"]) == ("1", ["otp"])
    service = service_claims("applications", issuer="i", scope="", jti=uuid4(), now=NOW)
    assert (service["kind"], service["sub"], service["client_id"]) == ("service", "applications", "applications")


def test_userinfo_says_what_the_scope_allows() -> None:
    account = person()
    assert userinfo(account, "openid") == {"sub": str(account.id)}
    assert userinfo(account, "openid email")["email_verified"] is False
    account.proven = frozenset({"email"})
    assert userinfo(account, "openid email")["email_verified"] is True
    officer = Account(
        id=uuid4(), kind="officer", status="active", name="Rina", language="id", created_at=NOW, updated_at=NOW,
        officer=Officer("Verifikator", (Role("verifier", "dpmptsp", "33.14"),)),
    )  # fmt: skip
    assert userinfo(officer, "openid profile")["roles"] == [
        {"role": "verifier", "agency": "dpmptsp", "region": "33.14"}
    ]


def test_verification_is_asked_ever_more_rarely_and_then_once_is_enough() -> None:
    account = person("pending")
    account.confirm("email", NOW)
    assert account.particulars().verification.next_at == NOW
    with pytest.raises(Conflict):
        account.confirm("email", NOW)
    waits = []
    for _ in range(6):
        account.agency_away(NOW)
        waits.append((account.particulars().verification.next_at or NOW) - NOW)
    assert [int(wait.total_seconds()) for wait in waits] == [10, 30, 120, 600, 600, 600]
    assert account.verified(NOW, "dukcapil", "Sragen") is True
    assert account.verified(NOW, "dukcapil", "") is False
    assert account.particulars().birth_place == "Sragen"
    assert account.particulars().verification.next_at is None


def test_names_and_birth_dates() -> None:
    assert parse_name("  Siti   Rahmawati, S.Kep. ") == "Siti Rahmawati, S.Kep."
    assert parse_name("I Gusti Ngurah O'Brien") == "I Gusti Ngurah O'Brien"
    for text in ("", "A", "<b>x</b>", "A\u202eB", "A\x00B", "x" * 151, "=cmd|x"):
        with pytest.raises(Invalid):
            parse_name(text)
    assert check_birth_date(date(2000, 2, 29), NOW.date()) == date(2000, 2, 29)
    for day in (None, date(1899, 12, 31), NOW.date() + timedelta(days=1)):
        with pytest.raises(Invalid):
            check_birth_date(day, NOW.date())


def test_keyed_hashes_differ_by_purpose_and_by_where_values_end() -> None:
    assert HASHES.of("nik", "1") != HASHES.of("contact", "1")
    assert HASHES.of("a", "b", "c") != HASHES.of("a", "bc")
    with pytest.raises(ValueError, match="32 bytes"):
        KeyedHash(b"short")


def test_discovery_has_what_openid_connect_requires() -> None:
    told = metadata("https://mpp.example.go.id")
    required = {
        "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported",
        "subject_types_supported", "id_token_signing_alg_values_supported",
    }  # fmt: skip
    assert required <= told.keys()
