"""What can go wrong while everything runs together, said so that a person can act on it."""


class ChargeyardError(Exception):
    """Base of the composition's errors; the command line prints the sentence and exits with 1."""
