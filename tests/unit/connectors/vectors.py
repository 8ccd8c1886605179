"""Makes docs/vectors: messages of the connector protocol with the keys to open them, for any language.

`python -m tests.unit.connectors.vectors` writes the files anew. The keys are public on purpose and used nowhere else.
"""

import json
from pathlib import Path
from typing import Any

from joserfc import jwe, jws
from joserfc.jwk import OctKey, OKPKey
from mpp_cli.keys import new_jwk_sets
from mpp_connector import envelopes

FOLDER = Path(__file__).parents[3] / "docs" / "vectors"
NOTE = "Test vectors of docs/connector-protocol.md. These keys are public: never use them."

QUESTION = {
    "id": "0e7f2b0a-0f8e-4a0e-9d0b-2f6c5f2f7a11",
    "name": "licence",
    "input": {"nik": "3314104708929001"},
    "purpose": "application-prefill",
    "language": "id",
    "expires_at": "2026-11-24T10:00:02+07:00",
}
ANSWER = {
    "id": QUESTION["id"],
    "outcome": "found",
    "data": {"number": "STR-PRW-0331-2201", "lifetime": True},
    "source": {
        "agency": "sdmk",
        "simulated": True,
        "text": {"id": "Simulasi registri tenaga kesehatan", "en": "Simulated health-worker registry"},
    },
    "as_of": "2026-11-24T03:00:00+00:00",
}
TASK = {
    "task": "0198f3a0-7c1e-7a5b-8f00-3b6f5d1c2e90",
    "agency": "sdmk",
    "name": "check",
    "application": "0198f39f-11aa-7c3d-9b5e-6a1d2c3b4f50",
    "service": "sip-perawat",
    "mall": "33.14",
    "attempt": 1,
    "input": {
        "nik": "3314104708929001",
        "name": "Siti Rahmawati",
        "answers": {"licence": {"number": "STR-PRW-0331-2201"}, "sub_type": "new"},
    },
    "expires_at": "2026-11-24T10:00:00+07:00",
}
RESULT = {
    "result": "5b1f6a52-8d2c-4b62-8d6f-0d3b8f0c9a10",
    "task": TASK["task"],
    "agency": "sdmk",
    "outcome": "rejected",
    "data": {},
    "reasons": [
        {
            "code": "licence-revoked",
            "target": "/licence/number",
            "text": {"id": "STR ini telah dicabut.", "en": "This registration was revoked."},
        }
    ],
    "until": None,
    "at": "2026-11-24T03:00:05+00:00",
    "simulated": True,
}
RECEIPT = {
    "result": RESULT["result"],
    "task": TASK["task"],
    "agency": "sdmk",
    "recorded_at": "2026-11-24T03:00:06+00:00",
    "status": "recorded",
    "reason": None,
}


def make() -> dict[str, dict[str, Any]]:
    """All files, by name."""
    agency, platform, stranger = new_jwk_sets(), new_jwk_sets(), new_jwk_sets()
    own, core = envelopes.KeySet.from_jwks(agency.private), envelopes.KeySet.from_jwks(platform.private)
    reply = OKPKey.generate_key("X25519")
    question = QUESTION | {"reply_key": reply.as_dict(private=False)}
    answer = envelopes.sign(ANSWER, own.signing[0], envelopes.LOOKUP_ANSWER)
    result = envelopes.sign(RESULT, own.signing[0], envelopes.RESULT)
    receipt = envelopes.sign(RECEIPT, core.signing[0], envelopes.RECEIPT)
    return {
        "keys.json": {
            "note": NOTE,
            "agency": {"private": agency.private, "public": agency.public},
            "platform": {"private": platform.private, "public": platform.public},
            "reply": reply.as_dict(private=True),
        },
        "lookup.json": {
            "note": NOTE,
            "request": {
                "subject": "agency.sdmk.lookup.licence",
                "body": question,
                "message": _text(envelopes.seal(envelopes.encode(question), own.encryption[0])),
            },
            "answer": {
                "body": ANSWER,
                "jws": _text(answer),
                "message": _text(envelopes.seal(answer, reply)),
            },
        },
        "task.json": {
            "note": NOTE,
            "subject": "agency.sdmk.task.check",
            "headers": {"Nats-Msg-Id": f"{TASK['task']}:1", "mpp-task": TASK["task"]},
            "body": TASK,
            "message": _text(envelopes.seal(envelopes.encode(TASK), own.encryption[0])),
        },
        "result.json": {
            "note": NOTE,
            "subject": "agency.sdmk.result",
            "body": RESULT,
            "jws": _text(result),
            "message": _text(envelopes.seal(result, core.encryption[0])),
            "receipt": {"body": RECEIPT, "message": _text(receipt)},
        },
        "refuse.json": {
            "note": NOTE,
            "tasks": _bad_tasks(own, envelopes.KeySet.from_jwks(stranger.private)),
            "receipts": _bad_receipts(own, core, envelopes.KeySet.from_jwks(stranger.private)),
        },
    }


