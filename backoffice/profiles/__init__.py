"""Drivers as people: who they are to the app, what they drive, what they like, and what we know of them."""
