"""The ways to people and their machines, one file each."""
