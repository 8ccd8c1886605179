"""The pytest plugin of MPP Digital: real PostgreSQL and NATS for tests."""
