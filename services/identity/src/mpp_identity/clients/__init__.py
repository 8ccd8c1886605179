"""Adapters to other services, to agencies and to this provider's keys."""
