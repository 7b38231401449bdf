"""What a process needs before it can hold thousands of stations."""

import gc
import resource

from simulator.errors import InvalidPlan

_FILES_BESIDE_SOCKETS = 256
_COLLECT_AFTER = (100_000, 50, 100)


def raise_file_limit(stations: int) -> None:
    """The process may open a socket for each station. Raises InvalidPlan where the system lets it have too few."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = stations + _FILES_BESIDE_SOCKETS
    if hard != resource.RLIM_INFINITY and needed > hard:
        raise InvalidPlan(f"{stations} stations need {needed} open files; the limit is {hard} (raise it: ulimit -Hn)")
    if soft != resource.RLIM_INFINITY and needed > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def collect_rarely() -> None:
    """Garbage is looked for rarely: a fleet is a million objects that live on, and makes next to no cycles."""
    gc.set_threshold(*_COLLECT_AFTER)
