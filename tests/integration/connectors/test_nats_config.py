"""The generated configuration: what it must say, what it must never say, what it refuses to be made from."""

import re
import stat
from pathlib import Path
from typing import Any

import pytest
from mpp_cli import keys, nats_config
from mpp_cli.nats_config import AgencyFacts

SDMK = AgencyFacts("sdmk", ("licence",), ("check",))
DUKCAPIL = AgencyFacts("dukcapil", ("person", "verify"), copies=2)
SERVER = nats_config.ServerSettings(store=Path("/data/js"), port=4222, http_port=8222)
USERS = (*nats_config.CORE_SERVICES, "operator", "sys")


def users() -> dict[str, str]:
    return {name: keys.new_nats_user().public for name in USERS}


def rendered(*agencies: AgencyFacts, revoked: str = "") -> str:
    connectors = {facts.code: keys.new_nats_user().public for facts in agencies if facts.code != revoked}
    return nats_config.render(SERVER, agencies, users(), connectors)


def account(text: str, name: str) -> str:
    found = re.search(rf"^  {name}: {{\n(.*?)^  }}", text, re.MULTILINE | re.DOTALL)
    assert found, name
    return found[1]


def test_it_says_what_keeps_messages() -> None:
    text = rendered(SDMK)
    assert "sync_interval: always" in text
    assert 'store_dir: "/data/js"' in text
    assert 'host: "127.0.0.1"' in text
    assert 'http: "127.0.0.1:8222"' in text
    assert "system_account: SYS" in text


def test_it_never_says_what_opens_a_wall() -> None:
    text = rendered(SDMK, DUKCAPIL)
    for word in ("no_auth_user", "mqtt", "websocket", "leafnodes {", "allow_responses", "deny", "password", "token"):
        assert word not in text, word
    assert text.count("jetstream: enabled") == 1
    assert "jetstream" not in account(text, "AG_SDMK") + account(text, "AG_DUKCAPIL")


def test_each_agency_is_exported_to_by_name_only() -> None:
    text = rendered(SDMK, DUKCAPIL)
    core = account(text, "CORE")
    exports = core[core.index("exports:") : core.index("imports:")]
    assert exports.count("service:") == exports.count("accounts: [AG_SDMK]") == 3
    assert "AG_DUKCAPIL" not in exports, "an agency without tasks is offered nothing"
    for name in ("AG_SDMK", "AG_DUKCAPIL"):
        own = account(text, name)
        for export in own[own.index("exports:") :].split("imports:")[0].splitlines():
            assert "service:" not in export or "accounts: [CORE]" in export


def test_an_agency_may_do_what_it_declares_and_no_more() -> None:
    assert nats_config.agency_permissions(DUKCAPIL) == (
        ["_R_.>"],
        ["_INBOX_dukcapil.>", "$SRV.>", "agency.dukcapil.lookup.>"],
    )
    publish, subscribe = nats_config.agency_permissions(AgencyFacts("x", (), ("check",)))
    assert publish == ["_R_.>", "$JS.API.CONSUMER.MSG.NEXT.TASKS.x", "$JS.ACK.TASKS.x.>", "agency.x.result"]
    assert subscribe == ["_INBOX_x.>", "$SRV.>"]


def test_only_applications_hears_results_and_only_two_ask() -> None:
    heard = {user for user in nats_config.CORE_SERVICES if "agency.*.result" in nats_config.core_permissions(user)[1]}
    asking = {
        user for user in nats_config.CORE_SERVICES if "agency.*.lookup.>" in nats_config.core_permissions(user)[0]
    }
    assert heard == {"applications"}
    assert asking == {"applications", "identity"}
    for user in nats_config.CORE_SERVICES:
        publish, subscribe = nats_config.core_permissions(user)
        assert not [subject for subject in publish if "DELETE" in subject or "PURGE" in subject]
        assert ">" not in {*publish, *subscribe}
        assert "$JS.API.>" not in publish


def test_the_limits_follow_the_copies() -> None:
    text = rendered(DUKCAPIL)
    assert "max_connections: 4, max_subscriptions: 128, max_payload: 262144, max_leafnodes: 0" in text


def test_a_revoked_agency_keeps_its_account_and_loses_its_user() -> None:
    assert "users:" not in account(rendered(SDMK, DUKCAPIL, revoked="sdmk"), "AG_SDMK")


@pytest.mark.parametrize("code", ["", "SDMK", "a.b", "a b", "*", ">", "a>", "1a", "x" * 32, "a\nb", 'a"', "a_b"])
def test_a_code_that_could_be_a_subject_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="agency code"):
        AgencyFacts(code)


def test_what_is_no_public_key_is_refused() -> None:
    seed = keys.new_nats_user().seed
    with pytest.raises(ValueError, match="not a public user nkey"):
        nats_config.render(SERVER, [SDMK], users(), {"sdmk": seed})
    with pytest.raises(ValueError, match="no key for operator"):
        nats_config.render(SERVER, [], {name: key for name, key in users().items() if name != "operator"}, {})


def test_agencies_are_read_from_their_definitions(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("code: dinkes\nname: {id: D, en: D}\n")
    (tmp_path / "b.yaml").write_text(
        "code: sdmk\nconnector:\n  lookups: [{name: licence}]\n  tasks: [{name: check, services: [sip-perawat]}]\n"
    )
    assert nats_config.load_agencies(tmp_path) == [SDMK]
    (tmp_path / "c.yaml").write_text("code: sdmk\nconnector: {lookups: [], tasks: []}\n")
    with pytest.raises(ValueError, match="share a code"):
        nats_config.load_agencies(tmp_path)


def test_the_shipped_agencies_are_those_with_a_connector() -> None:
    shipped = nats_config.load_agencies(Path(__file__).parents[3] / "definitions/agencies")
    assert {facts.code: (facts.lookups, facts.tasks) for facts in shipped} == {
        "dukcapil": (("person", "verify"), ()),
        "esign": (("certificate",), ("sign",)),
        "sdmk": (("licence",), ("check",)),
    }


def test_secrets_are_written_whole_and_for_their_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secrets" / "seed"
    keys.write_private(path, "one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700

    def fail(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("mpp_cli.keys.os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        keys.write_private(path, "two")
    assert path.read_text() == "one"
    assert [file.name for file in path.parent.iterdir()] == ["seed"]


def test_keys_are_made_once(tmp_path: Path) -> None:
    assert keys.ensure_nats_user(tmp_path / "a.seed") == keys.ensure_nats_user(tmp_path / "a.seed")
    first = keys.ensure_jwk_sets(tmp_path / "sdmk")
    assert keys.ensure_jwk_sets(tmp_path / "sdmk") == first
    assert stat.S_IMODE((tmp_path / "sdmk/private.jwks.json").stat().st_mode) == 0o600
    for bad in ("", "hello", "SU", first.public["keys"][0]["x"]):
        with pytest.raises(ValueError, match="seed"):
            keys.nats_user(bad)
