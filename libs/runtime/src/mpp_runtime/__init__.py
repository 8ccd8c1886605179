"""What every service of MPP Digital needs and no domain word."""
