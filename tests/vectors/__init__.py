"""Worked examples that others published, in our own words."""
