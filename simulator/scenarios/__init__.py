"""Fleets as readable YAML: which stations stand where, who comes, what goes wrong, and what must hold in the end."""
