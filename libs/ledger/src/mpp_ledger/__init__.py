"""State and facts that commit together, their delivery over NATS, and questions to agencies: no domain word."""
