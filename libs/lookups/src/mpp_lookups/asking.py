"""Ask an agency's connector a question over NATS: `agency.<code>.lookup.<name>`, encrypted both ways.

The request is a JWE to the agency; the answer is a JWE to a key made for this one question, holding the agency's JWS.
`docs/connector-protocol.md` is the text; this is the asking side.
"""

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol, cast, get_args
from uuid import uuid4

from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey
from mpp_telemetry import current_traceparent, span
from mpp_telemetry.log import get_logger
from mpp_telemetry.metrics import Duration
from nats import errors as nats_errors

_DURATION = Duration("mpp.lookup.duration", "Questions to agencies, by agency, lookup and outcome.")
_log = get_logger(__name__)

Outcome = Literal["found", "not_found", "refused", "error", "away"]
ANSWERED: frozenset[str] = frozenset(get_args(Outcome)) - {"away"}
JWE_ALGORITHMS = ["ECDH-ES+A256KW", "A256GCM"]
JWS_ALGORITHMS = ["EdDSA", "Ed25519"]  # the name of RFC 8037 and the one RFC 9864 gave it


@dataclass(frozen=True)
class LookupAnswer:
    """What the agency said, or that it did not ("away": nobody listens, or not within the deadline).

    `source` is {"agency", "simulated", "text": {"id", "en"}}; `as_of` is when the agency's data was true. "error" also
    stands for an answer that could not be trusted: wrong key, wrong question, not readable.
    """

    outcome: Outcome
    data: dict[str, Any] = field(default_factory=dict)
    source: dict[str, Any] | None = None
    as_of: datetime | None = None


class NatsRequests(Protocol):
    """The part of a NATS client that a lookup needs."""

    async def request(
        self,
        subject: str,
        payload: bytes = b"",
        timeout: float = 0.5,  # noqa: ASYNC109 (the name is NATS's)
        old_style: bool = False,
        headers: Any = None,
    ) -> Any: ...


class AgencyLookups:
    """Asks agencies. `keys(agency)` gives the agency's public JWK set (one use=enc X25519, one use=sig Ed25519)."""

    def __init__(self, nc: NatsRequests, keys: Callable[[str], Awaitable[dict[str, Any]]]) -> None:
        self._nc = nc
        self._keys = keys

    async def ask(
        self,
        agency: str,
        name: str,
        input: dict[str, Any],
        *,
        purpose: str,
        language: str = "id",
        deadline: float = 2.0,
    ) -> LookupAnswer:
        """Ask once, at most `deadline` seconds. Raises only what `keys` raises: TryLater without the catalog."""
        jwks = await self._keys(agency)
        with span(f"lookup {agency}.{name}", kind="client", agency=agency, lookup=name) as own:
            begun = time.perf_counter()
            answer = await self._ask(agency, name, input, jwks, purpose, language, deadline)
            own.set_attribute("outcome", answer.outcome)
            told = {"agency": agency, "lookup": name, "outcome": answer.outcome}
            _DURATION.record(time.perf_counter() - begun, told)
            return answer

    async def _ask(
        self,
        agency: str,
        name: str,
        input: dict[str, Any],
        jwks: dict[str, Any],
        purpose: str,
        language: str,
        deadline: float,
    ) -> LookupAnswer:
        question, answer_key = str(uuid4()), OKPKey.generate_key("X25519", auto_kid=True)
        body = {
            "id": question,
            "name": name,
            "input": input,
            "reply_key": answer_key.as_dict(private=False),
            "purpose": purpose,
            "language": language,
            "expires_at": (datetime.now(UTC) + timedelta(seconds=deadline)).isoformat(),
        }
        traceparent = current_traceparent()
        headers = {"traceparent": traceparent} if traceparent else None
        try:
            message = await self._nc.request(
                f"agency.{agency}.lookup.{name}", _encrypt(body, jwks), timeout=deadline, headers=headers
            )
        except (nats_errors.NoRespondersError, nats_errors.TimeoutError, OSError):
            return LookupAnswer("away")
        except (
            nats_errors.ConnectionClosedError,
            nats_errors.ConnectionDrainingError,
            nats_errors.OutboundBufferLimitError,
        ):
            return LookupAnswer("away")
        try:
            return _read(message.data, question, agency, jwks, answer_key)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            _log.warning("agency-answer-refused", agency=agency, lookup=name, error=type(error).__name__)
            return LookupAnswer("error")


def _key(jwks: dict[str, Any], use: str) -> OKPKey:
    for key in jwks["keys"]:
        if key.get("use") == use:
            return OKPKey.import_key(key)
    raise ValueError(f"the agency has no key for {use!r}")


def _encrypt(body: dict[str, Any], jwks: dict[str, Any]) -> bytes:
    key = _key(jwks, "enc")
    header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "cty": "json"} | ({"kid": key.kid} if key.kid else {})
    return jwe.encrypt_compact(header, json.dumps(body), key, algorithms=JWE_ALGORITHMS).encode()


def _read(data: bytes, question: str, agency: str, jwks: dict[str, Any], answer_key: OKPKey) -> LookupAnswer:
    signed = jwe.decrypt_compact(data, answer_key, algorithms=JWE_ALGORITHMS).plaintext
    if signed is None:
        raise ValueError("empty answer")
    # Only the keys meant for signatures: an agency's encryption key must never count as its signature.
    keys = KeySet.import_key_set({"keys": [key for key in jwks["keys"] if key.get("use") == "sig"]})
    answer = json.loads(jws.deserialize_compact(signed, keys, algorithms=JWS_ALGORITHMS).payload)
    source = answer.get("source") or {}
    if answer["id"] != question:
        raise ValueError("an answer to another question")
    if source.get("agency", agency) != agency:
        raise ValueError("an answer of another agency")
    if answer["outcome"] not in ANSWERED:
        raise ValueError("an outcome this protocol does not have")
    as_of = datetime.fromisoformat(answer["as_of"]) if answer.get("as_of") else None
    return LookupAnswer(cast(Outcome, answer["outcome"]), answer.get("data") or {}, source, as_of)
