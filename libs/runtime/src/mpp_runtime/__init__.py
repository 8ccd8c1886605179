"""What every service needs and no domain word: settings, errors, database with ledger, bus, servers, health."""
