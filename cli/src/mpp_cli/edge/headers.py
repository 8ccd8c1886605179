"""Which headers pass the edge, in each direction."""

from collections.abc import Iterable

from multidict import CIMultiDict, CIMultiDictProxy

# RFC 9110 section 7.6.1; `Connection` may name more.
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


def to_service(headers: CIMultiDictProxy[str], *, peer: str, scheme: str, host: str) -> CIMultiDict[str]:
    """Headers for the service: what an outsider claims about the way here is dropped and said anew."""
    dropped = _connection_names(headers) | HOP_BY_HOP | {"forwarded", "x-real-ip", "expect"}
    passed = CIMultiDict(_without(headers, dropped, prefix="x-forwarded-"))
    passed["X-Forwarded-For"] = peer
    passed["X-Forwarded-Proto"] = scheme
    passed["X-Forwarded-Host"] = host
    return passed


def to_client(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """Headers for the client: everything but the hop's own, and not which software answered."""
    passed = CIMultiDict(_without(headers, _connection_names(headers) | HOP_BY_HOP | {"server"}))
    passed["Server"] = "mpp-edge"
    return passed


def _without(headers: CIMultiDictProxy[str], dropped: Iterable[str], prefix: str = "\0") -> Iterable[tuple[str, str]]:
    names = set(dropped)
    return [(k, v) for k, v in headers.items() if k.lower() not in names and not k.lower().startswith(prefix)]


def _connection_names(headers: CIMultiDictProxy[str]) -> set[str]:
    named = ",".join(headers.getall("Connection", []))
    return {name.strip().lower() for name in named.split(",") if name.strip()}
