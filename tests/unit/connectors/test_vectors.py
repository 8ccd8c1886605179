"""docs/vectors opens with the SDK and with nothing but a JOSE library, and what must be refused is refused."""

import json
from typing import Any

import pytest
from joserfc import jwe, jws
from joserfc.jwk import OKPKey
from mpp_connector import envelopes, wire
from mpp_connector.errors import EnvelopeError

from tests.unit.connectors import vectors

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")


def read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((vectors.FOLDER / name).read_text(encoding="utf-8"))
    return content


KEYS = read("keys.json")
AGENCY = envelopes.KeySet.from_jwks(KEYS["agency"]["private"])
AGENCY_PUBLIC = envelopes.KeySet.from_jwks(KEYS["agency"]["public"])
PLATFORM = envelopes.KeySet.from_jwks(KEYS["platform"]["private"])
PLATFORM_PUBLIC = envelopes.KeySet.from_jwks(KEYS["platform"]["public"])
REPLY = OKPKey.import_key(KEYS["reply"])


def shape(value: Any) -> Any:
    """Which files and fields there are, without what differs from one making to the next."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items() if key not in {"message", "jws", "keys", "reply"}}
    return value


def test_the_files_are_those_the_maker_makes() -> None:
    made = vectors.make()
    assert {path.name for path in vectors.FOLDER.glob("*.json")} == set(made)
    for name, content in made.items():
        expected, stored = shape(content), shape(read(name))
        for document in (expected, stored):
            document.get("request", {}).get("body", {}).pop("reply_key", None)
            for case in [*document.get("tasks", []), *document.get("receipts", [])]:
                case.pop("message", None)
        assert stored == expected, f"{name}: python -m tests.unit.connectors.vectors"


def test_the_lookup_is_read_and_its_answer_opened() -> None:
    lookup = read("lookup.json")
    request, reply_key = wire.read_lookup(envelopes.unseal(lookup["request"]["message"].encode(), AGENCY.encryption))
    assert request.id == vectors.QUESTION["id"]
    assert request.input == vectors.QUESTION["input"]
    assert reply_key.thumbprint() == REPLY.thumbprint()
    signed = envelopes.unseal(lookup["answer"]["message"].encode(), [REPLY])
    assert signed.decode() == lookup["answer"]["jws"]
    assert envelopes.verify(signed, AGENCY_PUBLIC.signing, envelopes.LOOKUP_ANSWER) == vectors.ANSWER


def test_the_task_is_read() -> None:
    task = wire.read_task(envelopes.unseal(read("task.json")["message"].encode(), AGENCY.encryption), "sdmk")
    assert str(task.id) == vectors.TASK["task"]
    assert task.input == vectors.TASK["input"]


def test_signatures_come_out_the_same_in_every_implementation() -> None:
    result = read("result.json")
    assert envelopes.sign(vectors.RESULT, AGENCY.signing[0], envelopes.RESULT).decode() == result["jws"]
    assert (
        envelopes.sign(vectors.RECEIPT, PLATFORM.signing[0], envelopes.RECEIPT).decode() == result["receipt"]["message"]
    )


def test_the_result_and_its_receipt_open_with_a_jose_library_alone() -> None:
    result = read("result.json")
    inside = jwe.decrypt_compact(
        result["message"], PLATFORM.encryption[0], algorithms=["ECDH-ES+A256KW", "A256GCM"]
    ).plaintext
    assert inside is not None
    opened = jws.deserialize_compact(inside, AGENCY_PUBLIC.signing[0], algorithms=["EdDSA"])
    assert json.loads(opened.payload) == vectors.RESULT
    assert receipt(result["receipt"]["message"]).status == "recorded"


@pytest.mark.parametrize("case", read("refuse.json")["tasks"], ids=lambda case: case["why"])
def test_a_bad_task_is_refused(case: dict[str, str]) -> None:
    with pytest.raises(EnvelopeError):
        wire.read_task(envelopes.unseal(case["message"].encode(), AGENCY.encryption), "sdmk")


def receipt(message: str) -> wire.Receipt:
    body = envelopes.verify(message.encode(), PLATFORM_PUBLIC.signing, envelopes.RECEIPT)
    return wire.read_receipt(body, str(vectors.RESULT["result"]), str(vectors.TASK["task"]), "sdmk")


@pytest.mark.parametrize("case", read("refuse.json")["receipts"], ids=lambda case: case["why"])
def test_a_bad_receipt_is_refused(case: dict[str, str]) -> None:
    with pytest.raises(EnvelopeError):
        receipt(case["message"])
