"""Takes tasks one at a time from the agency's consumer, with nothing but a pull request: the account may do no more.

nats-py's own `fetch` is not used: it asks for batches, and what arrives after its time-out would wait for redelivery.
"""

import asyncio
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
    """Takes one task after the other for one worker, over an inbox of its own."""

    def __init__(self, client: Client, agency: str) -> None:
        self._client = client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.TASKS.{agency}"
        self._inbox = client.new_inbox()
        self._answers: asyncio.Queue[Msg] | None = None
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        """Listen for what the pulls bring."""
        self._subscription = await self._client.subscribe(self._inbox, cb=self._receive)

    async def stop(self) -> None:
        """Stop listening: the server then offers to the other copies what it had reserved for this one."""
        if self._subscription is not None and not self._client.is_closed:
            await self._subscription.unsubscribe()

    def renew(self) -> None:
        """After a reconnect: the server knows nothing of the pull that was open, so ask anew at once."""
        if self._answers is not None:
            self._answers.put_nowait(Msg(_client=self._client, headers={"Status": "reconnected"}))

    async def next(self) -> Msg | None:
        """The next task, or None when there was none for a while. Raises NoConsumer."""
        answers = self._answers = asyncio.Queue()
        request = {"batch": 1, "expires": int(EXPIRES * SECOND), "idle_heartbeat": int(HEARTBEAT * SECOND)}
        try:
            await self._client.publish(self._subject, json.dumps(request).encode(), self._inbox)
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
            self._answers = None
            while not answers.empty():
                await self._receive(answers.get_nowait())

    async def _receive(self, message: Msg) -> None:
        if self._answers is not None:
            self._answers.put_nowait(message)
        elif message.reply and "Status" not in (message.headers or {}) and not self._client.is_closed:
            # A second task, for a pull that had been given up: back to the queue, for whoever is free.
            await message.nak(delay=1)
