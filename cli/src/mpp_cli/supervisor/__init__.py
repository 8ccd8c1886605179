"""One process that owns all others: starts them, watches them, restarts the crashed, stops them in order."""
