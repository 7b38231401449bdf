"""Revisions of the schema `profiles`."""
