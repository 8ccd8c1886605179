"""The pages people see; a client of the public API like any other."""
