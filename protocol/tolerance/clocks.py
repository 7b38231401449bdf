"""A station's clock, told by the timestamps that it writes. Nothing is corrected: both clocks are kept."""

from datetime import datetime, timedelta
from functools import lru_cache

from protocol.domain.time import parse_timestamp
from protocol.ocppj.repairs import Deviation

Deviations = tuple[Deviation, ...]

SKEW = timedelta(minutes=5)
_FIRST_CREDIBLE = "2015"  # no station that speaks 1.6 is older; what says less has not found its time yet


def observe_timestamp(text: str, received_at: datetime, *, is_live: bool = False) -> Deviations:
    """Name a missing zone, a clock that was never set, and one that is ahead or, where `is_live`, behind.

    A message about a transaction may be as old as an outage is long (OCPP 1.6 §3.7.1): only the future is wrong there.
    """
    if not is_live and text.endswith("Z") and _FIRST_CREDIBLE <= text < _hour(received_at):
        return ()  # every MeterValues comes by here: nothing is parsed
    try:
        stamp = datetime.fromisoformat(text)
        skew = parse_timestamp(text) - received_at
    except ValueError:
        return ()  # no timestamp at all: decoding refuses it
    zone = (Deviation("timestamp_without_zone", text),) if stamp.tzinfo is None else ()
    if text < _FIRST_CREDIBLE:
        return (*zone, Deviation("clock_not_set", text))
    if skew > SKEW or (is_live and skew < -SKEW):
        return (*zone, Deviation("clock_skew", f"{skew.total_seconds():+.0f} s"))
    return zone


def _hour(at: datetime) -> str:
    return _hour_text(at.year, at.month, at.day, at.hour)


@lru_cache(maxsize=4)
def _hour_text(year: int, month: int, day: int, hour: int) -> str:
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}"
