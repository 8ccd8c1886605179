"""Every file from draft to signed document."""