def _bad_tasks(own: envelopes.KeySet, stranger: envelopes.KeySet) -> list[dict[str, str]]:
    plain, key = envelopes.encode(TASK), own.encryption[0]
    kid = envelopes.key_id(key)

    def encrypted(header: dict[str, str], *algorithms: str) -> str:
        return jwe.encrypt_compact(header | {"kid": kid}, plain, key, algorithms=list(algorithms))

    zipped = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "zip": "DEF"}
    good = _text(envelopes.seal(plain, key))
    parts = good.split(".")
    parts[3] = ("A" if parts[3][0] != "A" else "B") + parts[3][1:]
    other = envelopes.encode(TASK | {"agency": "dukcapil"})
    return [
        {"why": "not an envelope", "message": "garbage"},
        {"why": "sealed to another key", "message": _text(envelopes.seal(plain, stranger.encryption[0]))},
        {"why": "one character of the ciphertext changed", "message": ".".join(parts)},
        {"why": "alg ECDH-ES", "message": encrypted({"alg": "ECDH-ES", "enc": "A256GCM"}, "ECDH-ES", "A256GCM")},
        {
            "why": "enc A128GCM",
            "message": encrypted({"alg": "ECDH-ES+A256KW", "enc": "A128GCM"}, "ECDH-ES+A256KW", "A128GCM"),
        },
        {"why": "compressed", "message": encrypted(zipped, "ECDH-ES+A256KW", "A256GCM", "DEF")},
        {"why": "a task of another agency", "message": _text(envelopes.seal(other, key))},
        {"why": "not a JSON object", "message": _text(envelopes.seal(b"[1]", key))},
        {"why": "no task id", "message": _text(envelopes.seal(envelopes.encode(TASK | {"task": "x"}), key))},
        {
            "why": "expires_at without time zone",
            "message": _text(envelopes.seal(envelopes.encode(TASK | {"expires_at": "2026-11-24T10:00:00"}), key)),
        },
    ]


def _bad_receipts(own: envelopes.KeySet, core: envelopes.KeySet, stranger: envelopes.KeySet) -> list[dict[str, str]]:
    kid = envelopes.key_id(core.signing[0])
    header = {"alg": "EdDSA", "kid": kid, "typ": envelopes.RECEIPT}
    body = envelopes.encode(RECEIPT)
    public = str(core.signing[0].as_dict(private=False)["x"])
    shared = OctKey.import_key(public)

    def signed(change: dict[str, str]) -> str:
        return _text(envelopes.sign(RECEIPT | change, core.signing[0], envelopes.RECEIPT))

    return [
        {"why": "nothing", "message": ""},
        {
            "why": "signed by the agency itself",
            "message": _text(envelopes.sign(RECEIPT, own.signing[0], "mpp-receipt")),
        },
        {
            "why": "signed by a stranger under the platform's key id",
            "message": jws.serialize_compact(header, body, stranger.signing[0], algorithms=["EdDSA"]),
        },
        {"why": "typ of another message", "message": _text(envelopes.sign(RECEIPT, core.signing[0], "mpp-result"))},
        {
            "why": "HS256 with the public key as secret",
            "message": jws.serialize_compact({"alg": "HS256", "kid": kid}, body, shared, algorithms=["HS256"]),
        },
        {"why": "for another result", "message": signed({"result": "00000000-0000-4000-8000-000000000000"})},
        {"why": "for another task", "message": signed({"task": "00000000-0000-4000-8000-000000000000"})},
        {"why": "for another agency", "message": signed({"agency": "dukcapil"})},
        {"why": "a status the protocol does not have", "message": signed({"status": "maybe"})},
    ]


def _text(token: bytes) -> str:
    return token.decode()


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in make().items():
        (FOLDER / name).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
