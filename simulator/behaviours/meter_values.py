"""What the meters say (OCPP 1.6 §4.7; OCPP 2.0.1 J01, J02).

Invariants, of the readings of one instant:
1. The power is the sum over the phases of voltage times current, to the last digit; what flows back counts as export.
2. The register is the meter's, in whole Wh: what a start or an end says and what a sample says agree.
3. The main meter is that of EVSE 0, and of connector 0 in 1.6: it says energy and power, and nothing else.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from protocol.blocks.meter_values.messages import MeterValues
from protocol.blocks.transactions.messages import TransactionUpdate
from protocol.domain.metering import (
    ENERGY_IMPORT_REGISTER,
    POWER_IMPORT,
    STATE_OF_CHARGE,
    MeterReading,
    MeterValue,
    ReadingContext,
)
from simulator.evse import Evse
from simulator.main_meter import MainMeter
from simulator.meter import Meter
from simulator.state import Alarm, StationState

CURRENT_IMPORT = "Current.Import"
CURRENT_EXPORT = "Current.Export"
POWER_EXPORT = "Power.Active.Export"
ENERGY_EXPORT_REGISTER = "Energy.Active.Export.Register"
VOLTAGE = "Voltage"
_CONDUCTORS = ("L1", "L2", "L3")
_TO_NEUTRAL = ("L1-N", "L2-N", "L3-N")
_NO_PHASE = (None,)
_REGISTER_ONLY = (ENERGY_IMPORT_REGISTER,)
_DAY_S = 86_400


def take_sample(state: StationState, evse: Evse, now: float) -> None:
    """The running transaction's readings are said, in the message that the version has for them; and again later."""
    transaction = evse.transaction
    if transaction is None:
        return
    say_readings(state, evse, now, context=ReadingContext.SAMPLE_PERIODIC, trigger="MeterValuePeriodic")
    schedule_sample(state, evse, now)


def schedule_sample(state: StationState, evse: Evse, now: float) -> None:
    """The next sample is due in one interval; none where the interval is 0."""
    if state.settings.sample_interval_s > 0:
        state.set_alarm(Alarm.SAMPLE, now + state.settings.sample_interval_s, evse=evse.number)


def take_aligned(state: StationState, now: float) -> None:
    """Readings of every EVSE and of the main meter are said at this instant, whether anybody charges or not (J01)."""
    if state.settings.aligned and state.is_accepted:
        for evse in state.evses:
            say_readings(
                state,
                evse,
                now,
                context=ReadingContext.SAMPLE_CLOCK,
                trigger="MeterValueClock",
                measurands=state.settings.aligned,
            )
        if state.main_meter is not None:
            _say_main_readings(state, state.main_meter, now)
    schedule_aligned(state, now)


def schedule_aligned(state: StationState, now: float) -> None:
    """The next aligned readings are due at a whole number of intervals after midnight, UTC (OCPP 1.6 §9.1.4)."""
    interval_s = state.settings.aligned_interval_s
    state.clear_alarm(Alarm.ALIGNED)
    if interval_s > 0:
        since_midnight_s = state.instant(now).timestamp() % _DAY_S
        state.set_alarm(Alarm.ALIGNED, now + min(interval_s - since_midnight_s % interval_s, _DAY_S - since_midnight_s))


def say_readings(
    state: StationState,
    evse: Evse,
    now: float,
    *,
    context: ReadingContext,
    trigger: str,
    measurands: tuple[str, ...] | None = None,
) -> None:
    """The EVSE's readings are said within its transaction, or on their own where none runs.

    Of `measurands`, or of what the station is configured to sample.
    """
    transaction = evse.transaction
    value = read_meter(state, evse, now, context=context, measurands=measurands)
    if transaction is None or not state.traits.sends_updates:
        message = MeterValues(
            meter_values=(value,),
            evse=evse.number,
            transaction_id=None if transaction is None else transaction.transaction_id,
        )
        state.post(message, evse=evse.number, transaction=transaction, is_triggered=transaction is None)
        return
    update = TransactionUpdate(
        occurred_at=value.measured_at,
        transaction_id=transaction.transaction_id,
        evse=evse.number,
        connector=1,
        meter_values=(value,),
        trigger=trigger,
        seq_no=transaction.next_seq_no(),
        is_offline=not state.is_online,
    )
    state.post(update, evse=evse.number, transaction=transaction)


def _say_main_readings(state: StationState, main: MainMeter, now: float) -> None:
    meters = [evse.meter for evse in state.evses]
    for evse in state.evses:
        evse.advance(now)
    main.advance(round(now * 1000))
    context, read = str(ReadingContext.SAMPLE_CLOCK), _MAIN_READERS
    readings = tuple(read[name](main, meters, context) for name in state.settings.aligned if name in read)
    if readings:
        value = MeterValue(measured_at=state.instant(now), readings=readings)
        state.post(MeterValues(meter_values=(value,)), is_triggered=True)


