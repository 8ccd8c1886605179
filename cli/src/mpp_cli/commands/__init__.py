"""What can be typed after `mpp`."""
