"""What can be asked for, where, and on what terms."""
