"""JSON of the protocol to the contract's types and back. Unknown fields are ignored: the platform may add some."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import TypeAdapter, ValidationError

from mpp_connector.contract import (
    Accepted,
    Found,
    Later,
    LookupAnswer,
    LookupRequest,
    NotFound,
    Reason,
    Refused,
    Rejected,
    Task,
    TaskAnswer,
    Text,
)
from mpp_connector.envelopes import decode
from mpp_connector.errors import EnvelopeError

_LOOKUP = TypeAdapter(LookupRequest)
_TASK = TypeAdapter(Task)


@dataclass(frozen=True)
class Source:
    """Who says so, attached to every lookup answer."""

    agency: str
    simulated: bool
    text: Text


@dataclass(frozen=True)
class Receipt:
    """The platform's word on a result."""

    status: str
    reason: str


def read_lookup(plaintext: bytes) -> tuple[LookupRequest, OKPKey]:
    """A question and the key its answer is to be encrypted to. Raises EnvelopeError."""
    body = decode(plaintext)
    try:
        key = OKPKey.import_key(body["reply_key"])
        request = _LOOKUP.validate_python(body)
    except (ValidationError, JoseError, KeyError, TypeError, ValueError) as error:
        raise EnvelopeError(f"not a lookup: {type(error).__name__}") from None
    if key.curve_name != "X25519" or request.expires_at.tzinfo is None:
        raise EnvelopeError("not a lookup: reply_key or expires_at")
    return request, key


def read_task(plaintext: bytes, agency: str) -> Task:
    """A task for this agency. Raises EnvelopeError."""
    body = decode(plaintext)
    if body.get("agency") != agency:
        raise EnvelopeError("a task of another agency")
    try:
        task = _TASK.validate_python(body | {"id": body.get("task")})
    except ValidationError:
        raise EnvelopeError("not a task") from None
    if task.expires_at.tzinfo is None:
        raise EnvelopeError("not a task: expires_at has no time zone")
    return task


def lookup_body(question: str, answer: LookupAnswer, source: Source) -> dict[str, Any]:
    """The signed body of a lookup answer."""
    now = datetime.now(UTC)
    if isinstance(answer, Found):
        return _lookup(question, "found", dict(answer.data), source, answer.as_of or now)
    if isinstance(answer, NotFound):
        return _lookup(question, "not_found", {}, source, answer.as_of or now)
    if isinstance(answer, Refused):
        return _lookup(question, "refused", {"code": answer.code, "text": asdict(answer.text)}, source, now)
    raise TypeError("a lookup answers Found, NotFound or Refused")


def lookup_error(question: str, code: str, source: Source) -> dict[str, Any]:
    """The signed body of a lookup that could not be answered."""
    return _lookup(question, "error", {"code": code}, source, datetime.now(UTC))


def result_body(task: Task, agency: str, simulated: bool, answer: TaskAnswer) -> dict[str, Any]:
    """The body of a new result. Raises TypeError or ValueError for an answer the contract does not know."""
    outcome, data, until = "accepted", {}, None
    reasons: list[Reason] = []
    if isinstance(answer, Accepted):
        data = dict(answer.data)
    elif isinstance(answer, Rejected):
        outcome, data, reasons = "rejected", dict(answer.data), list(answer.reasons)
        if not reasons:
            raise ValueError("a rejection needs a reason")
    elif isinstance(answer, Later):
        outcome, until, reasons = "later", answer.until, list(answer.reasons)
        if until.tzinfo is None:
            raise ValueError("Later(until) needs a time zone")
    else:
        raise TypeError("a task answers Accepted, Rejected or Later")
    return {
        "result": str(uuid4()),
        "task": str(task.id),
        "agency": agency,
        "outcome": outcome,
        "data": data,
        "reasons": [asdict(reason) for reason in reasons],
        "until": until.isoformat() if until else None,
        "at": datetime.now(UTC).isoformat(),
        "simulated": simulated,
    }


def read_receipt(body: Mapping[str, Any], result: str, task: str, agency: str) -> Receipt:
    """The platform's word on exactly this result. Raises EnvelopeError for any other."""
    if (body.get("result"), body.get("task"), body.get("agency")) != (result, task, agency):
        raise EnvelopeError("a receipt for something else")
    status = body.get("status")
    if status not in {"recorded", "repeated", "refused"}:
        raise EnvelopeError("a receipt this protocol does not have")
    return Receipt(status=str(status), reason=str(body.get("reason") or ""))


def _lookup(question: str, outcome: str, data: dict[str, Any], source: Source, as_of: datetime) -> dict[str, Any]:
    return {
        "id": question,
        "outcome": outcome,
        "data": data,
        "source": asdict(source),
        "as_of": as_of.isoformat(),
    }
