"""Frozen value types in OCPP 2.x words, shared by every block and every program."""
