"""Certification-style cases for a CSMS under test and for a station under test.

What a peer did is seen on the wire alone: `rules.py` has what any peer must keep, a case what is due next in it.
"""
