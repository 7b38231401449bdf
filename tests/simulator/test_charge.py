"""One charge from boot to the end, in both versions, against the scripted CSMS."""

from decimal import Decimal

import pytest

from protocol.blocks.authorization.messages import Authorize, AuthorizeReply
from protocol.blocks.availability.messages import StatusNotification
from protocol.blocks.meter_values.messages import MeterValues
from protocol.blocks.transactions.messages import TransactionEnd, TransactionReply, TransactionStart, TransactionUpdate
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.identifiers import IdToken
from protocol.domain.metering import MeterValue
from protocol.domain.status import ChargingState, ConnectorStatus
from protocol.domain.version import OcppVersion
from simulator.evse import Outlet
from simulator.plan import Settings, StationPlan
from simulator.state import Happening
from simulator.vehicle import VEHICLE_MODELS, Vehicle
from tests.simulator.scripted_csms import World, transaction_events

TOKEN = IdToken("ABC123")
EVERY = pytest.mark.parametrize("version", list(OcppVersion))


def booted(version: OcppVersion, **fields: object) -> World:
    world = World(StationPlan("CP1", version=version, settings=Settings(sample_interval_s=20), **fields))
    world.run_for(5)
    return world


def car(soc: float = 0.3) -> Vehicle:
    return Vehicle(VEHICLE_MODELS[2], soc=soc)


def charge(world: World, seconds: float = 100.0) -> None:
    world.station.plug_in(1, car())
    world.run_for(2)
    world.station.present_token(1, TOKEN)
    world.run_for(seconds)
    world.station.present_token(1, TOKEN)
    world.run_for(2)
    world.station.unplug(1)
    world.run_for(2)


@EVERY
def test_a_charge_by_token_is_started_and_ended_with_the_registers_of_the_ledger(version: OcppVersion) -> None:
    world = booted(version)

    charge(world)

    (start,), (end,) = world.csms.of(TransactionStart), world.csms.of(TransactionEnd)
    (entry,) = world.fleet.ledger.entries()
    assert [message.id_token.value for message in world.csms.of(Authorize)] == ["ABC123"]
    assert (start.meter_wh, end.meter_wh) == (str(entry.start_register_wh), str(entry.end_register_wh))
    assert end.stopped_reason == entry.stopped_reason == "Local"
    assert end.transaction_id == entry.transaction_id
    assert entry.energy_wh > 200
    assert entry.is_start_acknowledged
    assert entry.is_end_acknowledged


def test_a_16_charge_shows_in_status_notifications_and_meter_values() -> None:
    world = booted(OcppVersion.V16)

    charge(world)

    told = [(m.evse, m.status, m.charging_state) for m in world.csms.of(StatusNotification)]
    assert told == [
        (None, ConnectorStatus.AVAILABLE, None),
        (1, ConnectorStatus.AVAILABLE, None),
        (1, ConnectorStatus.OCCUPIED, ChargingState.EV_CONNECTED),
        (1, ConnectorStatus.OCCUPIED, ChargingState.CHARGING),
        (1, ConnectorStatus.OCCUPIED, None),
        (1, ConnectorStatus.AVAILABLE, None),
    ]
    readings = world.csms.of(MeterValues)
    assert [message.transaction_id for message in readings] == ["101"] * 4
    assert world.csms.of(TransactionUpdate) == []


def test_a_201_charge_shows_in_numbered_transaction_events() -> None:
    world = booted(OcppVersion.V201)

    charge(world)

    events = transaction_events(world.csms)
    assert [event.seq_no for event in events] == list(range(len(events)))
    assert [event.trigger for event in events] == [
        "Authorized",
        "ChargingStateChanged",
        *["MeterValuePeriodic"] * 4,
        "StopAuthorized",
    ]
    assert events[0].charging_state is ChargingState.EV_CONNECTED
    assert events[1].charging_state is ChargingState.CHARGING
    assert [r.context for r in events[0].meter_values[0].readings] == ["Transaction.Begin"]
    assert [r.context for r in events[-1].meter_values[0].readings] == ["Transaction.End"]
    told = [(m.evse, m.status) for m in world.csms.of(StatusNotification)]
    assert told == [(1, "Available"), (1, "Occupied"), (1, "Available")]


