"""The composition: the only package that runs everything together."""
