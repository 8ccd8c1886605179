"""What sets notifications to work: facts of applications, and rows that are due."""
