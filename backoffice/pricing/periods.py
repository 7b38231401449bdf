"""What is priced: a session as stretches of time in which energy flowed evenly.

Invariants:
1. Cutting a period anywhere changes no sum: the pieces add up to the whole exactly.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

ZERO = Decimal(0)
_MICROSECOND = timedelta(microseconds=1)


class Span(NamedTuple):
    """The lowest and the highest value of a period, where they were measured."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingPeriod:
    """A stretch of a session (OCPI 2.2.1 §10.4.6 ChargingPeriod): Wh, seconds charging, seconds parked.

    `power_w` and `current_a` (the sum of all phases) are None where nobody measured them.
    """

    started_at: datetime
    ended_at: datetime
    energy_wh: Decimal = ZERO
    charging_s: Decimal = ZERO
    parking_s: Decimal = ZERO
    power_w: Span | None = None
    current_a: Span | None = None

    @property
    def duration(self) -> timedelta:
        """How long the stretch is."""
        return self.ended_at - self.started_at


class Cut(NamedTuple):
    """A place within a period: the share `part / whole` of it lies before. Two numbers, so that no share is rounded."""

    part: Decimal
    whole: Decimal

    @property
    def share(self) -> Decimal:
        """How much of the period lies before, from 0 to 1."""
        return self.part / self.whole

    def of(self, volume: Decimal) -> Decimal:
        """How much of a volume lies before."""
        return volume * self.part / self.whole


def cut_at_time(period: ChargingPeriod, at: datetime) -> Cut | None:
    """The cut at an instant; None where it does not lie inside."""
    if not period.started_at < at < period.ended_at:
        return None
    return Cut(_microseconds(at - period.started_at), _microseconds(period.duration))


def cut_at_energy(period: ChargingPeriod, energy_wh: Decimal) -> Cut | None:
    """The cut after so much of the period's energy; None where it does not lie inside."""
    return Cut(energy_wh, period.energy_wh) if ZERO < energy_wh < period.energy_wh else None


def pieces(period: ChargingPeriod, cuts: Iterable[Cut]) -> Iterator[ChargingPeriod]:
    """The period cut into pieces, in order. Energy and time are spread evenly over it."""
    ordered = sorted(set(cuts), key=lambda cut: cut.share)
    if not ordered:
        yield period
        return
    begin, energy_wh, charging_s, parking_s = period.started_at, ZERO, ZERO, ZERO
    length = _microseconds(period.duration)
    for cut in ordered:
        at = period.started_at + _MICROSECOND * round(cut.of(length))
        before = (cut.of(period.energy_wh), cut.of(period.charging_s), cut.of(period.parking_s))
        yield replace(
            period,
            started_at=begin,
            ended_at=at,
            energy_wh=before[0] - energy_wh,
            charging_s=before[1] - charging_s,
            parking_s=before[2] - parking_s,
        )
        begin, (energy_wh, charging_s, parking_s) = at, before
    yield replace(
        period,
        started_at=begin,
        energy_wh=period.energy_wh - energy_wh,
        charging_s=period.charging_s - charging_s,
        parking_s=period.parking_s - parking_s,
    )


def _microseconds(duration: timedelta) -> Decimal:
    return Decimal(duration // _MICROSECOND)
