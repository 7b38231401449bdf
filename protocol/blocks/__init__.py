"""OCPP's functional blocks: the words of each once, and a translator per dialect. Blocks do not know each other."""