@EVERY
@pytest.mark.parametrize("outlet", [Outlet(3_700, phases=1), Outlet(22_000, phases=3), Outlet(50_000, is_dc=True)])
def test_the_readings_of_one_instant_are_coherent(version: OcppVersion, outlet: Outlet) -> None:
    world = booted(version, outlet=outlet)

    charge(world)

    messages = world.csms.of(MeterValues) + world.csms.of(TransactionUpdate)
    values = [value for message in messages for value in message.meter_values]
    assert len(values) == 4
    for value in values:
        powers_w = [volt * ampere for volt, ampere in zip(read(value, "Voltage"), read(value, "Current"), strict=True)]
        assert sum(powers_w) == sum(read(value, "Power")) > 0
        assert len(powers_w) == outlet.line_count
        assert len(read(value, "SoC")) == (1 if outlet.is_dc else 0)
    registers_wh = [sum(read(value, "Energy")) for value in values]
    assert registers_wh == sorted(registers_wh)
    # 20 s at the power of a sample, to the Wh of the register and the flutter of the mains.
    for value, following_wh, register_wh in zip(values, registers_wh[1:], registers_wh, strict=False):
        assert float(following_wh - register_wh) == pytest.approx(
            float(sum(read(value, "Power"))) / 180, abs=2, rel=0.03
        )


@EVERY
def test_a_cable_that_comes_after_the_token_starts_the_charge(version: OcppVersion) -> None:
    world = booted(version)
    world.station.present_token(1, TOKEN)
    world.run_for(10)
    assert world.csms.of(TransactionStart) == []

    world.station.plug_in(1, car())
    world.run_for(1)

    (start,) = world.csms.of(TransactionStart)
    assert start.trigger == ("" if version is OcppVersion.V16 else "CablePluggedIn")


@EVERY
def test_a_cable_that_comes_too_late_starts_nothing(version: OcppVersion) -> None:
    world = booted(version)
    world.station.present_token(1, TOKEN)
    world.run_for(61)

    world.station.plug_in(1, car())
    world.run_for(5)

    assert world.csms.of(TransactionStart) == []


@EVERY
def test_a_token_that_may_not_charge_starts_nothing(version: OcppVersion) -> None:
    world = booted(version)
    world.csms.scripts[Authorize] = lambda _: AuthorizeReply(IdTokenInfo(AuthorizationStatus.BLOCKED))
    world.station.plug_in(1, car())

    world.station.present_token(1, TOKEN)
    world.run_for(5)

    assert world.csms.of(TransactionStart) == []
    assert world.events[-1] is Happening.TOKEN_REFUSED


@EVERY
def test_a_start_that_is_not_authorised_after_all_ends_as_deauthorised(version: OcppVersion) -> None:
    world = booted(version)
    start = world.csms.start
    world.csms.scripts[TransactionStart] = lambda message: TransactionReply(
        start(message).transaction_id, IdTokenInfo(AuthorizationStatus.INVALID)
    )
    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)

    world.run_for(5)

    (end,) = world.csms.of(TransactionEnd)
    assert end.stopped_reason == "DeAuthorized"
    assert world.station.state.evses[0].meter.power_mw == 0


@EVERY
def test_another_token_does_not_stop_a_charge(version: OcppVersion) -> None:
    world = booted(version)
    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)
    world.run_for(5)

    world.station.present_token(1, IdToken("SOMEBODY"))
    world.run_for(5)

    assert world.csms.of(TransactionEnd) == []


@EVERY
def test_pulling_the_cable_ends_the_charge(version: OcppVersion) -> None:
    world = booted(version)
    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)
    world.run_for(30)

    world.station.unplug(1)
    world.run_for(1)

    (end,) = world.csms.of(TransactionEnd)
    assert end.stopped_reason == "EVDisconnected"


@EVERY
def test_a_full_car_suspends_the_charge_and_keeps_it(version: OcppVersion) -> None:
    world = booted(version)
    world.station.plug_in(1, Vehicle(VEHICLE_MODELS[2], soc=0.5, target_soc=0.5005))
    world.station.present_token(1, TOKEN)

    world.run_for(100)

    states = [
        message.charging_state for message in world.csms.of(StatusNotification) + world.csms.of(TransactionUpdate)
    ]
    assert ChargingState.SUSPENDED_EV in states
    assert world.csms.of(TransactionEnd) == []
    assert 5_000 < world.station.state.evses[0].meter.power_mw < 13_000  # the car's standby


def test_two_evses_charge_side_by_side() -> None:
    world = booted(OcppVersion.V201, evse_count=2)
    for evse, token in ((1, TOKEN), (2, IdToken("XYZ789"))):
        world.station.plug_in(evse, car())
        world.station.present_token(evse, token)
    world.run_for(60)

    world.station.present_token(1, TOKEN)
    world.run_for(1)

    assert [event.evse for event in world.csms.of(TransactionEnd)] == [1]
    assert world.station.state.evses[1].is_charging


def read(value: MeterValue, measurand: str) -> list[Decimal]:
    return [Decimal(reading.value) for reading in value.readings if reading.measurand.startswith(measurand)]
