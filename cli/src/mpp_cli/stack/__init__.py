"""A whole mall on one machine: its processes, their environments, and the order in which they come up."""
