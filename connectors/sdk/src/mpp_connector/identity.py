"""Who this connector is: its names, its keys, its limits. Made once at start, shared by all parts."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import OKPKey

from mpp_connector import envelopes
from mpp_connector.contract import Text
from mpp_connector.errors import AgencyBusy
from mpp_connector.wire import Source

# Room for the subject, the headers and the protocol around a payload.
HEADROOM = 4096


@dataclass(frozen=True)
class Simulation:
    """How a simulated agency misbehaves, for tests and demonstrations: "", "away", "busy" or "delay:SECONDS"."""

    setting: str = ""

    @property
    def away(self) -> bool:
        """Takes part in nothing."""
        return self.setting == "away"

    async def before_answer(self) -> None:
        """Called before each of the agency's functions."""
        kind, _, argument = self.setting.partition(":")
        if kind == "delay":
            await asyncio.sleep(float(argument))
        if kind == "busy":
            raise AgencyBusy


@dataclass(frozen=True)
class Identity:
    """`tasks` is the list of task names joined by commas; `max_payload` is in bytes, of a whole message."""

    agency: str
    name: Text
    version: str
    simulated: bool
    source: Source
    keys: envelopes.KeySet
    platform: envelopes.KeySet
    max_payload: int
    tasks: str
    simulation: Simulation

    def seal(self, body: Mapping[str, Any], typ: str, key: OKPKey) -> bytes:
        """Sign as the agency, then encrypt to `key`."""
        return envelopes.seal(envelopes.sign(body, self.keys.signing[0], typ), key)

    def fits(self, sealed: bytes) -> bool:
        """Whether the server would take it: it drops the connection of whoever sends more."""
        return len(sealed) <= self.max_payload - HEADROOM
