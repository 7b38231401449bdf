"""The schema of stations, revision by revision."""
