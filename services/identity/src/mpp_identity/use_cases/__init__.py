"""What can be done: sign up, sign in, read and share particulars."""
