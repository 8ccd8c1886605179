"""Prepares a mall whose parts are containers: each gets a folder with its own secrets and nothing of the others."""
