"""How much energy, and when: from registers and readings to a session's energy and its periods.

Invariants:
1. Energy is never negative: a register that fell counts as no energy, and is flagged.
2. The periods cover the session without a gap, and their energy adds up to the session's exactly.
3. Readings spread the energy over time; they never change its sum where both registers are there.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from backoffice.pricing.periods import ChargingPeriod, Span

_SECONDS_PER_HOUR = Decimal(3600)
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class RegisterPoint:
    """What the import register said at one instant."""

    at: datetime
    register_wh: Decimal


@dataclass(frozen=True, slots=True)
class PauseChange:
    """From `at` on, energy flows or does not."""

    at: datetime
    is_paused: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """A session's energy with what is odd about it."""

    energy_wh: Decimal
    flags: tuple[str, ...] = ()


def measure(
    start_wh: Decimal | None, end_wh: Decimal | None, readings: Sequence[RegisterPoint]
) -> tuple[Measured, Decimal, Decimal]:
    """The energy between the registers, and the two registers that decided.

    Where a register is missing the first or the last reading stands in for it. `readings` are in order of time.
    """
    flags: list[str] = []
    if start_wh is None:
        flags.append("no_register_at_start")
        start_wh = readings[0].register_wh if readings else end_wh or _ZERO
    if end_wh is None:
        flags.append("no_register_at_end")
        end_wh = readings[-1].register_wh if readings else start_wh
    if end_wh < start_wh:
        flags.append("register_fell")
        end_wh = start_wh
    return Measured(end_wh - start_wh, tuple(flags)), start_wh, end_wh


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionShape:
    """A session as it is priced: two instants with their registers, and what is known in between, in order of time."""

    started_at: datetime
    ended_at: datetime
    start_wh: Decimal
    end_wh: Decimal
    readings: Sequence[RegisterPoint] = ()
    pauses: Sequence[PauseChange] = ()


def periods_of(shape: SessionShape, *, is_detailed: bool) -> tuple[ChargingPeriod, ...]:
    """The session as stretches in which energy flowed evenly, cut where it paused or went on.

    `is_detailed` cuts it at readings too, for a tariff that asks when the energy flowed. A session that ended before it
    began (a clock that was set in between) is one period without length.
    """
    begin, end = shape.started_at, shape.ended_at
    if end <= begin:
        return (ChargingPeriod(started_at=begin, ended_at=begin, energy_wh=shape.end_wh - shape.start_wh),)
    points = _points(shape)
    cuts = {point.at for point in points} if is_detailed else {begin, end}
    instants = sorted(cuts | {pause.at for pause in shape.pauses if begin < pause.at < end})
    registers = [_register_at(points, at) for at in instants]
    return tuple(
        _period(instants[i], instants[i + 1], energy_wh=registers[i + 1] - registers[i], pauses=shape.pauses)
        for i in range(len(instants) - 1)
    )


def _points(shape: SessionShape) -> list[RegisterPoint]:
    """Start, readings in between that fit (a register only rises, and within the two that decide), end."""
    points = [RegisterPoint(shape.started_at, shape.start_wh)]
    for reading in shape.readings:
        last = points[-1]
        if last.at < reading.at < shape.ended_at and last.register_wh <= reading.register_wh <= shape.end_wh:
            points.append(reading)
    return [*points, RegisterPoint(shape.ended_at, shape.end_wh)]


def _register_at(points: Sequence[RegisterPoint], at: datetime) -> Decimal:
    """The register at an instant, on the straight line between its neighbours."""
    index = bisect_left(points, at, key=lambda point: point.at)
    after = points[index]
    if after.at == at:
        return after.register_wh
    before = points[index - 1]
    share = Decimal((at - before.at).total_seconds()) / Decimal((after.at - before.at).total_seconds())
    return before.register_wh + (after.register_wh - before.register_wh) * share


def _period(begin: datetime, end: datetime, *, energy_wh: Decimal, pauses: Sequence[PauseChange]) -> ChargingPeriod:
    duration_s = Decimal((end - begin).total_seconds())
    power_w = energy_wh * _SECONDS_PER_HOUR / duration_s
    known = bisect_right(pauses, begin, key=lambda pause: pause.at)
    is_paused = pauses[known - 1].is_paused if known else False
    return ChargingPeriod(
        started_at=begin,
        ended_at=end,
        energy_wh=energy_wh,
        charging_s=_ZERO if is_paused else duration_s,
        parking_s=duration_s if is_paused else _ZERO,
        power_w=Span(power_w, power_w),
    )
