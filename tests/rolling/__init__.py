"""Every service restarted one after the other while people work: no request may fail."""
