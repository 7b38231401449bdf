"""Monitors of a 2.x station: what is watched is told when it happens, and only then."""

from typing import Any

import pytest

from protocol.blocks.availability.messages import ChangeAvailability, OperationalStatus
from protocol.blocks.event_streams.messages import (
    AdjustEventStream,
    CloseEventStream,
    EventStreamsReply,
    EventStreamValues,
    GetEventStreams,
    OpenEventStream,
)
from protocol.blocks.monitoring.messages import (
    ClearVariableMonitoring,
    EventTrigger,
    GetMonitoringReport,
    MonitoringBase,
    MonitoringCriterion,
    MonitorKind,
    MonitorOrder,
    NotifyEvent,
    NotifyMonitoringReport,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetVariableMonitoring,
    StationEvent,
)
from protocol.domain.commands import CommandReply
from protocol.domain.device_model import VariableName
from protocol.domain.event_stream import StreamPace
from protocol.domain.version import OcppVersion
from tests.simulator.scripted_csms import World
from tests.simulator.test_charge import TOKEN, booted, car
from tests.simulator.test_commands import ask

V201, V21 = OcppVersion.V201, OcppVersion.V21
TWO = pytest.mark.parametrize("version", [V201, V21])
POWER = VariableName("Power", "EVSE", evse=1)
CONNECTOR = VariableName("AvailabilityState", "Connector", evse=1, connector=1)
STATION = VariableName("AvailabilityState", "ChargingStation")


def monitor(world: World, name: VariableName, kind: MonitorKind, value: float, **fields: Any) -> Any:
    order = MonitorOrder(name, kind, value, fields.pop("severity", 4), **fields)
    (result,) = ask(world, SetVariableMonitoring((order,))).results  # type: ignore[attr-defined]
    return result


def events(world: World) -> list[StationEvent]:
    return [event for message in world.csms.of(NotifyEvent) for event in message.events]


def charge(world: World, seconds: float = 10) -> None:
    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)
    world.run_for(seconds)


@TWO
def test_threshold_speaks_when_it_is_passed_and_when_the_value_is_back(version: OcppVersion) -> None:
    world = booted(version)
    result = monitor(world, POWER, MonitorKind.UPPER_THRESHOLD, 5_000)
    assert result.status == "Accepted"

    charge(world, 100)
    transaction = world.station.state.evses[0].transaction
    world.station.present_token(1, TOKEN)
    world.run_for(5)

    passed, over = events(world)
    assert (passed.trigger, passed.is_cleared, passed.monitor_id) == (EventTrigger.ALERTING, False, result.monitor_id)
    assert float(passed.actual_value) > 5_000
    assert transaction is not None
    assert passed.transaction_id == transaction.transaction_id
    assert (over.trigger, over.is_cleared, float(over.actual_value)) == (EventTrigger.ALERTING, True, 0)
    assert passed.severity == (None if version is V201 else 4)
    assert [event.event_id for event in events(world)] == [1, 2]


def test_lower_threshold_speaks_at_once_where_the_value_is_below() -> None:
    world = booted(V201)

    monitor(world, POWER, MonitorKind.LOWER_THRESHOLD, 1_000)
    charge(world)

    assert [event.is_cleared for event in events(world)] == [False, True]


def test_difference_counts_from_what_was_last_told() -> None:
    world = booted(V201)
    energy = VariableName("EnergyImport", "FiscalMetering", evse=1)
    monitor(world, energy, MonitorKind.DELTA, 100)
    before_wh = world.station.state.evses[0].meter.register_wh

    charge(world, 300)

    told = [int(event.actual_value) for event in events(world)]
    assert len(told) > 3
    assert all(later - earlier >= 100 for earlier, later in zip([before_wh, *told], told, strict=False))
    assert {event.trigger for event in events(world)} == {EventTrigger.DELTA}


def test_each_change_of_a_word_is_told() -> None:
    world = booted(V201)
    monitor(world, STATION, MonitorKind.DELTA, 1)

    ask(world, ChangeAvailability(OperationalStatus.INOPERATIVE))
    ask(world, ChangeAvailability(OperationalStatus.OPERATIVE))

    assert [event.actual_value for event in events(world)] == ["Unavailable", "Available"]


