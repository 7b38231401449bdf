"""What is left to chance, which needs no seed: no two runs of real time are the same anyway."""

from random import Random

CHANCE = Random()  # noqa: S311 # no secret


def around(seconds: float) -> float:
    """Somewhere around so many seconds, so that not everybody comes at once."""
    return CHANCE.uniform(0.6, 1.4) * seconds
