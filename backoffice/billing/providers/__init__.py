"""Payment providers, one file each."""