def test_periodic_monitor_speaks_every_so_often_until_it_is_cleared() -> None:
    world = booted(V201)
    result = monitor(world, POWER, MonitorKind.PERIODIC, 30)
    world.run_for(100)
    assert [event.trigger for event in events(world)] == [EventTrigger.PERIODIC] * 3

    (cleared, unknown) = ask(world, ClearVariableMonitoring((result.monitor_id, 99))).results  # type: ignore[attr-defined]
    world.run_for(100)

    assert (cleared.status, unknown.status) == ("Accepted", "NotFound")
    assert len(events(world)) == 3


def test_clock_aligned_monitor_speaks_at_whole_minutes() -> None:
    world = booted(V201)
    monitor(world, POWER, MonitorKind.PERIODIC_CLOCK_ALIGNED, 60)

    world.run_for(200)

    assert [event.occurred_at.second for event in events(world)] == [0, 0, 0]


def test_monitor_of_transactions_sleeps_without_one() -> None:
    world = booted(V201)
    monitor(world, POWER, MonitorKind.LOWER_THRESHOLD, 1_000, is_in_transaction=True)
    monitor(world, POWER, MonitorKind.PERIODIC, 60, is_in_transaction=True)
    world.run_for(100)
    assert events(world) == []

    charge(world, 70)

    assert [event.trigger for event in events(world)] == [
        EventTrigger.ALERTING,
        EventTrigger.ALERTING,
        EventTrigger.PERIODIC,
    ]


def test_what_is_less_severe_than_the_level_is_not_told() -> None:
    world = booted(V201)
    monitor(world, STATION, MonitorKind.DELTA, 1, severity=6)
    assert ask(world, SetMonitoringLevel(5)).status == "Accepted"  # type: ignore[attr-defined]

    ask(world, ChangeAvailability(OperationalStatus.INOPERATIVE))
    assert events(world) == []
    ask(world, SetMonitoringLevel(6))
    ask(world, ChangeAvailability(OperationalStatus.OPERATIVE))

    assert [event.actual_value for event in events(world)] == ["Available"]


def test_what_changed_while_the_csms_was_away_is_told_afterwards() -> None:
    world = booted(V201)
    monitor(world, CONNECTOR, MonitorKind.DELTA, 1)
    world.csms.go_down()
    world.run_for(5)
    world.station.plug_in(1, car())
    world.run_for(5)
    world.csms.is_down = False

    world.run_for(100)

    assert [event.actual_value for event in events(world)] == ["Occupied"]


@pytest.mark.parametrize(
    ("order", "status"),
    [
        (MonitorOrder(VariableName("Power", "Engine"), MonitorKind.DELTA, 1, 4), "UnknownComponent"),
        (MonitorOrder(VariableName("Power", "EVSE", evse=9), MonitorKind.DELTA, 1, 4), "UnknownComponent"),
        (MonitorOrder(VariableName("Colour", "EVSE", evse=1), MonitorKind.DELTA, 1, 4), "UnknownVariable"),
        (MonitorOrder(VariableName("Model", "ChargingStation"), MonitorKind.DELTA, 1, 4), "UnsupportedMonitorType"),
        (MonitorOrder(VariableName("TxStartPoint", "TxCtrlr"), MonitorKind.DELTA, 1, 4), "UnsupportedMonitorType"),
        (MonitorOrder(STATION, MonitorKind.UPPER_THRESHOLD, 1, 4), "UnsupportedMonitorType"),
        (MonitorOrder(POWER, MonitorKind.TARGET_DELTA, 1, 4), "UnsupportedMonitorType"),
        (MonitorOrder(POWER, MonitorKind.UPPER_THRESHOLD, 1e6, 4), "Rejected"),
        (MonitorOrder(POWER, MonitorKind.DELTA, -1, 4), "Rejected"),
        (MonitorOrder(POWER, MonitorKind.PERIODIC, 0, 4), "Rejected"),
        (MonitorOrder(POWER, MonitorKind.DELTA, 1, 4, monitor_id=77), "Rejected"),
        (MonitorOrder(POWER, MonitorKind.DELTA, 1, 4, stream=StreamPace(1, 1)), "Rejected"),
        (MonitorOrder(POWER, MonitorKind.UPPER_THRESHOLD, 6_000, 4), "Duplicate"),
    ],
)
def test_order_that_is_no_good_gets_its_own_status(order: MonitorOrder, status: str) -> None:
    world = booted(V21)
    monitor(world, POWER, MonitorKind.UPPER_THRESHOLD, 5_000)

    (result,) = ask(world, SetVariableMonitoring((order,))).results  # type: ignore[attr-defined]

    assert result.status == status


