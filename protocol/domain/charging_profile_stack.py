"""What all charging profiles together allow an EVSE at an instant, and over time (OCPP 1.6 §3.13; OCPP 2.0.1 K01).

Invariants:
1. Of one purpose the valid profile with the highest stack level that has a limit at that instant leads; of equal levels
   the EVSE's own leads over the station's, and the younger over the older.
2. A TX profile leads over TX_DEFAULT while its transaction runs; where it says nothing the default holds.
3. STATION_MAX caps what leads, and so does every external constraint of the EVSE or of the station, whatever its
   level: each is somebody's. EVSEs that share the station share what limits it equally. What the LOCAL_GENERATION that
   leads allows comes on top of what limits the station (2.1), and of nothing else.
4. No limit exceeds the supply, none is below 0, and each is rounded down to a tenth of its unit.
5. A composite schedule says for each of its whole seconds what `limit_at` says for that instant, and what the period
   that leads then wants to be met (`leading_period`), as far as the limit lets it (2.1 K18, Q).
6. Amperes are per phase. Between units a limit is converted by the supply's voltage and the phases that remain; a
   number of phases below 1 says nothing.
7. A composite schedule costs little more than its periods are many: each change is looked at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_FLOOR, Decimal
from heapq import heappop, heappush
from typing import NamedTuple

from msgspec.structs import replace

from protocol.domain.charging_profile import (
    ChargingPeriod,
    ChargingProfile,
    ChargingSchedule,
    ProfilePurpose,
    RateUnit,
)
from protocol.domain.charging_timeline import SECOND_US, Least, Timeline
from protocol.domain.identifiers import TransactionId

_TENTH = Decimal("0.1")
_CHARGING = (ProfilePurpose.TX, ProfilePurpose.TX_DEFAULT)
_OF_STATION = (ProfilePurpose.STATION_MAX, ProfilePurpose.LOCAL_GENERATION)
_LEADING = (*_CHARGING, *_OF_STATION)


class InstalledProfile(NamedTuple):
    """A profile where it was set; `evse` None is the station. Later ones stand later in their sequence."""

    profile: ChargingProfile
    evse: int | None


@dataclass(frozen=True, slots=True)
class Supply:
    """What the hardware delivers: `max_power_w` over all its phases together."""

    max_power_w: Decimal
    voltage_v: Decimal = Decimal(230)
    phases: int = 3


@dataclass(frozen=True, slots=True)
class RunningTransaction:
    """The transaction that is limited; `transaction_id` is None until it has one."""

    started_at: datetime
    transaction_id: TransactionId | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What is limited: an EVSE, or the station where `evse` is None; `sharing` EVSEs share the station's limit."""

    evse: int | None
    supply: Supply
    transaction: RunningTransaction | None = None
    sharing: int = 1


class Limit(NamedTuple):
    """A limit in the unit that was asked for, and on how many phases."""

    value: Decimal
    phases: int


class LeadingPeriod(NamedTuple):
    """The period that holds of the profile that leads, whether it limits or sets; its amounts are in `unit`."""

    period: ChargingPeriod
    unit: RateUnit


class _Lead(NamedTuple):
    unit: RateUnit
    limit: Decimal
    phases: int | None


def limit_at(installed: Sequence[InstalledProfile], at: datetime, *, place: Place, unit: RateUnit) -> Limit:
    """The limit of this instant. Without a transaction a relative schedule has just begun."""
    return _Sweep(installed, at, place).limit(unit)


def leading_period(installed: Sequence[InstalledProfile], at: datetime, *, place: Place) -> LeadingPeriod | None:
    """The period of the TX or TX_DEFAULT profile that leads at this instant; None where none says anything.

    In 2.1 a period may say more than a limit: a setpoint, and how much the vehicle may give (OCPP 2.1 K18, Q).
    """
    begins_at = at if place.transaction is None else place.transaction.started_at
    found: list[tuple[tuple[bool, int, bool, int], LeadingPeriod]] = []
    for age, (profile, evse) in enumerate(installed):
        if profile.purpose not in _CHARGING or not _concerns(profile, evse, place):
            continue
        period = Timeline(profile, origin=at, begins_at=begins_at).period_at(0)
        if period is not None:
            rank = (profile.purpose is ProfilePurpose.TX, profile.stack_level, evse is not None, age)
            found.append((rank, LeadingPeriod(period, profile.schedule.unit)))
    return max(found, key=lambda one: one[0])[1] if found else None


