"""What is left of a fleet in the end: its figures and what was found of its assertions, as a file."""
