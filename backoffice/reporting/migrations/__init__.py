"""The schema of reservations, revision by revision."""
