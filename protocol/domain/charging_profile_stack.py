"""What all charging profiles together allow an EVSE at an instant, and over time (OCPP 1.6 §3.13; OCPP 2.0.1 K01).

Invariants:
1. Of one purpose the valid profile with the highest stack level that has a limit at that instant leads; of equal levels
   the EVSE's own leads over the station's, and the younger over the older.
2. A TX profile leads over TX_DEFAULT while its transaction runs; where it says nothing the default holds.
3. STATION_MAX caps what leads, and so does every external constraint of the EVSE or of the station, whatever its
   level: each is somebody's. EVSEs that share the station share what limits it equally.
4. No limit exceeds the supply, none is below 0, and each is rounded down to a tenth of its unit.
5. A composite schedule says for each of its whole seconds what `limit_at` says for that instant.
6. Amperes are per phase. Between units a limit is converted by the supply's voltage and the phases that remain.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import NamedTuple

from protocol.domain.charging_profile import (
    ChargingPeriod,
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    Recurrency,
)
from protocol.domain.identifiers import TransactionId

_TENTH = Decimal("0.1")
_MICROSECOND = timedelta(microseconds=1)
_SECOND_US = 1_000_000
_CYCLE_US = {Recurrency.DAILY: 86_400 * _SECOND_US, Recurrency.WEEKLY: 7 * 86_400 * _SECOND_US}


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


class _Lead(NamedTuple):
    unit: RateUnit
    limit: Decimal
    phases: int | None


def limit_at(installed: Sequence[InstalledProfile], at: datetime, *, place: Place, unit: RateUnit) -> Limit:
    """The limit of this instant. Without a transaction a relative schedule has just begun."""
    return _limit(installed, at, place, unit, _beginning(place, at))


def next_change(installed: Sequence[InstalledProfile], after: datetime, *, place: Place) -> datetime | None:
    """The next instant at which the limit may be another; None where it stays for ever."""
    return _next_change(installed, after, place, _beginning(place, after))


def composite_schedule(
    installed: Sequence[InstalledProfile], starts_at: datetime, *, duration_s: int, place: Place, unit: RateUnit
) -> ChargingSchedule:
    """The limits from `starts_at` on, neighbours that are equal made one.

    Without a transaction it is assumed to begin then. Raises ValueError for a duration below one second.
    """
    if duration_s < 1:
        raise ValueError(f"a schedule lasts at least one second; asked for {duration_s}")
    begins_at = _beginning(place, starts_at)
    periods: list[ChargingPeriod] = []
    second: int | None = 0
    while second is not None and second < duration_s:
        at = starts_at + timedelta(seconds=second)
        value, phases = _limit(installed, at, place, unit, begins_at)
        if not periods or (periods[-1].limit, periods[-1].phases) != (value, phases):
            periods.append(ChargingPeriod(start_s=second, limit=value, phases=phases))
        change = _next_change(installed, at, place, begins_at)
        second = None if change is None else -(-((change - starts_at) // _MICROSECOND) // _SECOND_US)
    return ChargingSchedule(unit=unit, periods=tuple(periods), duration_s=duration_s, starts_at=starts_at)


def _beginning(place: Place, otherwise: datetime) -> datetime:
    return otherwise if place.transaction is None else place.transaction.started_at


def _limit(
    installed: Sequence[InstalledProfile], at: datetime, place: Place, unit: RateUnit, begins_at: datetime
) -> Limit:
    lead = _leader(installed, ProfilePurpose.TX, at, place, begins_at)
    lead = lead or _leader(installed, ProfilePurpose.TX_DEFAULT, at, place, begins_at)
    cap = _leader(installed, ProfilePurpose.STATION_MAX, at, place, begins_at)
    leads = [lead] if lead else []
    if cap is not None:
        leads.append(cap._replace(limit=cap.limit / place.sharing))
    leads.extend(_constraints(installed, at, place, begins_at))
    supply = place.supply
    phases = min([supply.phases, *(one.phases for one in leads if one.phases is not None)])
    delivered = _Lead(RateUnit.WATTS, supply.max_power_w * phases / supply.phases, None)
    values = [_convert(one, unit, volt_phases=supply.voltage_v * phases) for one in (*leads, delivered)]
    return Limit(max(min(values), Decimal(0)).quantize(_TENTH, ROUND_FLOOR), phases)


def _convert(lead: _Lead, unit: RateUnit, *, volt_phases: Decimal) -> Decimal:
    if lead.unit is unit:
        return lead.limit
    return lead.limit / volt_phases if unit is RateUnit.AMPERES else lead.limit * volt_phases


def _constraints(
    installed: Sequence[InstalledProfile], at: datetime, place: Place, begins_at: datetime
) -> Iterator[_Lead]:
    for profile, evse in installed:
        if profile.purpose is ProfilePurpose.EXTERNAL and _concerns(profile, evse, place):
            lead = _lead_at(profile, at, begins_at)
            if lead is not None:
                is_shared = evse is None and place.evse is not None
                yield lead._replace(limit=lead.limit / place.sharing) if is_shared else lead


def _leader(
    installed: Sequence[InstalledProfile], purpose: ProfilePurpose, at: datetime, place: Place, begins_at: datetime
) -> _Lead | None:
    best: tuple[tuple[int, bool, int], _Lead] | None = None
    for age, (profile, evse) in enumerate(installed):
        if profile.purpose is not purpose or not _concerns(profile, evse, place):
            continue
        lead = _lead_at(profile, at, begins_at)
        rank = (profile.stack_level, evse is not None, age)
        if lead is not None and (best is None or rank > best[0]):
            best = rank, lead
    return None if best is None else best[1]


def _lead_at(profile: ChargingProfile, at: datetime, begins_at: datetime) -> _Lead | None:
    period = _period_at(profile, at, begins_at)
    if period is None or period.limit is None:
        return None
    return _Lead(profile.schedule.unit, period.limit, period.phases)


def _concerns(profile: ChargingProfile, evse: int | None, place: Place) -> bool:
    if profile.purpose is ProfilePurpose.STATION_MAX:
        return evse is None
    if profile.purpose is ProfilePurpose.EXTERNAL:
        return evse in (None, place.evse)
    if place.evse is None:
        return False
    if profile.purpose is ProfilePurpose.TX_DEFAULT:
        return evse in (None, place.evse)
    running = place.transaction
    return running is not None and evse == place.evse and profile.transaction_id in (None, running.transaction_id)


def _period_at(profile: ChargingProfile, at: datetime, begins_at: datetime) -> ChargingPeriod | None:
    if (profile.valid_from and at < profile.valid_from) or (profile.valid_to and at >= profile.valid_to):
        return None
    schedule = profile.schedule
    elapsed_us = (at - _start(profile, begins_at)) // _MICROSECOND
    if elapsed_us < 0:
        return None
    elapsed_us %= _cycle_us(profile) or elapsed_us + 1
    if schedule.duration_s is not None and elapsed_us >= schedule.duration_s * _SECOND_US:
        return None
    begun = [period for period in schedule.periods if period.start_s * _SECOND_US <= elapsed_us]
    return begun[-1] if begun else None


def _next_change(
    installed: Sequence[InstalledProfile], after: datetime, place: Place, begins_at: datetime
) -> datetime | None:
    changes = (
        change
        for profile, evse in installed
        if _concerns(profile, evse, place)
        for change in _changes(profile, after, begins_at)
        if change > after
    )
    return min(changes, default=None)


def _changes(profile: ChargingProfile, after: datetime, begins_at: datetime) -> Iterator[datetime]:
    """Where the profile may say something else: its validity's ends, and the boundaries of the cycle around `after`."""
    yield from (at for at in (profile.valid_from, profile.valid_to) if at is not None)
    schedule, start, cycle_us = profile.schedule, _start(profile, begins_at), _cycle_us(profile)
    cycle_began_us = 0
    if cycle_us and after >= start:
        cycle_began_us = (after - start) // _MICROSECOND // cycle_us * cycle_us
    seconds = [period.start_s for period in schedule.periods] + [schedule.duration_s or 0]
    offsets_us = [second * _SECOND_US for second in seconds] + [cycle_us]
    for offset_us in offsets_us:
        try:
            yield start + timedelta(microseconds=cycle_began_us + offset_us)
        except OverflowError:
            continue  # outside of the calendar: it never comes


def _start(profile: ChargingProfile, begins_at: datetime) -> datetime:
    """When it (first) begins: a schedule that does not say begins with the transaction (OCPP 1.6 §7.13)."""
    if profile.kind is ProfileKind.RELATIVE:
        return begins_at
    return profile.schedule.starts_at or begins_at


def _cycle_us(profile: ChargingProfile) -> int:
    """After how long it begins again; 0 where it never does."""
    if profile.kind is not ProfileKind.RECURRING or profile.recurrency is None:
        return 0
    return _CYCLE_US[profile.recurrency]
