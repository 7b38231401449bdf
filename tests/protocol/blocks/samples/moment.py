"""A moment that samples name."""

T = "2026-03-01T12:34:56.789Z"
