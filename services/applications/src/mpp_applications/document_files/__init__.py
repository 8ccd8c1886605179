"""Files of applications: rendering, signing, verifying, storing. Hostile input is read in child processes only."""
