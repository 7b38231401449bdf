"""When an element of a tariff is active (OCPI 2.2.1 §11.4.6), and where within a period that may change.

Invariants:
1. `min_*` bounds are inclusive, `max_*` bounds and ends of times and dates are exclusive.
2. A window whose end is not after its start wraps midnight; `00:00` as an end is the end of the day.
3. A bound on power or current holds only where it was measured.
4. Between two neighbouring cuts of `cuts_of` every element is active throughout, or not at all.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from backoffice.pricing.periods import ChargingPeriod, Cut, Span, cut_at_energy, cut_at_time
from backoffice.pricing.tariff import DayOfWeek, Restrictions, Tariff

_DAYS = tuple(DayOfWeek)
_WH_PER_KWH = 1000
_W_PER_KW = 1000
# Far below what a meter can tell, and far above what a division leaves behind.
_ENERGY_DIGITS = 6
_ONE_DAY = timedelta(days=1)
_ONE_HOUR = timedelta(hours=1)


class Circumstances(NamedTuple):
    """How a session stands at the beginning of a piece. `local` is the time at the location."""

    local: datetime
    elapsed_s: float
    energy_wh: Decimal
    power_w: Span | None
    current_a: Span | None


def is_active(restrictions: Restrictions | None, now: Circumstances) -> bool:
    """Whether an element with these restrictions may price charging in these circumstances."""
    if restrictions is None:
        return True
    if restrictions.reservation is not None:
        return False
    return (
        _is_within_times(restrictions, now.local)
        and _is_within_days(restrictions, now.local)
        and _is_within_volumes(restrictions, now)
        and _is_within(now.power_w, restrictions.min_power, restrictions.max_power, scale=_W_PER_KW)
        and _is_within(now.current_a, restrictions.min_current, restrictions.max_current, scale=1)
    )


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Everything at which an element may become active or inactive during one session; the instants are in order."""

    instants: tuple[datetime, ...]
    energies_wh: tuple[Decimal, ...]

    @classmethod
    def of(cls, tariff: Tariff, periods: Sequence[ChargingPeriod], timezone: ZoneInfo) -> "Boundaries":
        """The boundaries of the tariff's elements between the begin and the end of the session."""
        found = [element.restrictions for element in tariff.elements if element.restrictions]
        begin, end = periods[0].started_at, periods[-1].ended_at
        durations_s = {b for each in found for b in (each.min_duration, each.max_duration) if b}
        instants = {begin + timedelta(seconds=duration_s) for duration_s in durations_s}
        if tariff.has_local_times:
            times = {_time(text) for each in found for text in (each.start_time, each.end_time) if text}
            instants.update(_instants_of({*times, time(0)}, begin, end, timezone))
        return cls(
            instants=tuple(sorted(instants)),
            energies_wh=tuple(b * _WH_PER_KWH for each in found for b in (each.min_kwh, each.max_kwh) if b),
        )


def cuts_of(period: ChargingPeriod, boundaries: Boundaries, *, energy_before_wh: Decimal) -> Iterator[Cut]:
    """Where the period must be cut, in no order."""
    first = bisect_right(boundaries.instants, period.started_at)
    last = bisect_left(boundaries.instants, period.ended_at)
    for instant in boundaries.instants[first:last]:
        if cut := cut_at_time(period, instant):
            yield cut
    for energy_wh in boundaries.energies_wh:
        if cut := cut_at_energy(period, energy_wh - energy_before_wh):
            yield cut


def _is_within_times(restrictions: Restrictions, local: datetime) -> bool:
    if restrictions.start_time is None and restrictions.end_time is None:
        return True
    now = local.time()
    start, end = _time(restrictions.start_time or "00:00"), _time(restrictions.end_time or "00:00")
    return start <= now < end if start < end else now >= start or now < end


def _is_within_days(restrictions: Restrictions, local: datetime) -> bool:
    today = local.date()
    if restrictions.start_date and today < restrictions.start_date:
        return False
    if restrictions.end_date and today >= restrictions.end_date:
        return False
    return not restrictions.day_of_week or _DAYS[today.weekday()] in restrictions.day_of_week


def _is_within_volumes(restrictions: Restrictions, now: Circumstances) -> bool:
    energy_kwh = round(now.energy_wh, _ENERGY_DIGITS) / _WH_PER_KWH
    if restrictions.min_kwh is not None and energy_kwh < restrictions.min_kwh:
        return False
    if restrictions.max_kwh is not None and energy_kwh >= restrictions.max_kwh:
        return False
    if restrictions.min_duration is not None and now.elapsed_s < restrictions.min_duration:
        return False
    return restrictions.max_duration is None or now.elapsed_s < restrictions.max_duration


def _is_within(measured: Span | None, lowest: Decimal | None, highest: Decimal | None, *, scale: int) -> bool:
    if lowest is None and highest is None:
        return True
    if measured is None:
        return False
    if lowest is not None and measured.low < lowest * scale:
        return False
    return highest is None or measured.high < highest * scale


def _instants_of(times: Iterable[time], begin: datetime, end: datetime, timezone: ZoneInfo) -> Iterator[datetime]:
    """The local times of day, on every day from `begin` to `end`, as instants."""
    day, last_day = begin.astimezone(timezone).date(), end.astimezone(timezone).date()
    while day <= last_day:
        midnight = datetime.combine(day, time(0), tzinfo=timezone)
        next_midnight = datetime.combine(day + _ONE_DAY, time(0), tzinfo=timezone)
        for at in times:
            yield datetime.combine(day, at, tzinfo=timezone).astimezone(UTC)
        if midnight.utcoffset() != next_midnight.utcoffset():
            # The clock is changed today: an hour comes twice or never, so every hour is a boundary.
            yield from (midnight.astimezone(UTC) + _ONE_HOUR * hour for hour in range(26))
            yield from (datetime.combine(day, at, tzinfo=timezone).replace(fold=1).astimezone(UTC) for at in times)
        day += _ONE_DAY


@lru_cache(maxsize=1440)
def _time(text: str) -> time:
    return time(int(text[:2]), int(text[3:]))
