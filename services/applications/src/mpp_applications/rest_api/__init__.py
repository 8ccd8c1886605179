"""REST: /api/applications/v1."""

PREFIX = "/api/applications/v1"
