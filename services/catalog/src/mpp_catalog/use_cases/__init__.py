"""What can be done with the catalogue, and the ports it needs."""
