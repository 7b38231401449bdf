"""Reporting: what was sold, used and earned, in figures."""
