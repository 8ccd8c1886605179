"""Adapters to what notifications asks: applications, identity, an SMTP server."""
