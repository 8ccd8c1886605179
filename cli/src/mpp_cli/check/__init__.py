"""Was anything lost, doubled or skipped? Reads a mall's databases, streams, files and mails, and changes nothing."""
