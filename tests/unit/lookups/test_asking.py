"""Lookups: what goes to the agency, and which answers count."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from joserfc import jwe, jws
from joserfc.jwk import KeySet, OKPKey
from mpp_lookups import AgencyLookups, LookupAnswer
from nats import errors as nats_errors

ENC = OKPKey.generate_key("X25519", {"use": "enc", "kid": "enc-1"})
SIG = OKPKey.generate_key("Ed25519", {"use": "sig", "kid": "sig-1"})
OTHER_SIG = OKPKey.generate_key("Ed25519", {"use": "sig", "kid": "sig-1"})
PUBLIC = KeySet([ENC, SIG]).as_dict(private=False)
SOURCE = {"agency": "dukcapil", "simulated": True, "text": {"id": "Data sintetis", "en": "Synthetic data"}}


def encode(answer: dict[str, Any], reply_key: dict[str, Any], signer: OKPKey = SIG) -> bytes:
    signed = jws.serialize_compact({"alg": "EdDSA", "kid": "sig-1"}, json.dumps(answer), signer, algorithms=["EdDSA"])
    header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}
    return jwe.encrypt_compact(header, signed, OKPKey.import_key(reply_key)).encode()


class Agency:
    """A fake NATS client with an agency behind it; `reply` makes the bytes from the decrypted request."""

    def __init__(self, reply: Callable[[dict[str, Any]], bytes]) -> None:
        self.reply, self.subject, self.wire = reply, "", b""
        self.request_body: dict[str, Any] = {}

    async def request(
        self,
        subject: str,
        payload: bytes = b"",
        timeout: float = 0.5,  # noqa: ASYNC109 (the name is NATS's)
        old_style: bool = False,
        headers: Any = None,
    ) -> Any:
        self.subject, self.wire = subject, payload
        self.request_body = json.loads(jwe.decrypt_compact(payload, ENC).plaintext or b"")
        return SimpleNamespace(data=self.reply(self.request_body))


def answer_to(request: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "id": request["id"],
        "outcome": "found",
        "data": {"match": True},
        "source": SOURCE,
        "as_of": "2026-07-01T08:00:00+07:00",
    } | changes


async def keys(agency: str) -> dict[str, Any]:
    assert agency == "dukcapil"
    return dict(PUBLIC)


async def ask(agency: Agency) -> LookupAnswer:
    return await AgencyLookups(agency, keys).ask(
        "dukcapil", "verify", {"nik": "3314104708929001"}, purpose="sign-up", language="en", deadline=1.5
    )


async def test_the_answer_of_the_agency_arrives() -> None:
    agency = Agency(lambda request: encode(answer_to(request), request["reply_key"]))
    answer = await ask(agency)
    assert answer.outcome == "found"
    assert answer.data == {"match": True}
    assert answer.source == SOURCE
    assert answer.as_of == datetime(2026, 7, 1, 1, tzinfo=UTC)


async def test_the_request_is_readable_by_the_agency_alone_and_says_why() -> None:
    agency = Agency(lambda request: encode(answer_to(request), request["reply_key"]))
    await ask(agency)
    assert agency.subject == "agency.dukcapil.lookup.verify"
    assert b"3314104708929001" not in agency.wire
    body = agency.request_body
    assert body["name"] == "verify"
    assert body["input"] == {"nik": "3314104708929001"}
    assert (body["purpose"], body["language"]) == ("sign-up", "en")
    assert "d" not in body["reply_key"]
    left = (datetime.fromisoformat(body["expires_at"]) - datetime.now(UTC)).total_seconds()
    assert 0 < left <= 1.5


async def test_each_question_has_its_own_key() -> None:
    agency = Agency(lambda request: encode(answer_to(request), request["reply_key"]))
    await ask(agency)
    first = agency.request_body
    await ask(agency)
    assert agency.request_body["reply_key"]["x"] != first["reply_key"]["x"]
    assert agency.request_body["id"] != first["id"]


@pytest.mark.parametrize("outcome", ["not_found", "refused", "error"])
async def test_other_outcomes_are_handed_on(outcome: str) -> None:
    agency = Agency(lambda request: encode(answer_to(request, outcome=outcome, data={}), request["reply_key"]))
    assert (await ask(agency)).outcome == outcome


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(lambda request: b"", id="empty"),
        pytest.param(lambda request: b'{"outcome":"found"}', id="clear text"),
        pytest.param(
            lambda request: encode(answer_to(request), request["reply_key"], OTHER_SIG), id="forged signature"
        ),
        pytest.param(lambda request: encode(answer_to(request, id="other"), request["reply_key"]), id="other question"),
        pytest.param(lambda request: encode(answer_to(request, outcome="away"), request["reply_key"]), id="no outcome"),
        pytest.param(
            lambda request: encode(answer_to(request, source={"agency": "sdmk"}), request["reply_key"]),
            id="other agency",
        ),
        pytest.param(
            lambda request: encode(answer_to(request), OKPKey.generate_key("X25519").as_dict(private=False)),
            id="other key",
        ),
    ],
)
async def test_an_answer_that_cannot_be_trusted_is_an_error(reply: Callable[[dict[str, Any]], bytes]) -> None:
    answer = await ask(Agency(reply))
    assert answer.outcome == "error"
    assert answer.data == {}


@pytest.mark.parametrize(
    "error", [nats_errors.NoRespondersError(), nats_errors.TimeoutError(), nats_errors.ConnectionClosedError()]
)
async def test_no_answer_is_away(error: Exception) -> None:
    def reply(request: dict[str, Any]) -> bytes:
        raise error

    assert await ask(Agency(reply)) == LookupAnswer("away")


async def test_an_agency_without_an_encryption_key_is_never_asked_in_clear() -> None:
    async def no_keys(agency: str) -> dict[str, Any]:
        return {"keys": []}

    agency = Agency(lambda request: b"")
    with pytest.raises(ValueError, match="no key"):
        await AgencyLookups(agency, no_keys).ask("dukcapil", "verify", {}, purpose="sign-up")
    assert agency.wire == b""
