"""Where notifications keeps messages, the in-app inbox, e-mails on their way, choices and sent codes."""
