"""What the CSMS asks for has real effects: starts, stops, triggers, variables, resets; and what is refused."""

import pytest

from protocol.blocks.authorization.messages import Authorize
from protocol.blocks.availability.messages import Heartbeat, StatusNotification
from protocol.blocks.meter_values.messages import MeterValues
from protocol.blocks.provisioning.messages import (
    BootNotification,
    BootReason,
    BootReply,
    GetVariables,
    Reset,
    ResetKind,
    VariableName,
    VariableStatus,
)
from protocol.blocks.remote_control.messages import RequestStart, RequestStop, TriggerKind, TriggerMessage
from protocol.blocks.transactions.messages import TransactionEnd, TransactionStart, TransactionUpdate
from protocol.domain.identifiers import TransactionId
from protocol.domain.status import RegistrationStatus
from protocol.domain.version import OcppVersion
from simulator.plan import StationPlan
from tests.simulator.scripted_csms import World
from tests.simulator.test_charge import EVERY, TOKEN, booted, car

START = RequestStart(TOKEN, remote_start_id=77, evse=1)


def ask(world: World, message: object, *, seconds: float = 1.0) -> object:
    world.csms.command(message)
    world.run_for(seconds)
    return world.csms.replies[-1]


def charging(version: OcppVersion) -> World:
    world = booted(version)
    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)
    world.run_for(10)
    return world


@EVERY
def test_a_remote_start_begins_a_charge_on_the_waiting_car(version: OcppVersion) -> None:
    world = booted(version)
    world.station.plug_in(1, car())

    reply = ask(world, START, seconds=5)

    (start,) = world.csms.of(TransactionStart)
    assert reply.is_accepted
    assert start.id_token.value == TOKEN.value
    assert world.station.state.evses[0].is_charging
    assert world.csms.of(Authorize) == []
    if version is not OcppVersion.V16:
        assert (start.trigger, start.remote_start_id) == ("RemoteStart", 77)


@EVERY
def test_a_remote_start_waits_for_the_cable(version: OcppVersion) -> None:
    world = booted(version)
    assert ask(world, START).is_accepted
    world.run_for(30)
    assert world.csms.of(TransactionStart) == []

    world.station.plug_in(1, car())
    world.run_for(2)

    assert len(world.csms.of(TransactionStart)) == 1


@EVERY
def test_a_remote_start_without_a_cable_is_forgotten_in_time(version: OcppVersion) -> None:
    world = booted(version)
    ask(world, START, seconds=61)

    world.station.plug_in(1, car())
    world.run_for(2)

    assert world.csms.of(TransactionStart) == []


@EVERY
def test_a_remote_start_without_an_evse_takes_the_one_with_a_waiting_car(version: OcppVersion) -> None:
    world = booted(version, evse_count=3)
    world.station.plug_in(2, car())

    ask(world, RequestStart(TOKEN, remote_start_id=1))

    assert [start.evse for start in world.csms.of(TransactionStart)] == [2]


@EVERY
@pytest.mark.parametrize("evse", [1, 9])
def test_a_remote_start_is_rejected_where_there_is_no_free_evse(version: OcppVersion, evse: int) -> None:
    world = charging(version)

    reply = ask(world, RequestStart(TOKEN, remote_start_id=1, evse=evse))

    assert reply.status == "Rejected"


@EVERY
def test_a_remote_stop_ends_the_charge(version: OcppVersion) -> None:
    world = charging(version)

    reply = ask(world, RequestStop(world.station.state.evses[0].transaction.transaction_id))

    (end,) = world.csms.of(TransactionEnd)
    assert reply.is_accepted
    assert end.stopped_reason == "Remote"
    assert world.station.state.evses[0].meter.power_mw == 0


@EVERY
def test_a_remote_stop_of_another_transaction_is_rejected(version: OcppVersion) -> None:
    world = charging(version)

    assert ask(world, RequestStop(TransactionId("4711"))).status == "Rejected"
    assert world.csms.of(TransactionEnd) == []


@EVERY
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (TriggerKind.HEARTBEAT, Heartbeat),
        (TriggerKind.STATUS_NOTIFICATION, StatusNotification),
        (TriggerKind.METER_VALUES, MeterValues),
    ],
)
def test_a_triggered_message_follows_the_answer(version: OcppVersion, kind: TriggerKind, expected: type) -> None:
    world = booted(version)
    before = len(world.csms.of(expected))

    reply = ask(world, TriggerMessage(kind, evse=None if kind is TriggerKind.HEARTBEAT else 1))

    assert reply.is_accepted
    assert len(world.csms.of(expected)) == before + 1


def test_a_201_station_says_its_transaction_again_and_does_not_boot_again() -> None:
    world = charging(OcppVersion.V201)

    assert ask(world, TriggerMessage(TriggerKind.TRANSACTION_EVENT, evse=1)).is_accepted
    assert world.csms.of(TransactionUpdate)[-1].trigger == "Trigger"
    assert ask(world, TriggerMessage(TriggerKind.BOOT_NOTIFICATION)).status == "Rejected"


def test_a_16_station_boots_again_when_it_is_triggered() -> None:
    world = booted(OcppVersion.V16)

    assert ask(world, TriggerMessage(TriggerKind.BOOT_NOTIFICATION)).is_accepted
    assert len(world.csms.of(BootNotification)) == 2


