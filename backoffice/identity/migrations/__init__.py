"""The schema of identity, revision by revision."""
