"""Whose hand is at the station under test: one file for each way."""
