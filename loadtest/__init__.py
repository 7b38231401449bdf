"""Load generation and benchmarks; reaches the platform by wire and REST only."""
