"""What is always true of an application: states, guards, facts, refusals. No I/O, no clock."""
