"""Tariffs: what charging costs where and when, and what it cost then."""
