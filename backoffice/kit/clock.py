"""Our clock. Whoever needs the time is given it; only a composition root names `utc_now`."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """This instant in UTC."""
    return datetime.now(UTC)
