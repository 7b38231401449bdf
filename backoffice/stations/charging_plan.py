"""How a vehicle is to charge: by the least power that gives it what it wants before it leaves, below every limit.

Invariants:
1. No period allows more than the ceiling, nor more than the vehicle can take.
2. Where the wanted energy fits below the ceiling before the end, the plan has room for it; else it is the ceiling.
3. A plan has at most the periods that the vehicle can read; those at its end become one, as low as their lowest.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise
from typing import NamedTuple

from protocol.blocks.smart_charging.messages import ChargingNeeds
from protocol.domain.charging_profile import (
    ChargingPeriod,
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
)
from protocol.domain.identifiers import TransactionId

LONGEST_PLAN = timedelta(days=1)
_SHORTEST_PLAN = timedelta(minutes=5)
_MAINS_V = 230
_PHASES = {"AC_single_phase": 1, "AC_two_phase": 2}
_TENTH = Decimal("0.1")
_DYNAMIC = "DynamicControl"
_UPDATE_EVERY_S = 300


class _Stretch(NamedTuple):
    start_s: int
    seconds: int
    watts: Decimal


def seconds_to_plan(needs: ChargingNeeds, now: datetime) -> int:
    """Until the vehicle leaves: five minutes at least, a day at most, and a day where it does not say."""
    left = LONGEST_PLAN if needs.departs_at is None else needs.departs_at - now
    return int(max(_SHORTEST_PLAN, min(left, LONGEST_PLAN)).total_seconds())


def plan_for(
    needs: ChargingNeeds,
    ceiling: ChargingSchedule,
    *,
    profile_id: int,
    stack_level: int,
    transaction_id: TransactionId,
    max_periods: int | None = None,
) -> ChargingProfile:
    """The TxProfile for what a vehicle wants (OCPP 2.0.1 K15).

    `ceiling` is what everything else allows, in W, from its `starts_at` on for as long as the plan is to last.
    """
    stretches = _stretches(ceiling, most_w=_most_w(needs))
    level_w = _level_w(stretches, wanted_wh(needs))
    if level_w is not None:
        level_w = max(level_w, _least_w(needs))
        stretches = [one._replace(watts=min(one.watts, level_w)) for one in stretches]
    periods = _periods(stretches, max_periods)
    kind, schedule = (
        ProfileKind.ABSOLUTE,
        ChargingSchedule(RateUnit.WATTS, periods, duration_s=ceiling.duration_s, starts_at=ceiling.starts_at),
    )
    if needs.control_mode == _DYNAMIC:
        # One period, which the station asks for again and again (OCPP 2.1 K28).
        kind, schedule = ProfileKind.DYNAMIC, ChargingSchedule(RateUnit.WATTS, periods[:1])
    return ChargingProfile(
        profile_id=profile_id,
        stack_level=stack_level,
        purpose=ProfilePurpose.TX,
        kind=kind,
        schedule=schedule,
        transaction_id=transaction_id,
        update_interval_s=_UPDATE_EVERY_S if kind is ProfileKind.DYNAMIC else None,
    )


def _stretches(ceiling: ChargingSchedule, *, most_w: Decimal | None) -> list[_Stretch]:
    assert ceiling.duration_s is not None  # a composite schedule says how long it lasts
    starts_s = [*(period.start_s for period in ceiling.periods), ceiling.duration_s]
    stretches = []
    for period, (start_s, end_s) in zip(ceiling.periods, pairwise(starts_s), strict=True):
        assert period.limit is not None  # and a limit for each of its seconds
        watts = period.limit if most_w is None else min(period.limit, most_w)
        stretches.append(_Stretch(start_s, end_s - start_s, watts))
    return stretches


def _level_w(stretches: Sequence[_Stretch], wanted_wh: Decimal | None) -> Decimal | None:
    """The least power that gives the energy, rounded up; None where it is not to be limited, or does not suffice."""
    if wanted_wh is None:
        return None
    missing_ws, seconds, below_w = wanted_wh * 3600, sum(one.seconds for one in stretches), Decimal(0)
    for one in sorted(stretches, key=lambda one: one.watts):
        if (one.watts - below_w) * seconds >= missing_ws:
            exact = below_w + missing_ws / seconds
            return exact.quantize(_TENTH, ROUND_FLOOR) + _TENTH
        missing_ws -= (one.watts - below_w) * seconds
        seconds, below_w = seconds - one.seconds, one.watts
    return None


def _periods(stretches: Sequence[_Stretch], max_periods: int | None) -> tuple[ChargingPeriod, ...]:
    merged: list[_Stretch] = []
    for one in stretches:
        if not merged or merged[-1].watts != one.watts:
            merged.append(one)
    room = len(merged) if max_periods is None else max(1, max_periods)
    if len(merged) > room:
        lowest_w = min(one.watts for one in merged[room - 1 :])
        merged = [*merged[: room - 1], merged[room - 1]._replace(watts=lowest_w)]
    return tuple(ChargingPeriod(one.start_s, one.watts) for one in merged)


def wanted_wh(needs: ChargingNeeds) -> Decimal | None:
    """How much energy the vehicle wants before it leaves; None where it does not say both."""
    wanted = (
        needs.ac.energy_wh if needs.ac else None,
        needs.dc.energy_wh if needs.dc else None,
        needs.v2x.target_wh if needs.v2x else None,
    )
    energy_wh = next((one for one in wanted if one is not None), None)
    return None if energy_wh is None or needs.departs_at is None else Decimal(repr(energy_wh))


def _most_w(needs: ChargingNeeds) -> Decimal | None:
    """What the vehicle can take; None where it does not say."""
    if needs.ac is not None:
        return _ac_w(needs, needs.ac.max_current_a)
    if needs.dc is None:
        charge_w = needs.v2x.max_charge_w if needs.v2x else None
        return None if charge_w is None else _watts(charge_w)
    most_w = needs.dc.max_current_a * needs.dc.max_voltage_v if needs.dc.max_power_w is None else needs.dc.max_power_w
    return _watts(most_w)


def _least_w(needs: ChargingNeeds) -> Decimal:
    """Below this an AC vehicle does not charge at all."""
    return Decimal(0) if needs.ac is None else _ac_w(needs, needs.ac.min_current_a)


def _ac_w(needs: ChargingNeeds, current_a: float) -> Decimal:
    return _watts(current_a * _MAINS_V * _PHASES.get(needs.energy_transfer, 3))


def _watts(watts: float) -> Decimal:
    return max(Decimal(0), Decimal(repr(watts)).quantize(_TENTH, ROUND_FLOOR))