def test_every_key_is_read_where_16_names_none() -> None:
    world = booted(OcppVersion.V16)

    values = {result.name.variable: result.value for result in ask(world, GetVariables()).results}

    assert values["MeterValueSampleInterval"] == "20"
    assert values["HeartbeatInterval"] == "300"
    assert values["NumberOfConnectors"] == "1"


def test_variables_are_read_by_their_201_names_whatever_their_case() -> None:
    world = booted(OcppVersion.V201)
    names = (
        VariableName("txupdatedinterval", "SampledDataCtrlr"),
        VariableName("TxUpdatedInterval", "NoSuchCtrlr"),
        VariableName("NoSuchVariable", "TxCtrlr"),
    )

    results = ask(world, GetVariables(names)).results

    assert [result.status for result in results] == [
        VariableStatus.ACCEPTED,
        VariableStatus.UNKNOWN_COMPONENT,
        VariableStatus.UNKNOWN_VARIABLE,
    ]
    assert results[0].value == "20"


@pytest.mark.parametrize(
    ("version", "action", "code"),
    [
        (OcppVersion.V16, "NoSuchAction", "NotImplemented"),
        (OcppVersion.V16, "BootNotification", "NotSupported"),
        (OcppVersion.V201, "Heartbeat", "NotSupported"),
        (OcppVersion.V201, "NoSuchAction", "NotImplemented"),
    ],
)
def test_what_a_station_does_not_offer_is_refused(version: OcppVersion, action: str, code: str) -> None:
    world = booted(version)

    world.csms.raw(f'[2,"x1","{action}",{{}}]')
    world.run_for(1)

    assert world.csms.frames["CP1"][-1].startswith(f'[4,"x1","{code}"')


@EVERY
def test_a_broken_request_gets_its_error_and_the_station_goes_on(version: OcppVersion) -> None:
    world = booted(version)

    world.csms.raw('[2,"x1","Reset",{"type":5}]')
    world.csms.raw("[2,")
    world.run_for(1)

    assert '"TypeConstraintViolation"' in world.csms.frames["CP1"][-2]
    assert world.station.state.is_online


@EVERY
def test_an_immediate_reset_ends_the_charge_says_so_and_boots_again(version: OcppVersion) -> None:
    world = charging(version)

    reply = ask(world, Reset(ResetKind.IMMEDIATE), seconds=15)

    (end,) = world.csms.of(TransactionEnd)
    second = world.csms.of(BootNotification)[1]
    assert reply.is_accepted
    assert end.stopped_reason == "ImmediateReset"
    kinds = [type(message) for message in world.csms.said]
    assert kinds.index(TransactionEnd) < kinds.index(BootNotification, 1)
    assert second.reason is (BootReason.UNKNOWN if version is OcppVersion.V16 else BootReason.REMOTE_RESET)
    assert len(world.csms.sockets) == 2
    assert world.station.state.is_accepted


def test_a_16_soft_reset_ends_the_charge_and_boots_again() -> None:
    world = charging(OcppVersion.V16)

    assert ask(world, Reset(ResetKind.ON_IDLE), seconds=20).is_accepted

    assert '"reason":"SoftReset"' in " ".join(world.csms.frames["CP1"])
    assert len(world.csms.of(BootNotification)) == 2


def test_a_201_reset_on_idle_waits_for_the_end_of_the_charge() -> None:
    world = charging(OcppVersion.V201)
    assert ask(world, Reset(ResetKind.ON_IDLE), seconds=60).status == "Scheduled"
    assert world.station.state.evses[0].is_charging
    assert ask(world, START).status == "Rejected"

    world.station.unplug(1)
    world.run_for(20)

    assert len(world.csms.of(BootNotification)) == 2


@EVERY
def test_an_end_that_could_not_be_said_before_the_reset_is_said_after_it(version: OcppVersion) -> None:
    world = charging(version)
    world.csms.command(Reset(ResetKind.IMMEDIATE))
    world.run_until(lambda: world.csms.replies)
    world.csms.go_down()
    world.run_for(20)

    world.csms.is_down = False
    world.run_until(lambda: len(world.csms.of(BootNotification)) == 2, within_s=100)
    world.run_for(2)

    assert world.fleet.ledger.entries()[0].is_end_acknowledged


@EVERY
@pytest.mark.parametrize("status", [RegistrationStatus.PENDING, RegistrationStatus.REJECTED])
def test_a_station_that_is_not_accepted_boots_again_after_the_interval_and_says_nothing_else(
    version: OcppVersion, status: RegistrationStatus
) -> None:
    world = World(StationPlan("CP1", version=version))
    accept = world.csms.scripts[BootNotification]
    world.csms.scripts[BootNotification] = lambda _: BootReply(status, world.csms.now, 40)
    world.run_for(100)
    assert [type(message) for message in world.csms.said] == [BootNotification] * 3
    assert ask(world, START).status == "Rejected"

    world.csms.scripts[BootNotification] = accept
    world.run_for(45)

    assert world.station.state.is_accepted
    assert world.csms.of(StatusNotification)


@EVERY
def test_heartbeats_come_at_the_interval_of_the_csms(version: OcppVersion) -> None:
    world = World(StationPlan("CP1", version=version))
    world.csms.scripts[BootNotification] = lambda _: BootReply(RegistrationStatus.ACCEPTED, world.csms.now, 10)

    world.run_for(101)

    assert 9 <= len(world.csms.of(Heartbeat)) <= 10
