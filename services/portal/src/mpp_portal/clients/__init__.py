"""The public API as the portal calls it: through the same door as everybody."""
