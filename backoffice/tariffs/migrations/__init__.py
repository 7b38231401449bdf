"""The schema of tariffs, revision by revision."""
