"""Waiting that ends early."""

import asyncio


async def wait(stop: asyncio.Event, seconds: float, *others: asyncio.Event) -> bool:
    """Until `stop`, one of the others, or the time is up; whether it was `stop`."""
    waits = [asyncio.ensure_future(event.wait()) for event in (stop, *others)]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waits:
            one.cancel()
    return stop.is_set()
