"""REST: /api/notifications/v1."""
