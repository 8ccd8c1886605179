"""The cipher of columns and the signing keys."""

import base64
import json
import secrets

import pytest
from joserfc.jwk import RSAKey
from mpp_identity.clients.signing import SigningKeys
from mpp_identity.storage.cipher import Cipher, CipherError

KEY = secrets.token_bytes(32)


def test_a_value_comes_back_and_looks_different_each_time() -> None:
    cipher = Cipher({1: KEY})
    sealed = cipher.encrypt("Siti", "accounts", "name", "1")
    assert cipher.decrypt(sealed, "accounts", "name", "1") == "Siti"
    assert sealed != cipher.encrypt("Siti", "accounts", "name", "1")
    assert sealed[0] == 1


@pytest.mark.parametrize(
    ("table", "column", "row"), [("people", "name", "1"), ("accounts", "email", "1"), ("accounts", "name", "2")]
)
def test_a_value_is_bound_to_its_place(table: str, column: str, row: str) -> None:
    cipher = Cipher({1: KEY})
    with pytest.raises(CipherError):
        cipher.decrypt(cipher.encrypt("Siti", "accounts", "name", "1"), table, column, row)


def test_any_changed_byte_is_noticed() -> None:
    cipher = Cipher({1: KEY})
    sealed = cipher.encrypt("Siti", "accounts", "name", "1")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(CipherError):
            cipher.decrypt(bytes(changed), "accounts", "name", "1")
    for short in (b"", sealed[:1], sealed[:12], sealed[:-1]):
        with pytest.raises(CipherError):
            cipher.decrypt(short, "accounts", "name", "1")


def test_the_newest_key_writes_and_all_read() -> None:
    old, both = Cipher({1: KEY}), Cipher({1: KEY, 2: secrets.token_bytes(32)})
    sealed = old.encrypt("x", "t", "c", 1)
    assert both.decrypt(sealed, "t", "c", 1) == "x"
    assert both.encrypt("x", "t", "c", 1)[0] == 2
    with pytest.raises(CipherError):
        old.decrypt(both.encrypt("x", "t", "c", 1), "t", "c", 1)


@pytest.mark.parametrize(
    "keys", ["short", base64.b64encode(b"short").decode(), {"0": base64.b64encode(KEY).decode()}, {}]
)
def test_bad_keys_do_not_start(keys: object) -> None:
    with pytest.raises(ValueError, match="keys"):
        Cipher.from_json(keys)


def test_the_published_keys_hold_no_secret_and_old_ones_still_verify() -> None:
    first, second = json.loads(SigningKeys.generate())["keys"][0], json.loads(SigningKeys.generate())["keys"][0]
    old = SigningKeys(json.dumps({"keys": [first]}))
    rotated = SigningKeys(json.dumps({"keys": [second, first]}))
    token = old.sign({"sub": "x"}, "at+jwt")
    assert rotated.read(token, "at+jwt") == {"sub": "x"}
    assert old.read(rotated.sign({"sub": "x"}, "at+jwt"), "at+jwt") is None
    assert rotated.read(token, "JWT") is None
    assert rotated.read("é", "JWT") is None
    published = rotated.public()["keys"]
    assert {key["kid"] for key in published} == {first["kid"], second["kid"]}
    assert all(set(key) == {"kty", "n", "e", "use", "alg", "kid"} for key in published)


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_weak_or_public_signing_keys_do_not_start() -> None:
    weak = RSAKey.generate_key(1024, private=True, auto_kid=True).as_dict(private=True)
    public = RSAKey.generate_key(2048, private=True, auto_kid=True).as_dict(private=False)
    for keys in ([weak], [public], [], [{"kty": "oct", "k": "eA"}]):
        with pytest.raises(ValueError, match="key"):
            SigningKeys(json.dumps({"keys": keys}))
    for text in ("", "{}", "[]", "null"):
        with pytest.raises(ValueError, match="JWK"):
            SigningKeys(text)
