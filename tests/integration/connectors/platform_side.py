"""The platform's side of the agency boundary, small: offers tasks, takes results, gives receipts.

What applications does with a database this does with a dictionary; the protocol is the real one, and it is written here
without the SDK's code so that a mistake in the SDK is not repeated.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from joserfc import jwe, jws
from joserfc.jwk import KeySet, OKPKey
from mpp_cli.keys import new_jwk_sets
from mpp_lookups import AgencyLookups, LookupAnswer
from nats.aio.msg import Msg

from tests.integration.connectors.walls import Walls

Mode = Literal["record", "silent", "refuse", "wrong-key", "error"]
ENCRYPTION = ["ECDH-ES+A256KW", "A256GCM"]


def key(jwks: dict[str, Any], use: str) -> OKPKey:
    """The key of a use."""
    return next(OKPKey.import_key(entry) for entry in jwks["keys"] if entry["use"] == use)


class Platform:
    """Plays applications. `mode` says how it answers results; `effects` is what its database would hold."""

    def __init__(self, walls: Walls) -> None:
        self.walls = walls
        self.mode: Mode = "record"
        self.effects: dict[str, dict[str, Any]] = {}
        self.received: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.unreadable: list[str] = []

    async def start(self) -> "Platform":
        """Connect as applications and listen for results."""
        self.heard = await self.walls.as_core("applications")
        self.nc = self.heard.client
        self.js = self.nc.jetstream()
        await self.nc.subscribe("agency.*.result", queue="applications", cb=self._result)
        await self.heard.settle()
        return self

    async def ask(self, agency: str, name: str, **given: Any) -> LookupAnswer:
        """A lookup whose input is the keywords."""
        return await self.look_up(agency, name, given)

    async def look_up(self, agency: str, name: str, given: dict[str, Any]) -> LookupAnswer:
        """A lookup, with the code the services use."""

        async def keys(code: str) -> dict[str, Any]:
            return self.walls.jwks[code].public

        return await AgencyLookups(self.nc, keys).ask(agency, name, given, purpose="test")

    async def offer(
        self,
        agency: str = "uji",
        *,
        task: UUID | None = None,
        attempt: int = 1,
        traceparent: str | None = None,
        name: str = "check",
        expires_in: float = 3600,
        sealed_to: OKPKey | None = None,
        **given: Any,
    ) -> UUID:
        """Put a task into the stream whose input is the keywords; returns its id."""
        return await self.offer_input(agency, given, task, attempt, traceparent, name, expires_in, sealed_to)

    async def offer_input(
        self,
        agency: str,
        given: dict[str, Any],
        task: UUID | None = None,
        attempt: int = 1,
        traceparent: str | None = None,
        name: str = "check",
        expires_in: float = 3600,
        sealed_to: OKPKey | None = None,
    ) -> UUID:
        """Put a task into the stream; returns its id."""
        task = task or uuid4()
        body = {
            "task": str(task),
            "agency": agency,
            "name": name,
            "application": str(uuid4()),
            "service": "sip-perawat",
            "mall": "33.14",
            "attempt": attempt,
            "input": given,
            "expires_at": (datetime.now(UTC) + timedelta(seconds=expires_in)).isoformat(),
        }
        to = sealed_to or key(self.walls.jwks[agency].public, "enc")
        header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "kid": to.thumbprint()}
        payload = jwe.encrypt_compact(header, json.dumps(body), to, algorithms=ENCRYPTION)
        headers = {"Nats-Msg-Id": f"{task}:{attempt}", "mpp-task": str(task)}
        if traceparent:
            headers["traceparent"] = traceparent
        await self.js.publish(f"agency.{agency}.task.{name}", payload.encode(), headers=headers)
        return task

    def results(self, task: UUID) -> list[dict[str, Any]]:
        """Every result received for a task, repeats included."""
        return [body for body in self.received if body["task"] == str(task)]

    async def _result(self, message: Msg) -> None:
        agency = message.subject.split(".")[1]
        try:
            inside = jwe.decrypt_compact(
                message.data, key(self.walls.platform.private, "enc"), algorithms=ENCRYPTION
            ).plaintext
            assert inside is not None
            trusted = KeySet([key(self.walls.jwks[agency].public, "sig")])
            signed = jws.deserialize_compact(inside, trusted, algorithms=["EdDSA"])
        except Exception as error:
            self.unreadable.append(type(error).__name__)
            return
        body = json.loads(signed.payload)
        self.received.append(body)
        self.headers.append(dict(message.headers or {}))
        if self.mode == "silent":
            return
        if self.mode == "error":
            await message.respond(b"")
            return
        await message.respond(self._receipt(body))

    def _receipt(self, body: dict[str, Any]) -> bytes:
        status, reason = "refused" if self.mode == "refuse" else "recorded", None
        if status == "recorded" and body["task"] in self.effects:
            status = "repeated"
        if self.mode == "refuse":
            reason = "no-grant"
        elif body["outcome"] != "later":
            self.effects.setdefault(body["task"], body)
        receipt = {
            "result": body["result"],
            "task": body["task"],
            "agency": body["agency"],
            "recorded_at": datetime.now(UTC).isoformat(),
            "status": status,
            "reason": reason,
        }
        signer = key((new_jwk_sets() if self.mode == "wrong-key" else self.walls.platform).private, "sig")
        header = {"alg": "EdDSA", "kid": signer.thumbprint(), "typ": "mpp-receipt"}
        if self.mode == "wrong-key":
            header["kid"] = key(self.walls.platform.public, "sig").thumbprint()
        return jws.serialize_compact(header, json.dumps(receipt).encode(), signer, algorithms=["EdDSA"]).encode()
