"""Sentences of the pages of people who apply."""

from mpp_runtime.errors import Text

TEXTS: dict[str, Text] = {}
