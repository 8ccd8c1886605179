"""Simulated health-worker registry: licence, credits, automatic check."""
