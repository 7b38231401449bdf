"""Limits that the CSMS sets (OCPP 1.6 §3.13, §5.5, §5.7, §5.16; OCPP 2.0.1 K), and what they leave for each car.

Invariants:
1. No EVSE takes more than its profiles leave, counted at the lowest mains voltage, so that amperes hold too.
2. EVSEs whose transactions run share the station's limit equally.
3. On AC, less than 6 A a phase is nothing: no car may draw less (IEC 61851-1).
4. A profile of a transaction ends with it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from protocol.blocks.smart_charging.messages import (
    ClearChargingProfile,
    CompositeScheduleReply,
    GetChargingProfiles,
    GetCompositeSchedule,
    ReportChargingProfiles,
    SetChargingProfile,
)
from protocol.blocks.transactions.machine import TransactionState
from protocol.domain.charging_profile import ChargingProfile, ProfilePurpose, RateUnit, find_flaw
from protocol.domain.charging_profile_stack import (
    InstalledProfile,
    Place,
    RunningTransaction,
    Supply,
    composite_schedule,
    leading_period,
    limit_at,
    next_change,
)
from protocol.domain.commands import CommandReply
from simulator.evse import LOWEST_MAINS_V, NOMINAL_MAINS_V, Cap, Evse
from simulator.state import Alarm, StationState

MAX_STACK_LEVEL = 8
MAX_PROFILES = 20
MAX_PERIODS = 100
_LONGEST_SCHEDULE_S = 7 * 86_400  # a week: then every recurring schedule has begun again
_LEAST_A = Decimal(6)
_OUR_SOURCE = "CSO"
_OF_STATION = (ProfilePurpose.STATION_MAX, ProfilePurpose.LOCAL_GENERATION)
_ACCEPTED = CommandReply(status="Accepted")


def on_set_profile(state: StationState, message: SetChargingProfile, now: float) -> CommandReply:
    """The profile is in force, in the place of one with its id or with its purpose, level and EVSE (OCPP 1.6 §5.16)."""
    refusal = _refuse(state, message.profile, message.evse)
    if refusal is not None:
        return CommandReply(status="Rejected", reason=refusal)
    _install(state, message.profile, message.evse)
    schedule_pull(state, now)
    follow_limits(state, now)
    return _ACCEPTED


def on_clear_profile(state: StationState, message: ClearChargingProfile, now: float) -> CommandReply:
    """Every profile that fits is gone; an id alone decides where it is given (OCPP 1.6 §5.5)."""
    kept = tuple(one for one in state.profiles if not _fits(one, message))
    if len(kept) == len(state.profiles):
        return CommandReply(status="Unknown")
    state.profiles = kept
    follow_limits(state, now)
    return _ACCEPTED


def on_get_composite(state: StationState, message: GetCompositeSchedule, now: float) -> CompositeScheduleReply:
    """What will limit the EVSE, or the station, from now on, for a week at most; and what is to be met there (2.1)."""
    evse = None if message.evse is None else state.evse(message.evse)
    is_unknown = message.evse is not None and evse is None
    unit = message.unit or (RateUnit.WATTS if state.plan.outlet.is_dc else RateUnit.AMPERES)
    if is_unknown or message.duration_s < 1 or not _speaks(state, unit):
        return CompositeScheduleReply(status="Rejected")
    schedule = composite_schedule(
        state.profiles if evse is None else in_force(state, evse),
        state.instant(now),
        duration_s=min(message.duration_s, _LONGEST_SCHEDULE_S),
        place=_place(state, evse, voltage_v=NOMINAL_MAINS_V, phases=state.plan.outlet.line_count),
        unit=unit,
    )
    return CompositeScheduleReply(status="Accepted", evse=message.evse, starts_at=schedule.starts_at, schedule=schedule)


def on_get_profiles(state: StationState, message: GetChargingProfiles, _now: float) -> CommandReply:
    """Every profile that fits is reported after the answer, EVSE by EVSE; all of them are the CSMS's (2.0.1 K09)."""
    is_of_ours = not message.sources or _OUR_SOURCE in message.sources
    found = [one for one in state.profiles if is_of_ours and _is_asked_for(one, message)]
    if not found:
        return CommandReply(status="NoProfiles")
    places = sorted({one.evse or 0 for one in found})
    for place in places:
        report = ReportChargingProfiles(
            message.request_id,
            _OUR_SOURCE,
            tuple(one.profile for one in found if (one.evse or 0) == place),
            evse=place or None,
            has_more=place != places[-1],
        )
        state.post(report, is_triggered=True)
    return _ACCEPTED


