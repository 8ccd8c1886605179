"""The `mpp` command: runs a whole mall on one machine, looks at it and drives it through its public API."""
