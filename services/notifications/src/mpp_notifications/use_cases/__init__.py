"""What can be done: record what must be told, tell it, send a code, check a template, read and choose."""