def test_monitor_that_is_set_again_by_its_id_is_replaced() -> None:
    world = booted(V201)
    first = monitor(world, POWER, MonitorKind.UPPER_THRESHOLD, 5_000)

    second = monitor(world, POWER, MonitorKind.UPPER_THRESHOLD, 10_900, monitor_id=first.monitor_id)
    charge(world)

    assert (second.status, second.monitor_id) == ("Accepted", first.monitor_id)
    assert all(float(event.actual_value) > 10_900 or event.is_cleared for event in events(world))


@TWO
def test_maker_s_monitors_are_turned_on_reported_and_turned_off(version: OcppVersion) -> None:
    world = booted(version)
    assert ask(world, GetMonitoringReport(3)).status == "EmptyResultSet"  # type: ignore[attr-defined]

    ask(world, SetMonitoringBase(MonitoringBase.ALL))
    ask(world, SetMonitoringBase(MonitoringBase.ALL))
    ask(world, GetMonitoringReport(4))
    ask(world, GetMonitoringReport(5, criteria=(MonitoringCriterion.THRESHOLD,)))
    ask(world, GetMonitoringReport(6, variables=(VariableName("", "Connector"),)))
    charge(world)
    ask(world, SetMonitoringBase(MonitoringBase.HARD_WIRED_ONLY))

    named = {
        part.request_id: [variable.name.variable for variable in part.variables]
        for part in world.csms.of(NotifyMonitoringReport)
    }
    everything = ["AvailabilityState", "AvailabilityState", "Power"]
    assert named == {4: everything, 5: ["Power"], 6: ["AvailabilityState"]}
    monitors = world.csms.of(NotifyMonitoringReport)[0].variables[0].monitors
    assert monitors[0].notification == (None if version is V201 else "PreconfiguredMonitor")
    assert events(world)[0].actual_value == "Occupied"
    assert ask(world, GetMonitoringReport(7)).status == "EmptyResultSet"  # type: ignore[attr-defined]


def test_stream_is_opened_flows_at_its_pace_and_is_closed() -> None:
    world = booted(V21)
    result = monitor(world, POWER, MonitorKind.PERIODIC, 10, stream=StreamPace(values=3))
    world.run_for(95)

    (opened,) = world.csms.of(OpenEventStream)
    assert opened.stream.monitor_id == result.monitor_id
    assert [len(message.values) for message in world.csms.of(EventStreamValues)] == [3, 3, 3]
    assert events(world) == []

    stream_id = opened.stream.stream_id
    assert ask(world, AdjustEventStream(stream_id, StreamPace(values=1))).status == "Accepted"  # type: ignore[attr-defined]
    assert ask(world, AdjustEventStream(99, StreamPace(values=1))).status == "Rejected"  # type: ignore[attr-defined]
    listed = ask(world, GetEventStreams())
    assert isinstance(listed, EventStreamsReply)
    assert [(one.stream_id, one.pace.values) for one in listed.streams] == [(stream_id, 1)]
    world.run_for(30)
    assert [len(message.values) for message in world.csms.of(EventStreamValues)][3:] == [1, 1, 1]

    ask(world, ClearVariableMonitoring((result.monitor_id,)))
    world.run_for(30)
    assert world.csms.of(CloseEventStream) == [CloseEventStream(stream_id)]
    assert len(world.csms.of(EventStreamValues)) == 6
    assert ask(world, GetEventStreams()) == EventStreamsReply(())


def test_monitor_whose_stream_is_refused_tells_events() -> None:
    world = booted(V21)
    world.csms.scripts[OpenEventStream] = lambda _: CommandReply("Rejected")

    monitor(world, POWER, MonitorKind.PERIODIC, 10, stream=StreamPace(values=3))
    world.run_for(25)

    assert len(events(world)) == 2
    assert world.csms.of(EventStreamValues) == []
