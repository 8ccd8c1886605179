"""Keys a client makes up."""

import uuid


def new_key() -> str:
    """A fresh Idempotency-Key."""
    return str(uuid.uuid4())
