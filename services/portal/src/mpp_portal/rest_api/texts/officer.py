"""Sentences of the officers' pages."""

from mpp_runtime.errors import Text

TEXTS: dict[str, Text] = {}
