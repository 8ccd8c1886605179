"""Faults on the way: real processes killed at every dangerous moment, clients that go on, one checker afterwards."""
