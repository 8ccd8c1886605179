"""Adapters to other services, to the agencies and to the bus."""
