"""Takes tasks one at a time from the agency's consumer, with nothing but a pull request: the account may do no more.

nats-py's own `fetch` is not used: it asks for batches, and what arrives after its time-out would wait for redelivery.
"""

import asyncio
import itertools
import json

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

EXPIRES = 20.0
HEARTBEAT = 4.0
SECOND = 1_000_000_000


class NoConsumer(Exception):
    """The platform has not made this agency's consumer yet, or the account cannot reach it."""


class Puller:
    """One subscription for all pulls of this copy; each pull has a reply subject of its own."""

    def __init__(self, client: Client, agency: str) -> None:
        self._client = client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.TASKS.{agency}"
        self._inbox = client.new_inbox()
        self._numbers = itertools.count()
        self._waiting: dict[str, asyncio.Queue[Msg]] = {}
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        """Listen for what the pulls bring."""
        self._subscription = await self._client.subscribe(f"{self._inbox}.*", cb=self._receive)

    async def stop(self) -> None:
        """Stop listening: the server then offers to the other copies what it had reserved for this one."""
        if self._subscription is not None and not self._client.is_closed:
            await self._subscription.unsubscribe()

    def renew(self) -> None:
        """After a reconnect: the server knows nothing of the pulls that were open, so ask anew at once."""
        for answers in self._waiting.values():
            answers.put_nowait(Msg(_client=self._client, headers={"Status": "reconnected"}))

    async def next(self) -> Msg | None:
        """The next task, or None when there was none for a while. Raises NoConsumer."""
        number = str(next(self._numbers))
        answers: asyncio.Queue[Msg] = asyncio.Queue()
        self._waiting[number] = answers
        request = {"batch": 1, "expires": int(EXPIRES * SECOND), "idle_heartbeat": int(HEARTBEAT * SECOND)}
        try:
            await self._client.publish(self._subject, json.dumps(request).encode(), f"{self._inbox}.{number}")
            while True:
                # Three heartbeats missed: the request was lost with a connection or a server; ask anew.
                async with asyncio.timeout(3 * HEARTBEAT):
                    message = await answers.get()
                status = (message.headers or {}).get("Status")
                if status is None:
                    return message
                if status == "503":
                    raise NoConsumer
                if status != "100":
                    return None
        except TimeoutError:
            return None
        finally:
            del self._waiting[number]

    async def _receive(self, message: Msg) -> None:
        answers = self._waiting.get(message.subject.rsplit(".", 1)[-1])
        if answers is not None:
            answers.put_nowait(message)
        elif message.reply and not (message.headers or {}).get("Status"):
            # A task for a pull that was given up: back to the queue, for whoever is free.
            await message.nak(delay=1)
