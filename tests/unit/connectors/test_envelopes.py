"""Envelopes: only the addressee reads, only the holder of the right key is believed."""

import base64
import json
from typing import Any

import pytest
from joserfc import jwe, jws
from joserfc.jwk import OctKey, OKPKey
from mpp_cli.keys import new_jwk_sets
from mpp_connector import envelopes
from mpp_connector.errors import EnvelopeError

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")


@pytest.fixture
def agency() -> envelopes.KeySet:
    return envelopes.KeySet.from_jwks(new_jwk_sets().private)


@pytest.fixture
def stranger() -> envelopes.KeySet:
    return envelopes.KeySet.from_jwks(new_jwk_sets().private)


def test_what_is_sealed_to_a_key_is_read_with_it(agency: envelopes.KeySet) -> None:
    sealed = envelopes.seal("rahasia é".encode(), agency.encryption[0])
    assert b"rahasia" not in sealed
    assert envelopes.unseal(sealed, agency.encryption) == "rahasia é".encode()


def test_two_envelopes_of_the_same_text_differ(agency: envelopes.KeySet) -> None:
    assert envelopes.seal(b"x", agency.encryption[0]) != envelopes.seal(b"x", agency.encryption[0])


def test_a_stranger_cannot_read(agency: envelopes.KeySet, stranger: envelopes.KeySet) -> None:
    with pytest.raises(EnvelopeError):
        envelopes.unseal(envelopes.seal(b"x", agency.encryption[0]), stranger.encryption)


@pytest.mark.parametrize("position", range(5))
def test_one_changed_character_anywhere_is_noticed(agency: envelopes.KeySet, position: int) -> None:
    parts = envelopes.seal(b"a text of some length", agency.encryption[0]).decode().split(".")
    part = parts[position]
    middle = len(part) // 2
    parts[position] = part[:middle] + ("A" if part[middle] != "A" else "B") + part[middle + 1 :]
    with pytest.raises(EnvelopeError):
        envelopes.unseal(".".join(parts).encode(), agency.encryption)


@pytest.mark.parametrize(
    "garbage", [b"", b"x", b"....", b"{}", b"a.b.c.d.e", "é".encode(), b"\xff\xfe", b"a" * 100_000]
)
def test_garbage_is_a_named_error(agency: envelopes.KeySet, garbage: bytes) -> None:
    with pytest.raises(EnvelopeError):
        envelopes.unseal(garbage, agency.encryption)
    with pytest.raises(EnvelopeError):
        envelopes.verify(garbage, agency.signing, envelopes.RESULT)


def test_a_key_that_was_rotated_out_still_reads(agency: envelopes.KeySet, stranger: envelopes.KeySet) -> None:
    both = (*stranger.encryption, *agency.encryption)
    assert envelopes.unseal(envelopes.seal(b"old", agency.encryption[0]), both) == b"old"


@pytest.mark.parametrize("header", [{"alg": "ECDH-ES", "enc": "A256GCM"}, {"alg": "ECDH-ES+A256KW", "enc": "A128GCM"}])
def test_other_encryption_is_refused(agency: envelopes.KeySet, header: dict[str, str]) -> None:
    key = agency.encryption[0]
    token = jwe.encrypt_compact(header | {"kid": envelopes.key_id(key)}, b"x", key, algorithms=list(header.values()))
    with pytest.raises(EnvelopeError):
        envelopes.unseal(token.encode(), agency.encryption)


def test_a_compressed_envelope_is_refused(agency: envelopes.KeySet) -> None:
    key = agency.encryption[0]
    header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "zip": "DEF", "kid": envelopes.key_id(key)}
    bomb = jwe.encrypt_compact(header, b"0" * 1_000_000, key, algorithms=[*envelopes.ENCRYPTION, "DEF"])
    with pytest.raises(EnvelopeError):
        envelopes.unseal(bomb.encode(), agency.encryption)


def test_what_is_signed_is_read_back(agency: envelopes.KeySet) -> None:
    signed = envelopes.sign({"a": 1, "b": "é"}, agency.signing[0], envelopes.RESULT)
    assert envelopes.verify(signed, agency.signing, envelopes.RESULT) == {"a": 1, "b": "é"}


def test_a_strangers_signature_is_refused(agency: envelopes.KeySet, stranger: envelopes.KeySet) -> None:
    signed = envelopes.sign({"a": 1}, stranger.signing[0], envelopes.RECEIPT)
    with pytest.raises(EnvelopeError):
        envelopes.verify(signed, agency.signing, envelopes.RECEIPT)


def test_a_strangers_signature_under_our_key_id_is_refused(
    agency: envelopes.KeySet, stranger: envelopes.KeySet
) -> None:
    header = {"alg": "EdDSA", "kid": envelopes.key_id(agency.signing[0]), "typ": envelopes.RECEIPT}
    signed = jws.serialize_compact(header, b"{}", stranger.signing[0], algorithms=["EdDSA"])
    with pytest.raises(EnvelopeError):
        envelopes.verify(signed.encode(), agency.signing, envelopes.RECEIPT)


def test_a_lookup_answer_is_no_receipt(agency: envelopes.KeySet) -> None:
    signed = envelopes.sign({"a": 1}, agency.signing[0], envelopes.LOOKUP_ANSWER)
    with pytest.raises(EnvelopeError):
        envelopes.verify(signed, agency.signing, envelopes.RECEIPT)


def test_an_unsigned_message_is_refused(agency: envelopes.KeySet) -> None:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    header = {"alg": "none", "kid": envelopes.key_id(agency.signing[0])}
    with pytest.raises(EnvelopeError):
        envelopes.verify(f"{part(header)}.{part({'a': 1})}.".encode(), agency.signing, envelopes.RESULT)


def test_a_public_key_used_as_a_shared_secret_is_refused(agency: envelopes.KeySet) -> None:
    public = str(agency.signing[0].as_dict(private=False)["x"])
    header = {"alg": "HS256", "kid": envelopes.key_id(agency.signing[0])}
    forged = jws.serialize_compact(header, b"{}", OctKey.import_key(public), algorithms=["HS256"])
    with pytest.raises(EnvelopeError):
        envelopes.verify(forged.encode(), agency.signing, envelopes.RESULT)


def test_a_key_set_without_the_right_curves_is_refused() -> None:
    wrong = OKPKey.generate_key("Ed25519").as_dict(private=True) | {"use": "enc"}
    signing = OKPKey.generate_key("Ed25519").as_dict(private=True) | {"use": "sig"}
    with pytest.raises(ValueError, match="X25519"):
        envelopes.KeySet.from_jwks({"keys": [wrong, signing]})
    with pytest.raises(ValueError, match="key set"):
        envelopes.KeySet.from_jwks({"keys": [{"kty": "OKP"}]})


def test_the_key_id_is_the_thumbprint() -> None:
    made = new_jwk_sets()
    for private, public in zip(made.private["keys"], made.public["keys"], strict=True):
        assert "d" in private
        assert "d" not in public
        assert private["kid"] == public["kid"] == OKPKey.import_key(public).thumbprint()
