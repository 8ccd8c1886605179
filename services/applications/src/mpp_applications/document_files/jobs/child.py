"""The child's side of `workers`: read one job from standard input, put limits on itself, answer on standard output.

A message is four bytes of length, that many bytes of JSON, and the rest is the body.
"""

import json
import logging
import resource
import struct
import sys
from collections.abc import Callable, Mapping
from typing import Any

Answer = tuple[Mapping[str, Any], bytes]
Job = Callable[[Mapping[str, Any], bytes], Answer]

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 10


def run(job: Job) -> None:
    """Run one job. Its imports have happened; from here on it can open no file, start no connection, write no file."""
    header, body = decode(sys.stdin.buffer.read())
    # Parsers of hostile files log what they met, and that is personal data of whoever sent the file.
    logging.disable()
    _limit(resource.RLIMIT_CPU, CPU_SECONDS)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    if sys.platform == "linux":  # elsewhere address space is no measure of memory
        _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    # Zero further descriptors: a template can read no file and fetch no package, a parser can call nobody.
    _limit(resource.RLIMIT_NOFILE, 0)
    sys.stdout.buffer.write(encode(*job(header, body)))
    sys.stdout.buffer.flush()


def encode(header: Mapping[str, Any], body: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack(">I", len(text)) + text + body


def decode(message: bytes) -> tuple[dict[str, Any], bytes]:
    (length,) = struct.unpack(">I", message[:4])
    header: dict[str, Any] = json.loads(message[4 : 4 + length])
    return header, message[4 + length :]


def _limit(what: int, value: int) -> None:
    resource.setrlimit(what, (value, value))