def read_register(state: StationState, evse: Evse, now: float, *, context: ReadingContext) -> MeterValue:
    """What decides a bill, and nothing else."""
    return read_meter(state, evse, now, context=context, measurands=_REGISTER_ONLY)


def read_end(state: StationState, evse: Evse, now: float) -> MeterValue:
    """What decides a bill, and what else the station is configured to say with an end."""
    others = tuple(name for name in state.settings.sampled_at_end if name not in _REGISTER_ONLY)
    return read_meter(state, evse, now, context=ReadingContext.TRANSACTION_END, measurands=_REGISTER_ONLY + others)


def read_meter(
    state: StationState,
    evse: Evse,
    now: float,
    *,
    context: ReadingContext,
    measurands: tuple[str, ...] | None = None,
) -> MeterValue:
    """The readings of this instant: of `measurands`, or of what the station is configured to sample."""
    evse.advance(now)
    wanted = state.settings.sampled if measurands is None else measurands
    readings: list[MeterReading] = []
    said_context = str(context)
    for name in wanted:
        readings += _READERS[name](evse, said_context)
    return MeterValue(state.instant(now), tuple(readings))


def _read_energy(evse: Evse, context: str) -> Iterable[MeterReading]:
    return (MeterReading(str(evse.meter.register_wh), "Wh", ENERGY_IMPORT_REGISTER, context),)


def _read_exported_energy(evse: Evse, context: str) -> Iterable[MeterReading]:
    return (MeterReading(str(evse.meter.export_register_wh), "Wh", ENERGY_EXPORT_REGISTER, context),)


def _read_power(evse: Evse, context: str) -> Iterable[MeterReading]:
    return (_power(evse.meter.power_mw, POWER_IMPORT, context),)


def _read_exported_power(evse: Evse, context: str) -> Iterable[MeterReading]:
    return (_power(-evse.meter.power_mw, POWER_EXPORT, context),)


def _read_currents(evse: Evse, context: str) -> Iterable[MeterReading]:
    return _currents(evse, CURRENT_IMPORT, context, sign=1)


def _read_exported_currents(evse: Evse, context: str) -> Iterable[MeterReading]:
    return _currents(evse, CURRENT_EXPORT, context, sign=-1)


def _currents(evse: Evse, measurand: str, context: str, *, sign: int) -> Iterable[MeterReading]:
    return [
        MeterReading(f"{max(0, sign * line.current_ca) / 100:.2f}", "A", measurand, context, phase)
        for phase, line in zip(_phases(evse, _CONDUCTORS), evse.meter.lines, strict=False)
    ]


def _read_voltages(evse: Evse, context: str) -> Iterable[MeterReading]:
    return [
        MeterReading(f"{line.voltage_dv / 10:.1f}", "V", VOLTAGE, context, phase)
        for phase, line in zip(_phases(evse, _TO_NEUTRAL), evse.meter.lines, strict=False)
    ]


def _read_state_of_charge(evse: Evse, context: str) -> Iterable[MeterReading]:
    # Over AC a car does not say how full it is.
    if not evse.outlet.is_dc or evse.vehicle is None:
        return ()
    return (MeterReading(f"{evse.vehicle.soc * 100:.1f}", "Percent", STATE_OF_CHARGE, context, None, "EV"),)


def _power(power_mw: int, measurand: str, context: str) -> MeterReading:
    # A float holds every milliwatt up to 9 TW: what is written is exact.
    return MeterReading(f"{max(0, power_mw) / 1000:.3f}", "W", measurand, context)


def _phases(evse: Evse, names: tuple[str, ...]) -> tuple[str | None, ...]:
    return _NO_PHASE if evse.outlet.is_dc else names


_READERS: Mapping[str, Callable[[Evse, str], Iterable[MeterReading]]] = {
    ENERGY_IMPORT_REGISTER: _read_energy,
    POWER_IMPORT: _read_power,
    CURRENT_IMPORT: _read_currents,
    ENERGY_EXPORT_REGISTER: _read_exported_energy,
    POWER_EXPORT: _read_exported_power,
    CURRENT_EXPORT: _read_exported_currents,
    VOLTAGE: _read_voltages,
    STATE_OF_CHARGE: _read_state_of_charge,
}
_MAIN_READERS: Mapping[str, Callable[[MainMeter, Sequence[Meter], str], MeterReading]] = {
    ENERGY_IMPORT_REGISTER: lambda main, meters, context: MeterReading(
        value=str(main.register_wh(meters)), context=context
    ),
    ENERGY_EXPORT_REGISTER: lambda main, meters, context: MeterReading(
        value=str(main.export_register_wh(meters)), measurand=ENERGY_EXPORT_REGISTER, context=context
    ),
    POWER_IMPORT: lambda main, meters, context: _power(main.power_mw(meters), POWER_IMPORT, context),
    POWER_EXPORT: lambda main, meters, context: _power(main.export_power_mw(meters), POWER_EXPORT, context),
}
MEASURANDS = frozenset(_READERS)
"""What the meter can be told to sample."""
