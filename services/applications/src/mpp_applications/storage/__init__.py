"""Tables, units of work and the way of facts into the ledger."""
