"""The mpp command: run, look at and drive a mall."""
