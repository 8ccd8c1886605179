"""The demonstration mailbox: a real SMTP server whose mails go no further than a folder and a page."""