def refuses_start(profile: ChargingProfile | None, state: StationState) -> bool:
    """Whether a remote start may not bring this profile: it must be a sound one for a transaction (OCPP 1.6 §5.11)."""
    if profile is None:
        return False
    is_for_it = profile.purpose is ProfilePurpose.TX and profile.transaction_id is None
    return not is_for_it or _flaw(state, profile) is not None


def on_begin(state: StationState, evse: Evse, profile: ChargingProfile | None, now: float) -> None:
    """A transaction has begun on the EVSE, with its own profile where one came with the start."""
    if profile is not None:
        _install(state, profile, evse.number)
    follow_limits(state, now)


def on_end(state: StationState, evse: Evse, now: float) -> None:
    """A transaction has ended: its profiles are gone, and the others share what it had."""
    state.profiles = tuple(
        one for one in state.profiles if one.profile.purpose is not ProfilePurpose.TX or one.evse != evse.number
    )
    follow_limits(state, now)


def on_limit_due(state: StationState, now: float) -> None:
    """A schedule has come to its next period."""
    follow_limits(state, now)


def follow_limits(state: StationState, now: float) -> None:
    """Every EVSE has the cap of this instant, and the station wakes when the next may come."""
    at, changes = state.instant(now), []
    for evse in state.evses:
        cap = None
        if state.profiles and evse.transaction is not None:
            phases = evse.usable_phases
            place = _place(state, evse, voltage_v=LOWEST_MAINS_V, phases=phases)
            profiles = in_force(state, evse)
            cap = _cap_at(profiles, at, place=place, is_dc=evse.outlet.is_dc)
            changes.append(next_change(profiles, at, place=place))
        if cap != evse.cap:
            evse.advance(now)
            evse.cap = cap
            evse.settle()
            let_current_follow(state, evse, now)
    due = min((change for change in changes if change is not None), default=None)
    state.clear_alarm(Alarm.LIMIT)
    if due is not None:
        state.set_alarm(Alarm.LIMIT, now + (due - at) / timedelta(seconds=1))


def in_force(state: StationState, evse: Evse) -> tuple[InstalledProfile, ...]:
    """The profiles that limit the EVSE: with priority, the priority profile in the place of its others (2.1 K21)."""
    if evse.transaction is None or not evse.transaction.has_priority:
        return state.profiles
    return tuple(
        InstalledProfile(_as_own(one.profile), evse.number) if one.profile.purpose is ProfilePurpose.PRIORITY else one
        for one in state.profiles
        if one.profile.purpose not in (ProfilePurpose.TX, ProfilePurpose.TX_DEFAULT)
    )


def schedule_pull(state: StationState, now: float) -> None:
    """Dynamic profiles that are to be asked for are, as often as the most impatient of them says (2.1 K28)."""
    intervals_s = [one.profile.update_interval_s for one in state.profiles if one.profile.update_interval_s]
    state.clear_alarm(Alarm.SCHEDULE_UPDATE)
    if intervals_s:
        state.set_alarm(Alarm.SCHEDULE_UPDATE, now + min(intervals_s))


def _cap_at(profiles: Sequence[InstalledProfile], at: datetime, *, place: Place, is_dc: bool) -> Cap:
    value_w, phases = limit_at(profiles, at, place=place, unit=RateUnit.WATTS)
    least_w = 0 if is_dc else _LEAST_A * LOWEST_MAINS_V * phases
    leading = leading_period(profiles, at, place=place)
    per_unit = Decimal(1)
    if leading is not None and leading.unit is RateUnit.AMPERES:
        per_unit = place.supply.voltage_v * phases
    setpoint = None if leading is None else leading.period.setpoint
    if setpoint is None or leading is None:
        return Cap(float(value_w) if value_w >= least_w else 0.0, phases)
    if setpoint < 0:
        bound = leading.period.discharge_limit
        give = -setpoint if bound is None else min(-setpoint, -bound)
        return Cap(0.0, phases, give_w=float(give * per_unit))
    power_w = min(value_w, setpoint * per_unit)
    return Cap(float(power_w) if power_w >= least_w else 0.0, phases)


