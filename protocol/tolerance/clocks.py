"""A station's clock, told by the timestamps that it writes. Nothing is corrected: both clocks are kept."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache

from protocol.domain.time import parse_timestamp
from protocol.ocppj.repairs import Deviation

SKEW = timedelta(minutes=5)
_FIRST_CREDIBLE = "2015"  # no station that speaks 1.6 is older; what says less has not found its time yet


def observe_timestamp(text: str, received_at: datetime, *, is_live: bool = False) -> Iterator[Deviation]:
    """Name a missing zone, a clock that was never set, and one that is ahead or, where `is_live`, behind.

    A message about a transaction may be as old as an outage is long (OCPP 1.6 §3.7.1): only the future is wrong there.
    """
    is_plain = text.endswith("Z") and _FIRST_CREDIBLE <= text[:13] < _hour(received_at)
    if not is_plain or is_live:
        yield from _judge(text, received_at, is_live=is_live)


def _judge(text: str, received_at: datetime, *, is_live: bool) -> Iterator[Deviation]:
    try:
        occurred_at = parse_timestamp(text)
        has_zone = datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return  # no timestamp at all: decoding refuses it
    if not has_zone:
        yield Deviation("timestamp_without_zone", text)
    skew = occurred_at - received_at
    if text[:4] < _FIRST_CREDIBLE:
        yield Deviation("clock_not_set", text)
    elif skew > SKEW or (is_live and skew < -SKEW):
        yield Deviation("clock_skew", f"{skew.total_seconds():+.0f} s")


def _hour(at: datetime) -> str:
    return _hour_text(at.year, at.month, at.day, at.hour)


@lru_cache(maxsize=4)
def _hour_text(year: int, month: int, day: int, hour: int) -> str:
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}"
