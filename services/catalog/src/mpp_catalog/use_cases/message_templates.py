"""Asking notifications whether it could send the messages of a definition."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from mpp_runtime.errors import Text, TryLater

from mpp_catalog.domain.checks import Problem
from mpp_catalog.use_cases.ports import MessageTemplates


async def check_messages(templates: MessageTemplates, document: Mapping[str, Any], patience: float) -> list[Problem]:
    """What is wrong with them. Raises TryLater when notifications does not answer for `patience` seconds."""
    return [
        Problem(f"/messages/{event}/{language}", problem)
        for event, languages in document["messages"].items()
        for language, message in languages.items()
        for problem in await _ask(templates, patience, event, language, message["subject"], message["body"])
    ]


async def _ask(
    templates: MessageTemplates, patience: float, event: str, language: str, subject: str, body: str
) -> list[str]:
    ends = time.monotonic() + patience
    while True:
        try:
            return await templates.check(event, language, subject, body)
        except TryLater as error:
            if time.monotonic() >= ends:
                raise TryLater(
                    "notifications-away",
                    Text(
                        "Layanan notifikasi tidak menjawab; tidak ada yang terbit. Jalankan dahulu, lalu ulangi.",
                        "Notifications does not answer; nothing was published. Start it, then try again.",
                    ),
                ) from error
            await asyncio.sleep(min(0.5, patience))
