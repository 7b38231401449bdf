"""What a 2.0.1 station reports of itself: each part and each event over a real socket is a fact before its answer."""

import asyncio
import json
from typing import Any

import msgspec
import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from csms.commands import CommandDesk
from protocol.blocks.provisioning.messages import GetBaseReport, ReportBase
from protocol.bus.catalogue import STATION_EVENTS
from protocol.bus.commands import CommandAnswer, CommandRequest, Outcome, RawCall, RegistryEntry
from protocol.bus.envelope import decode_envelope
from tests.csms.harness import GatewayInMemory, call, station_key
from tests.protocol.blocks.samples import v21, v201

T = "2026-01-01T00:00:00Z"
REPORTS = {
    "NotifyReport": "provisioning.variables_reported",
    "NotifyMonitoringReport": "monitoring.monitors_reported",
    "NotifyEvent": "monitoring.events_reported",
    "NotifyCustomerInformation": "diagnostics.customer_information_reported",
    "NotifyDisplayMessages": "display_message.messages_reported",
}


async def station(csms: GatewayInMemory, version: str = "2.0.1") -> ClientConnection:
    return await connect(csms.url(), subprotocols=[websockets.Subprotocol(f"ocpp{version}")])


def facts(csms: GatewayInMemory, type_: str) -> list[Any]:
    envelopes = [decode_envelope(event.payload) for event in csms.publisher.published]
    return [STATION_EVENTS.decode(envelope) for envelope in envelopes if envelope.type == f"ev.v1.station.{type_}"]


@pytest.mark.parametrize("action", REPORTS)
@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_report_is_a_fact_before_it_is_answered(csms: GatewayInMemory, version: str, action: str) -> None:
    payload = (v201 if version == "2.0.1" else v21).SAMPLES[action][0]
    async with await station(csms, version) as socket:
        answer = await call(socket, action, payload)
        told = facts(csms, REPORTS[action])

        csms.publisher.fails = True
        with pytest.raises(ConnectionClosed):
            await call(socket, action, payload, "2")

    assert answer == [3, "1", {}]
    assert len(told) == 1


async def test_part_says_which_it_is_and_what_the_station_has(csms: GatewayInMemory) -> None:
    async with await station(csms) as socket:
        await call(socket, "NotifyReport", v201.SAMPLES["NotifyReport"][0])

    (fact,) = facts(csms, "provisioning.variables_reported")
    first, second = fact.variables
    assert (fact.request_id, fact.seq_no, fact.is_last) == (1, 0, False)
    assert (first.name.component, first.name.component_instance, first.name.evse, first.name.connector) == (
        *("OCPPCommCtrlr", "Main"),
        *(1, 2),
    )
    assert [one.type for one in first.attributes] == ["Actual", "MaxSet"]
    assert first.characteristics.values_list == "1,2"
    assert second.attributes[0].value is None


async def test_secret_that_a_station_reports_goes_no_further(csms: GatewayInMemory) -> None:
    secret = {
        "component": {"name": "SecurityCtrlr"},
        "variable": {"name": "BasicAuthPassword"},
        "variableAttribute": [{"value": "s3cret-0123456789"}],
    }
    async with await station(csms) as socket:
        body = {"requestId": 1, "generatedAt": T, "seqNo": 0, "reportData": [secret]}
        await call(socket, "NotifyReport", body)
        event = v201.EVENT_201 | {"actualValue": "s3cret-0123456789", "variable": secret["variable"]}
        await call(socket, "NotifyEvent", {"generatedAt": T, "seqNo": 0, "eventData": [event]}, "2")

    assert not any(b"s3cret" in event.payload for event in csms.publisher.published)
    assert len(facts(csms, "provisioning.variables_reported")) == 1
    assert len(facts(csms, "monitoring.events_reported")) == 1


async def test_number_that_no_table_has_room_for_is_refused(csms: GatewayInMemory) -> None:
    async with await station(csms) as socket:
        answer = await call(socket, "NotifyReport", {"requestId": 2**63, "generatedAt": T, "seqNo": 0})

    assert answer[:3] == [4, "1", "PropertyConstraintViolation"]


async def test_21_event_says_its_severity(csms: GatewayInMemory) -> None:
    async with await station(csms, "2.1") as socket:
        await call(socket, "NotifyEvent", v21.SAMPLES["NotifyEvent"][0])

    (fact,) = facts(csms, "monitoring.events_reported")
    assert [event.severity for event in fact.events] == [2]


@pytest.mark.parametrize(
    ("component", "value", "told"),
    [("Connector", "Faulted", [(1, 2, "Faulted")]), ("Connector", "Asleep", []), ("EVSE", "Faulted", [])],
)
async def test_connector_whose_state_changed_has_that_status(
    csms: GatewayInMemory, component: str, value: str, told: list[tuple[int, int, str]]
) -> None:
    event = {
        "eventId": 1,
        "timestamp": T,
        "trigger": "Delta",
        "actualValue": value,
        "eventNotificationType": "HardWiredNotification",
        "component": {"name": component, "evse": {"id": 1, "connectorId": 2}},
        "variable": {"name": "AvailabilityState"},
    }
    async with await station(csms) as socket:
        await call(socket, "NotifyEvent", {"generatedAt": T, "seqNo": 0, "eventData": [event]})

    statuses = facts(csms, "availability.status_reported")
    assert [(fact.evse, fact.connector, fact.status) for fact in statuses] == told
    assert len(facts(csms, "monitoring.events_reported")) == 1


@pytest.mark.parametrize("is_raw", [True, False])
async def test_pending_station_may_send_the_report_that_it_was_asked_for(csms: GatewayInMemory, is_raw: bool) -> None:
    csms.registry.entries[station_key()] = RegistryEntry(registration="Pending")
    payload = {"requestId": 1, "reportBase": "FullInventory"}
    message: msgspec.Struct = GetBaseReport(1, ReportBase.FULL)
    if is_raw:
        message = RawCall("GetBaseReport", msgspec.Raw(json.dumps(payload).encode()))
    report = {"requestId": 1, "generatedAt": T, "seqNo": 0}
    async with await station(csms) as socket:
        before = await call(socket, "NotifyReport", report)
        session = csms.gateway.sessions.find(station_key())
        assert session is not None
        name = "raw" if is_raw else "get_base_report"
        request = CommandRequest(name, msgspec.Raw(msgspec.json.encode(message)), epoch=session.epoch)
        desk = CommandDesk(csms.gateway.sessions.find)
        task = asyncio.create_task(desk.carry_out(station_key(), msgspec.json.encode(request)))
        frame = json.loads(await asyncio.wait_for(socket.recv(), 5))
        await socket.send(json.dumps([3, frame[1], {"status": "Accepted"}]))
        answer = msgspec.json.decode(await task, type=CommandAnswer)
        after = await call(socket, "NotifyReport", report, "2")
        other = await call(socket, "NotifyEvent", v201.SAMPLES["NotifyEvent"][0], "3")

    assert frame[2:] == ["GetBaseReport", payload]
    assert answer.outcome is Outcome.ANSWERED
    assert (before[2], after, other[2]) == ("SecurityError", [3, "2", {}], "SecurityError")
