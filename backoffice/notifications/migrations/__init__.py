"""Revisions of the schema `notifications`."""
