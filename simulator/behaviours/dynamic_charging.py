"""What OCPP 2.1 adds to limits: profiles that change as they run, priority, and vehicles that give.

Invariants:
1. A dynamic profile says what it was last told; what an update leaves out stays (K28).
2. While priority charging is on, the priority profile stands in the place of the EVSE's other ones (K21).
3. Energy is taken out of a vehicle only where the CSMS allowed it for the transaction (Q02).
"""

from msgspec.structs import replace

from protocol.blocks.smart_charging.messages import (
    AcParameters,
    ChargingNeeds,
    DcParameters,
    NotifyAllowedEnergyTransfer,
    NotifyChargingNeeds,
    PullScheduleUpdate,
    ScheduleUpdateReply,
    UpdateDynamicSchedule,
    UsePriorityCharging,
    V2xParameters,
)
from protocol.domain.charging_profile import ChargingProfile, ProfileKind, ProfilePurpose, ScheduleUpdate
from protocol.domain.charging_profile_stack import InstalledProfile
from protocol.domain.commands import CommandReply
from simulator.behaviours import smart_charging
from simulator.evse import NOMINAL_MAINS_V, Evse
from simulator.state import StationState
from simulator.vehicle import Vehicle

_ACCEPTED = CommandReply(status="Accepted")
_GIVES = "_BPT"
_LEAST_A = 6.0
_BATTERY_V = 400.0


def on_update(state: StationState, message: UpdateDynamicSchedule, now: float) -> CommandReply:
    """The profile says so from now on; one that is not there, or not dynamic, says nothing else."""
    is_changed = _change(state, message.profile_id, message.update, now)
    return _ACCEPTED if is_changed else CommandReply(status="Rejected", reason="InvalidProfile")


def on_pull_due(state: StationState, now: float) -> None:
    """The CSMS is asked what dynamic profiles say now, as often as they say (K28)."""
    for one in state.profiles:
        if one.profile.update_interval_s and state.is_online and state.is_accepted:
            state.post(PullScheduleUpdate(one.profile.profile_id))
    smart_charging.schedule_pull(state, now)


def on_pulled(state: StationState, message: PullScheduleUpdate, reply: ScheduleUpdateReply, now: float) -> None:
    """The profile says what the CSMS answered."""
    if reply.update is not None:
        _change(state, message.profile_id, reply.update, now)


def on_priority(state: StationState, message: UsePriorityCharging, now: float) -> CommandReply:
    """The transaction charges by its priority profile, or no longer."""
    evse = state.find_transaction(message.transaction_id)
    if evse is None or evse.transaction is None:
        return CommandReply(status="Rejected", reason="TxNotFound")
    if message.is_active and not any(_is_priority_of(one, evse) for one in state.profiles):
        return CommandReply(status="NoProfile")
    evse.transaction.has_priority = message.is_active
    smart_charging.follow_limits(state, now)
    return _ACCEPTED


def on_energy_transfer(state: StationState, message: NotifyAllowedEnergyTransfer, now: float) -> CommandReply:
    """The vehicle chooses anew among these kinds and says what it wants (Q02); it may give where it chose to.

    Rejected where the vehicle and the outlet know none of them.
    """
    evse = state.find_transaction(message.transaction_id)
    if evse is None or evse.transaction is None or evse.vehicle is None:
        return CommandReply(status="Rejected", reason="TxNotFound")
    kinds = [kind for kind in _kinds_of(evse, evse.vehicle) if kind in message.kinds]
    if not kinds:
        return CommandReply(status="Rejected", reason="UnsupportedTransfer")
    evse.transaction.may_give = kinds[0].endswith(_GIVES)
    state.post(NotifyChargingNeeds(evse.number, _needs(evse, evse.vehicle, kinds[0])), is_triggered=True)
    smart_charging.let_current_follow(state, evse, now)
    return _ACCEPTED


def _change(state: StationState, profile_id: int, update: ScheduleUpdate, now: float) -> bool:
    found = next((one for one in state.profiles if one.profile.profile_id == profile_id), None)
    if found is None or found.profile.kind is not ProfileKind.DYNAMIC:
        return False
    new = InstalledProfile(_updated(found.profile, update, state, now), found.evse)
    state.profiles = tuple(new if one is found else one for one in state.profiles)
    smart_charging.follow_limits(state, now)
    return True


def _updated(profile: ChargingProfile, update: ScheduleUpdate, state: StationState, now: float) -> ChargingProfile:
    first, *later = profile.schedule.periods
    said = {name: getattr(update, name) for name in ("limit", "setpoint", "discharge_limit")}
    period = replace(first, **{name: value for name, value in said.items() if value is not None})
    schedule = replace(profile.schedule, periods=(period, *later))
    return replace(profile, schedule=schedule, updated_at=state.instant(now))


def _is_priority_of(one: InstalledProfile, evse: Evse) -> bool:
    return one.profile.purpose is ProfilePurpose.PRIORITY and one.evse in (None, evse.number)


def _kinds_of(evse: Evse, vehicle: Vehicle) -> tuple[str, ...]:
    """What the vehicle and the outlet can do together; what the vehicle likes best comes first."""
    plain = "DC" if evse.outlet.is_dc else "AC_three_phase" if evse.usable_phases > 1 else "AC_single_phase"
    can_give = evse.outlet.give_power_w > 0 and vehicle.model.give_power_w > 0
    both_ways = "DC_BPT" if evse.outlet.is_dc else "AC_BPT"
    return (both_ways, plain) if can_give else (plain,)


def _needs(evse: Evse, vehicle: Vehicle, kind: str) -> ChargingNeeds:
    power_w, is_dc = vehicle.model.inlet_power_w(is_dc=evse.outlet.is_dc), evse.outlet.is_dc
    missing_wh = round(vehicle.model.battery_wh * (1 - vehicle.soc))
    volts = float(NOMINAL_MAINS_V)
    return ChargingNeeds(
        energy_transfer=kind,
        ac=None if is_dc else AcParameters(missing_wh, _LEAST_A, power_w / volts / vehicle.model.ac_phases, volts),
        dc=DcParameters(
            power_w / _BATTERY_V,
            _BATTERY_V,
            energy_wh=missing_wh,
            max_power_w=power_w,
            state_of_charge=round(vehicle.soc * 100),
            capacity_wh=vehicle.model.battery_wh,
        )
        if is_dc
        else None,
        v2x=V2xParameters(power_w, vehicle.model.give_power_w) if kind.endswith(_GIVES) else None,
    )
