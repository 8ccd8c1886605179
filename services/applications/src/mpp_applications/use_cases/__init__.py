"""What can be done with applications, and the ports it needs. No frameworks, no wire types."""
