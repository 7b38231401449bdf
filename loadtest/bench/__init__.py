"""Benchmarks: our own meter, a peer to compare with, and one JSON object at the end of each run."""
