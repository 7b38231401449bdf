"""OCPP 2.1: controls for the grid, batteries that are swapped, and streams of values."""

from typing import Any

import pytest

from tests.acceptance.network import eventually
from tests.conformance.conftest import Bench
from tests.conformance.wire import now

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACCEPTED = {"status": "Accepted"}
TOKEN = {"idToken": "SWAP1", "type": "ISO14443"}
ORDER = {"idToken": TOKEN, "requestId": 1}
BATTERIES = [{"evseId": 1, "serialNumber": "B1", "soC": 12.0, "soH": 97.5}]
STREAM = {"id": 3, "params": {"interval": 2}, "variableMonitoringId": 7}


async def logged(bench: Bench, name: str, action: str) -> dict[str, Any]:
    """The frame of the action in the message log."""

    async def found() -> dict[str, Any]:
        page = await bench.operator.get(f"/telemetry/stations/{name}/messages", action=action)
        return page["items"][0] if page["items"] else {}

    return await eventually(found, what=f"{action} in the message log")


@pytest.mark.ocpp("2.1", "TC_R_107_CSMS")
async def test_controls_are_set_read_and_cleared(bench: Bench) -> None:
    gradient = {"priority": 1, "gradient": 10.0, "softGradient": 5.0}
    setting = {"isDefault": True, "controlId": "g1", "controlType": "Gradients", "gradient": gradient}
    asking = {"requestId": 9, "isDefault": True, "controlType": "Gradients"}
    clearing = {"isDefault": True, "controlType": "Gradients"}
    async with bench.station("DER") as station:
        asked = [
            await bench.exchange(station, "DER", "SetDERControl", setting, ACCEPTED),
            await bench.exchange(station, "DER", "GetDERControl", asking, ACCEPTED),
        ]
        reported = await station.send("ReportDERControl", requestId=9, gradient=[{"id": "g1", "gradient": gradient}])
        asked.append(await bench.exchange(station, "DER", "ClearDERControl", clearing, ACCEPTED))

    assert asked == [setting, asking, clearing]
    assert reported == {}


@pytest.mark.ocpp("2.1", "TC_R_108_CSMS")
async def test_events_of_controls_are_heard(bench: Bench) -> None:
    alarm = {"controlType": "FreqDroop", "gridEventFault": "OverFrequency", "timestamp": now()}
    async with bench.station("ALARM") as station:
        answers = [
            await station.send("NotifyDERStartStop", controlId="g1", started=True, timestamp=now()),
            await station.send("NotifyDERAlarm", **alarm),
            await station.send("NotifyDERAlarm", **alarm, alarmEnded=True),
        ]
        frame = await logged(bench, "ALARM", "NotifyDERAlarm")

    assert answers == [{}, {}, {}]
    assert frame["verdict"] == "answered"


@pytest.mark.ocpp("2.1", "TC_S_102_CSMS")
async def test_swap_that_has_too_few_batteries_is_refused(bench: Bench) -> None:
    refused = {"status": "Rejected", "statusInfo": {"reasonCode": "NoBatteryAvailable"}}
    async with bench.station("SWAP0") as station:
        asked = await bench.exchange(station, "SWAP0", "RequestBatterySwap", ORDER, refused)

    assert asked == ORDER


@pytest.mark.ocpp("2.1", "TC_S_103_CSMS")
async def test_batteries_are_swapped(bench: Bench) -> None:
    async with bench.station("SWAP1") as station:
        asked = await bench.exchange(station, "SWAP1", "RequestBatterySwap", ORDER, ACCEPTED)
        steps = [
            await station.send("BatterySwap", eventType=step, requestId=1, idToken=TOKEN, batteryData=BATTERIES)
            for step in ("BatteryIn", "BatteryOut")
        ]
        frame = await logged(bench, "SWAP1", "BatterySwap")

    assert asked["requestId"] == 1
    assert steps == [{}, {}]
    assert "SWAP1" not in frame["text"]


@pytest.mark.ocpp("2.1", "TC_N_107_CSMS")
async def test_streams_are_opened_listed_and_adjusted(bench: Bench) -> None:
    async with bench.station("STREAM") as station:
        opened = await station.send("OpenPeriodicEventStream", constantStreamData=STREAM)
        await station.tell(
            "NotifyPeriodicEventStream", id=3, pending=0, basetime=now(), data=[{"t": 0.0, "v": "230.1"}]
        )
        listing = {"constantStreamData": [STREAM]}
        await bench.exchange(station, "STREAM", "GetPeriodicEventStream", {}, listing)
        slower = {"id": 3, "params": {"interval": 60}}
        asked = await bench.exchange(station, "STREAM", "AdjustPeriodicEventStream", slower, ACCEPTED)
        closed = await station.send("ClosePeriodicEventStream", id=3)

    assert (opened, asked, closed) == (ACCEPTED, slower, {})
