"""Simulated certification authority: signs, stamps the time, publishes its CRL."""
