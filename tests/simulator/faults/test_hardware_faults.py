"""An EVSE that has failed is Faulted, ends what ran on it, serves nobody, and says so in its version's words."""

import json
from datetime import timedelta
from typing import Any

import pytest

from protocol.blocks.monitoring.messages import MonitorKind, MonitorOrder, NotifyEvent, SetVariableMonitoring
from protocol.blocks.provisioning.messages import GetVariables
from protocol.blocks.remote_control.messages import RequestStart
from protocol.blocks.reservation.messages import ReservationEnd, ReservationStatusUpdate, ReserveNow
from protocol.blocks.transactions.messages import TransactionEnd, TransactionStart
from protocol.domain.device_model import VariableName
from protocol.domain.identifiers import DriverId, IdToken, IdTokenType, tenant_token_key
from protocol.domain.status import ConnectorStatus
from protocol.domain.version import OcppVersion
from simulator.defects import Defect
from simulator.faults.hardware import break_down
from simulator.faults.kinds import Fault, FaultKind
from simulator.plan import DriverPlan, PlannedFault, Settings, StationPlan
from simulator.vehicle import VEHICLE_MODELS, Vehicle
from tests.csms.harness import TOKEN_KEY, GatewayInMemory, gateway_in_memory, station_key, until
from tests.simulator.faults.test_faults import QUICK, TOKEN, charging
from tests.simulator.scripted_csms import World
from tests.simulator.test_commands import ask
from tests.simulator.test_real_sockets import living, only_station

V16, V201, V21 = OcppVersion
EVERY = pytest.mark.parametrize("version", list(OcppVersion))
TWO = pytest.mark.parametrize("version", [V201, V21])
FAULT = Fault(FaultKind.HARDWARE_FAULT)


def booted(version: OcppVersion, **fields: Any) -> World:
    world = World(StationPlan("CP1", version=version, settings=QUICK, **fields))
    world.fleet.disturbances.of(world.station)  # before there is a socket, which it would cost
    world.run_for(5)
    return world


def strike(world: World) -> None:
    world.fleet.disturbances.of(world.station).add(FAULT)
    world.run_for(8)


def told(world: World) -> list[tuple[str, str | None]]:
    """Each status that was said, with its error code."""
    frames = (json.loads(frame) for frame in world.csms.frames["CP1"])
    said = (frame[3] for frame in frames if frame[0] == 2 and frame[2] == "StatusNotification")
    return [(one.get("status") or one["connectorStatus"], one.get("errorCode")) for one in said]


@EVERY
def test_transaction_ends_and_the_connector_is_faulted_until_the_fault_is_over(version: OcppVersion) -> None:
    world = charging(Fault(FaultKind.HARDWARE_FAULT, begins_s=25, lasts_s=30), version=version)
    world.run_for(10)

    (end,) = world.csms.of(TransactionEnd)
    defect = world.station.state.evses[0].defect
    assert defect is not None
    assert told(world)[-1] == ("Faulted", defect if version is V16 else None)
    assert world.station.state.evses[0].meter.power_mw == 0
    if version is not V16:
        assert end.trigger == "AbnormalCondition"

    world.run_for(40)
    assert world.station.state.evses[0].status == (ConnectorStatus.OCCUPIED, None)
    assert told(world)[-1] == (("Finishing", "NoError") if version is V16 else ("Occupied", None))
    assert world.fleet.ledger.entries()[0].is_end_acknowledged
    assert world.fleet.traffic.faults[FaultKind.HARDWARE_FAULT] == 1


@pytest.mark.parametrize(
    ("defect", "reason"),
    [
        (Defect.GROUND_FAILURE, "GroundFault"),
        (Defect.OVER_CURRENT_FAILURE, "OvercurrentFault"),
        (Defect.UNDER_VOLTAGE, "PowerQuality"),
        (Defect.HIGH_TEMPERATURE, "Other"),
    ],
)
def test_reason_of_the_end_is_that_of_the_defect_in_2x_and_other_in_16(defect: Defect, reason: str) -> None:
    ends = []
    for version in (V201, V16):
        world = charging(version=version)
        break_down(world.station.state, world.station.state.evses[0], defect, world.clock.now())
        world.station.attend()
        world.run_for(5)
        ends.append(world.csms.of(TransactionEnd)[0].stopped_reason)

    assert ends == [reason, "Other"]


@EVERY
def test_nothing_begins_at_a_faulted_evse(version: OcppVersion) -> None:
    world = booted(version)
    strike(world)

    world.station.plug_in(1, Vehicle(VEHICLE_MODELS[2], soc=0.3))
    world.station.present_token(1, TOKEN)
    world.run_for(5)
    started = ask(world, RequestStart(TOKEN, remote_start_id=1, evse=1)).status  # type: ignore[attr-defined]
    reserved = ask(world, ReserveNow(7, world.csms.now + timedelta(minutes=5), TOKEN, evse=1)).status  # type: ignore[attr-defined]

    assert world.csms.of(TransactionStart) == []
    assert (started, reserved) == ("Rejected", "Faulted")


