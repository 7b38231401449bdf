"""Points in time as requests give them."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

_FIRST, _END = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _within_reach(instant: datetime) -> datetime:
    if not _FIRST <= instant < _END:
        raise ValueError(f"it is not in the years {_FIRST.year} to {_END.year - 1}")
    return instant


Instant = Annotated[AwareDatetime, AfterValidator(_within_reach)]
"""With a time zone, and so far from the ends of the calendar that a window or a zone more leaves it within."""
