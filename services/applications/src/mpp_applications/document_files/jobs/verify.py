"""Job: is the signature of this file good? For files of strangers."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mpp_applications.document_files.jobs.child import Answer, run
from mpp_applications.document_files.validation import load_trust_roots, validate

# Made at import: an event loop needs file descriptors, and the limits leave none.
loop = asyncio.Runner()
loop.get_loop()


def verify(header: Mapping[str, Any], body: bytes) -> Answer:
    """`header` is {"roots": PEM text, "now": RFC 3339}, `body` the file."""
    roots = load_trust_roots(header["roots"].encode())
    report = loop.run(validate(body, roots, datetime.fromisoformat(header["now"])))
    answer = {
        "failed": list(report.failed),
        "signed_at": report.signed_at.isoformat() if report.signed_at else None,
        "signer": report.signer,
        "detail": report.detail,
    }
    return answer, b""


if __name__ == "__main__":
    run(verify)
