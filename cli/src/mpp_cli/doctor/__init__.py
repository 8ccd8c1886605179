"""What is wrong with an installation, said so that the reader knows what to do."""
