"""What is always true of regions, malls, agencies, definitions, offerings, calendars and fees."""