@EVERY
def test_verdict_or_cable_that_comes_after_the_fault_starts_nothing(version: OcppVersion) -> None:
    world = booted(version)
    world.station.present_token(1, TOKEN)
    world.run_for(1)
    strike(world)

    world.station.plug_in(1, Vehicle(VEHICLE_MODELS[2], soc=0.3))
    world.run_for(5)

    assert world.csms.of(TransactionStart) == []


@EVERY
def test_reservation_is_removed_in_2x_and_outlives_the_fault_in_16(version: OcppVersion) -> None:
    world = booted(version)
    ask(world, ReserveNow(7, world.csms.now + timedelta(minutes=5), TOKEN, evse=1))
    strike(world)

    world.fleet.disturbances.of(world.station).clear()
    world.run_for(5)

    dropped = world.csms.of(ReservationStatusUpdate)
    if version is V16:
        assert (dropped, world.station.state.evses[0].status[0]) == ([], ConnectorStatus.RESERVED)
    else:
        assert dropped == [ReservationStatusUpdate(7, ReservationEnd.REMOVED)]
        assert world.station.state.evses[0].status[0] is ConnectorStatus.AVAILABLE


@EVERY
def test_one_evse_fails_and_the_others_serve(version: OcppVersion) -> None:
    world = booted(version, evse_count=3)
    strike(world)

    states = [evse.status[0] for evse in world.station.state.evses]
    assert sorted(states) == [ConnectorStatus.AVAILABLE] * 2 + [ConnectorStatus.FAULTED]


@EVERY
def test_faulted_connector_is_reported_again_after_a_power_cut(version: OcppVersion) -> None:
    world = booted(version)
    strike(world)
    before = len(told(world))

    world.fleet.disturbances.of(world.station).add(Fault(FaultKind.POWER_CUT, lasts_s=5))
    world.run_for(60)

    assert "Faulted" in [status for status, _ in told(world)[before:]]


@TWO
def test_problem_of_the_device_model_tells_of_the_fault(version: OcppVersion) -> None:
    world = booted(version)
    problem = VariableName("Problem", "Connector", evse=1, connector=1)
    ask(world, SetVariableMonitoring((MonitorOrder(problem, MonitorKind.DELTA, 1, 2),)))
    before = ask(world, GetVariables((problem,))).results[0].value  # type: ignore[attr-defined]

    strike(world)
    after = ask(world, GetVariables((problem,))).results[0].value  # type: ignore[attr-defined]
    world.fleet.disturbances.of(world.station).clear()
    world.run_for(5)

    events = [event.actual_value for message in world.csms.of(NotifyEvent) for event in message.events]
    assert (before, after) == ("false", "true")
    assert events == ["true", "false"]


def _is_faulted(csms: GatewayInMemory) -> bool:
    said = [event.payload for event in csms.publisher.published if event.subject.endswith("status_reported")]
    return b'"Faulted"' in said[-1]


@EVERY
async def test_our_gateway_hears_of_the_end_and_of_the_fault(version: OcppVersion) -> None:
    plan = StationPlan("CP001", version=version, settings=Settings(retry_min_s=0.05, retry_random_s=0.05))
    token = TOKEN if version is V16 else IdToken("04A1B2C3", IdTokenType.ISO14443)
    ref = token.ref(tenant_token_key(TOKEN_KEY.encode(), station_key().tenant))
    async with gateway_in_memory() as csms, living(csms.url().rpartition("/")[0], plan) as fleet:
        csms.authority.drivers[ref] = DriverId("d")
        station = only_station(fleet)
        disturbance = fleet.disturbances.of(station)
        await station.until(lambda one: one.state.is_accepted, 10)
        station.plug_in(1, Vehicle(VEHICLE_MODELS[2], soc=0.3))
        station.present_token(1, token)
        await station.until(lambda one: one.state.is_charging, 10)

        disturbance.add(FAULT)

        await until(lambda: "ended" in csms.facts and _is_faulted(csms))
        assert "quarantined" not in csms.facts


def test_fleet_whose_evses_fail_now_and_then_loses_no_fact() -> None:
    fault = Fault(FaultKind.HARDWARE_FAULT, every_s=120, lasts_s=20)
    plans = [StationPlan(f"CP{n}", settings=QUICK, version=list(OcppVersion)[n % 3], evse_count=2) for n in range(6)]
    drivers = DriverPlan(tokens={"default": (IdToken("ABC123"),) * 6}, session_s=(20, 60), arrival_s=20)
    world = World(*plans, drivers=drivers, faults=(PlannedFault(fault),))

    world.run_for(1800)
    world.fleet.disturbances.heal()
    world.run_for(300)

    ended = [entry for entry in world.fleet.ledger.entries() if entry.stopped_reason in ("GroundFault", "Other")]
    assert ended
    assert all(entry.given_up == {} for entry in world.fleet.ledger.entries())
    assert all(entry.is_end_acknowledged for entry in ended)
