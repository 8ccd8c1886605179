"""What is always true of messages: who is told what, when it is tried again, what may be said."""
