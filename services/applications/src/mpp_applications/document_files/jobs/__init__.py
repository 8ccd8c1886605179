"""What runs in a child process: one job, one process, with limits, without the environment of the service."""