def next_change(installed: Sequence[InstalledProfile], after: datetime, *, place: Place) -> datetime | None:
    """The next instant at which the limit may be another; None where it stays for ever."""
    change_us = _Sweep(installed, after, place).next_change_us
    try:
        return None if change_us is None else after + timedelta(microseconds=change_us)
    except OverflowError:
        return None  # outside of the calendar: it never comes


def composite_schedule(
    installed: Sequence[InstalledProfile], starts_at: datetime, *, duration_s: int, place: Place, unit: RateUnit
) -> ChargingSchedule:
    """The limits from `starts_at` on, neighbours that are equal made one.

    Without a transaction it is assumed to begin then. Raises ValueError for a duration below one second.
    """
    if duration_s < 1:
        raise ValueError(f"a schedule lasts at least one second; asked for {duration_s}")
    sweep, second = _Sweep(installed, starts_at, place), 0
    periods: list[ChargingPeriod] = []
    while second < duration_s:
        period = sweep.period(unit, start_s=second)
        if not periods or replace(period, start_s=periods[-1].start_s) != periods[-1]:
            periods.append(period)
        if sweep.next_change_us is None:
            break
        second = -(-sweep.next_change_us // SECOND_US)
        sweep.move_to(second * SECOND_US)
    return ChargingSchedule(unit=unit, periods=tuple(periods), duration_s=duration_s, starts_at=starts_at)


class _Sweep:
    """What all profiles say at an instant that moves on, from `origin`: only those that change are asked again."""

    def __init__(self, installed: Sequence[InstalledProfile], origin: datetime, place: Place) -> None:
        begins_at = origin if place.transaction is None else place.transaction.started_at
        self._place = place
        self._parts = 1 if place.evse is None else place.sharing
        self._installed = installed
        self._timelines = {
            age: Timeline(profile, origin=origin, begins_at=begins_at)
            for age, (profile, evse) in enumerate(installed)
            if _concerns(profile, evse, place)
        }
        self._leads: dict[int, _Lead] = {}
        self._periods: dict[int, ChargingPeriod] = {}
        self._leaders: dict[ProfilePurpose, Least[tuple[int, bool, int]]] = {purpose: Least() for purpose in _LEADING}
        self._setters: Least[tuple[bool, int, bool, int]] = Least()
        self._constraints: dict[tuple[RateUnit, bool], Least[Decimal]] = {
            (unit, is_shared): Least() for unit in RateUnit for is_shared in (False, True)
        }
        self._constrained_phases: Least[int] = Least()
        self._changes: list[tuple[int, int]] = []
        for age in self._timelines:
            self._ask(age, 0)

    @property
    def next_change_us(self) -> int | None:
        """When a profile may next say something else."""
        return self._changes[0][0] if self._changes else None

    def move_to(self, at_us: int) -> None:
        """It is this instant; the sweep never goes back."""
        while self._changes and self._changes[0][0] <= at_us:
            _, age = heappop(self._changes)
            self._ask(age, at_us)

    def limit(self, unit: RateUnit) -> Limit:
        """The limit of this instant."""
        supply = self._place.supply
        own, shared = self._caps()
        fewest = self._constrained_phases.get()
        said = [lead.phases for lead in (*own, *shared) if lead.phases is not None]
        phases = min([supply.phases, *said, *([] if fewest is None else fewest[:1])])
        delivered = _Lead(RateUnit.WATTS, supply.max_power_w * phases / supply.phases, None)
        volt_phases = supply.voltage_v * phases
        generated = self._leader(ProfilePurpose.LOCAL_GENERATION)
        extra = Decimal(0)
        if generated is not None:
            extra = _convert(generated, unit, volt_phases=volt_phases) / self._parts
        values = [_convert(one, unit, volt_phases=volt_phases) for one in (*own, delivered)]
        values += [_convert(one, unit, volt_phases=volt_phases) + extra for one in shared]
        return Limit(max(min(values), Decimal(0)).quantize(_TENTH, ROUND_FLOOR), phases)

    def period(self, unit: RateUnit, *, start_s: int) -> ChargingPeriod:
        """What is said of this instant, `start_s` after the schedule's beginning: the limit, and what is to be met."""
        limit = self.limit(unit)
        setter = self._setters.get()
        if setter is None:
            return ChargingPeriod(start_s=start_s, limit=limit.value, phases=limit.phases)
        age = setter[1]
        said, spoken = self._periods[age], self._installed[age].profile.schedule.unit
        volt_phases = self._place.supply.voltage_v * limit.phases

        def converted(amount: Decimal | None) -> Decimal | None:
            if amount is None:
                return None
            return _convert(_Lead(spoken, amount, None), unit, volt_phases=volt_phases).quantize(_TENTH, ROUND_DOWN)

        setpoint, discharge_limit = converted(said.setpoint), converted(said.discharge_limit)
        if setpoint is not None:
            setpoint = min(setpoint, limit.value)
        if setpoint is not None and discharge_limit is not None:
            setpoint = max(setpoint, discharge_limit)
        return ChargingPeriod(
            start_s=start_s,
            limit=limit.value,
            phases=limit.phases,
            mode=said.mode,
            setpoint=setpoint,
            discharge_limit=discharge_limit,
        )

    def _ask(self, age: int, at_us: int) -> None:
        timeline, (profile, evse) = self._timelines[age], self._installed[age]
        change_us = timeline.next_change(at_us)
        if change_us is not None:
            heappush(self._changes, (change_us, age))
        period = timeline.period_at(at_us)
        lead = _lead_of(profile, period)
        if profile.purpose in _CHARGING:
            self._set(age, period)
        if lead is None:
            self._leads.pop(age, None)
        else:
            self._leads[age] = lead
        if profile.purpose in self._leaders:
            rank = (-profile.stack_level, evse is None, -age)
            self._leaders[profile.purpose].put(age, None if lead is None else rank)
        elif profile.purpose is ProfilePurpose.EXTERNAL:
            is_shared = evse is None
            limit = None if lead is None else lead.limit / self._parts if is_shared else lead.limit
            self._constraints[profile.schedule.unit, is_shared].put(age, limit)
            self._constrained_phases.put(age, None if lead is None else lead.phases)

    def _set(self, age: int, period: ChargingPeriod | None) -> None:
        """The profile has this period, which leads as in `leading_period` whether it limits or not."""
        profile, evse = self._installed[age]
        if period is None:
            self._periods.pop(age, None)
            self._setters.put(age, None)
            return
        self._periods[age] = period
        rank = (profile.purpose is not ProfilePurpose.TX, -profile.stack_level, evse is None, -age)
        self._setters.put(age, rank)

    def _caps(self) -> tuple[list[_Lead], list[_Lead]]:
        """What limits the place itself, and what limits its part of the station."""
        own = [lead for lead in (self._charging_lead(),) if lead is not None]
        shared = [lead for lead in (self._station_lead(),) if lead is not None]
        for (unit, is_shared), least in self._constraints.items():
            lowest = least.get()
            if lowest is not None:
                (shared if is_shared else own).append(_Lead(unit, lowest[0], None))
        return own, shared

    def _charging_lead(self) -> _Lead | None:
        return self._leader(ProfilePurpose.TX) or self._leader(ProfilePurpose.TX_DEFAULT)

    def _station_lead(self) -> _Lead | None:
        cap = self._leader(ProfilePurpose.STATION_MAX)
        return None if cap is None else cap._replace(limit=cap.limit / self._place.sharing)

    def _leader(self, purpose: ProfilePurpose) -> _Lead | None:
        best = self._leaders[purpose].get()
        return None if best is None else self._leads[best[1]]


def _convert(lead: _Lead, unit: RateUnit, *, volt_phases: Decimal) -> Decimal:
    if lead.unit is unit:
        return lead.limit
    return lead.limit / volt_phases if unit is RateUnit.AMPERES else lead.limit * volt_phases


def _lead_of(profile: ChargingProfile, period: ChargingPeriod | None) -> _Lead | None:
    if period is None or period.limit is None:
        return None
    phases = None if period.phases is None or period.phases < 1 else period.phases
    return _Lead(profile.schedule.unit, period.limit, phases)


def _concerns(profile: ChargingProfile, evse: int | None, place: Place) -> bool:
    if profile.purpose in _OF_STATION:
        return evse is None
    if profile.purpose is ProfilePurpose.EXTERNAL:
        return evse in (None, place.evse)
    if place.evse is None:
        return False
    if profile.purpose is ProfilePurpose.TX_DEFAULT:
        return evse in (None, place.evse)
    running = place.transaction
    return running is not None and evse == place.evse and profile.transaction_id in (None, running.transaction_id)
