"""Simulated population agency: looks a person up, verifies a NIK."""
