"""Questions to agencies' connectors over NATS, encrypted both ways: the asking side."""

from mpp_lookups.asking import ANSWERED, AgencyLookups, LookupAnswer, NatsRequests, Outcome

__all__ = ["ANSWERED", "AgencyLookups", "LookupAnswer", "NatsRequests", "Outcome"]
