"""Accounts, grants, sessions and identity numbers: what is always true."""