def _as_own(profile: ChargingProfile) -> ChargingProfile:
    return replace(profile, purpose=ProfilePurpose.TX, transaction_id=None)


def let_current_follow(state: StationState, evse: Evse, now: float) -> None:
    """The transaction's state follows the current, in the same instant."""
    # Before the first current the handshake's own alarm is set.
    if evse.transaction is not None and evse.transaction.state is not TransactionState.EV_CONNECTED:
        state.set_alarm(Alarm.POWER, now, evse=evse.number)


def _place(state: StationState, evse: Evse | None, *, voltage_v: Decimal, phases: int) -> Place:
    outlet = state.plan.outlet
    sharing = max(1, sum(one.transaction is not None for one in state.evses))
    if evse is None:
        total_w = Decimal(outlet.max_power_w * len(state.evses))
        return Place(None, Supply(total_w, voltage_v, phases))
    supply = Supply(Decimal(outlet.max_power_w * phases) / outlet.line_count, voltage_v, phases)
    transaction = evse.transaction
    running = None
    if transaction is not None:
        running = RunningTransaction(transaction.started_at, transaction.transaction_id)
    return Place(evse.number, supply, running, sharing)


def _install(state: StationState, profile: ChargingProfile, evse: int | None) -> None:
    new = InstalledProfile(profile, evse)
    state.profiles = (*(one for one in state.profiles if not _is_replaced(one, new)), new)


def _is_replaced(one: InstalledProfile, new: InstalledProfile) -> bool:
    same_place = (one.evse, one.profile.purpose, one.profile.stack_level) == (
        new.evse,
        new.profile.purpose,
        new.profile.stack_level,
    )
    return same_place or one.profile.profile_id == new.profile.profile_id


def _refuse(state: StationState, profile: ChargingProfile, number: int | None) -> str | None:
    """Why the profile cannot be set there; None where it can."""
    evse = None if number is None else state.evse(number)
    if number is not None and evse is None:
        return "UnknownEVSE"
    if profile.purpose in _OF_STATION and evse is not None:
        return "NotHere"
    if profile.purpose is ProfilePurpose.EXTERNAL:
        return "InvalidProfile"
    kept = [one for one in state.profiles if not _is_replaced(one, InstalledProfile(profile, number))]
    if len(kept) >= MAX_PROFILES:
        return "TooManyProfiles"
    if profile.purpose is ProfilePurpose.TX:
        transaction = None if evse is None else evse.transaction
        if transaction is None or profile.transaction_id not in (None, transaction.transaction_id):
            return "TxNotFound"
    return _flaw(state, profile)


def _flaw(state: StationState, profile: ChargingProfile) -> str | None:
    schedules = profile.schedules
    if not all(_speaks(state, schedule.unit) for schedule in schedules) or profile.stack_level > MAX_STACK_LEVEL:
        return "OutOfRange"
    is_long = any(len(schedule.periods) > MAX_PERIODS for schedule in schedules)
    return "TooManyPeriods" if is_long else find_flaw(profile)


def _speaks(state: StationState, unit: RateUnit) -> bool:
    """A DC outlet knows watts alone: its volts are the battery's."""
    return unit is RateUnit.WATTS or not state.plan.outlet.is_dc


def _is_asked_for(one: InstalledProfile, message: GetChargingProfiles) -> bool:
    return (not message.profile_ids or one.profile.profile_id in message.profile_ids) and _fits(
        one, ClearChargingProfile(evse=message.evse, purpose=message.purpose, stack_level=message.stack_level)
    )


def _fits(one: InstalledProfile, message: ClearChargingProfile) -> bool:
    profile = one.profile
    if message.profile_id is not None:
        return profile.profile_id == message.profile_id
    return (
        (message.evse is None or (one.evse or 0) == message.evse)
        and (message.purpose is None or profile.purpose is message.purpose)
        and (message.stack_level is None or profile.stack_level == message.stack_level)
    )
