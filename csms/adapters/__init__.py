"""The ports, implemented: on NATS, and in memory for tests."""
