"""One application's life, played through the public API."""
