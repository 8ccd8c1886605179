"""What the database holds: nothing readable, nothing movable, one account a NIK, a log that only grows."""

import secrets

import pytest
from mpp_identity.domain.contacts import Contact
from mpp_identity.domain.keyed_hash import KeyedHash
from mpp_identity.domain.nik import Nik
from mpp_identity.storage import Cipher, DatabaseStore
from mpp_identity.storage.cipher import CipherError
from mpp_identity.use_cases.administration import demonstration_id
from mpp_identity.use_cases.particulars import Particulars
from mpp_runtime.errors import Stale
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from tests.integration.identity.conftest import ENCRYPTION, LOOKUP, Mall, authorisation, demo_code, make_mall

SITI, BUDI = demonstration_id("siti"), demonstration_id("budi")
CLEAR = ("3314104708929001", "Siti Rahmawati", "siti@warga.example.id", "+6281200009001", "1992-08-07", "Karanganyar")


async def test_the_tables_are_what_the_migrations_made(mall: Mall) -> None:
    for table in SQLModel.metadata.sorted_tables:
        if table.name not in {"accounts", "people", "officers", "officer_roles", "challenges", "sessions", "codes",
                              "sign_in_transactions", "families", "refresh_tokens", "access_log", "consents",
                              "mandates", "rate_limits"}:  # fmt: skip
            continue  # another service's, when the whole suite runs in one process
        async with mall.database.read() as session:
            found = await session.execute(
                text("SELECT column_name, is_nullable FROM information_schema.columns WHERE table_name = :name"),
                {"name": table.name},
            )
            columns = {name: nullable == "YES" for name, nullable in found}
        assert columns.keys() == set(table.columns.keys()), table.name
        for column in table.columns:
            if table.name != "officer_roles":
                assert bool(column.nullable) == columns[column.name], f"{table.name}.{column.name}"


async def test_a_dump_shows_no_personal_data(mall: Mall) -> None:
    async with mall.client() as browser:
        await demo_code(browser, "siti", authorisation(login_hint="siti@warga.example.id"))
    rows: list[str] = []
    async with mall.database.read() as session:
        tables = await session.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for table in tables.scalars().all():
            rows += (await session.execute(text(f'SELECT t::text FROM "{table}" t'))).scalars().all()
    dump = "\n".join(rows)
    assert str(SITI) in dump
    for value in CLEAR:
        assert value not in dump, value
        assert value.encode().hex() not in dump, value


async def test_a_value_moved_to_another_row_or_column_is_an_error(mall: Mall) -> None:
    async with mall.database.transaction() as transaction:
        await transaction.session.execute(
            text("UPDATE people SET birth_place = (SELECT birth_place FROM people WHERE account = :budi) "
                 "WHERE account = :siti"),
            {"siti": SITI, "budi": BUDI},
        )  # fmt: skip
    with pytest.raises(CipherError, match=r"people\.birth_place"):
        await Particulars(mall.world).read(
            str(SITI), ("name",), purpose="test", application="", reader="service:applications"
        )
    async with mall.world.store.read() as work:
        assert await work.access_log.of_person(SITI, 10, None) == []


async def test_old_keys_still_read_and_new_ones_write(mall: Mall) -> None:
    newer = secrets.token_bytes(32)
    rotated = DatabaseStore(mall.database, Cipher({1: ENCRYPTION, 2: newer}), KeyedHash(LOOKUP))
    async with rotated.transaction(str(SITI)) as work:
        account = await work.accounts.get(SITI)
        assert account is not None
        assert account.name == "Siti Rahmawati"
        await work.accounts.save(account)
    async with rotated.read() as work:
        assert (await work.accounts.get(SITI)).name == "Siti Rahmawati"  # type: ignore[union-attr]
    async with mall.world.store.read() as work:
        with pytest.raises(CipherError, match="no key of this version"):
            await work.accounts.get(SITI)


async def test_without_the_lookup_key_no_guess_finds_a_nik(mall: Mall) -> None:
    async with mall.world.store.read() as work:
        assert (await work.accounts.holder_of(Nik("3314104708929001"))) is not None
    blind = DatabaseStore(mall.database, Cipher({1: ENCRYPTION}), KeyedHash(secrets.token_bytes(32)))
    async with blind.read() as work:
        assert await work.accounts.holder_of(Nik("3314104708929001")) is None
        assert await work.accounts.with_contact(Contact.email("siti@warga.example.id")) == []


async def test_the_second_of_two_writers_is_stale(mall: Mall) -> None:
    async with mall.world.store.read() as work:
        first, second = await work.accounts.get(SITI), await work.accounts.get(SITI)
    assert first is not None
    assert second is not None
    first.language, second.language = "en", "en"
    async with mall.world.store.transaction(str(SITI)) as work:
        await work.accounts.save(first)
    with pytest.raises(Stale):
        async with mall.world.store.transaction(str(SITI)) as work:
            await work.accounts.save(second)


async def test_the_access_log_only_grows(mall: Mall) -> None:
    await Particulars(mall.world).contact(str(SITI), purpose="message:X", reader="service:notifications")
    for statement in ("DELETE FROM access_log", "UPDATE access_log SET purpose = 'x'", "TRUNCATE access_log"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with mall.database.transaction() as transaction:
                await transaction.session.execute(text(statement))


async def test_seeding_again_changes_nothing(mall: Mall, migrated: str) -> None:
    async def ledger() -> int:
        async with mall.database.read() as session:
            return int((await session.execute(text("SELECT count(*) FROM events"))).scalar_one())

    before = await ledger()
    assert before == 4
    again = await make_mall(migrated)
    assert again.identity.demo is not None
    assert await again.identity.administration.load_officers(again.identity.demo.officers, synthetic=True) == 0
    assert await again.identity.administration.load_synthetic_people(again.identity.demo.people) == 0
    await again.database.close()
    assert await ledger() == before
