"""OCPP 1.6 remote trigger."""

import pytest

from tests.conformance.conftest import Bench
from tests.conformance.wire import WireStation, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

TRIGGERED = {
    "MeterValues": {"connectorId": 1, "meterValue": [{"timestamp": now(), "sampledValue": [{"value": "1"}]}]},
    "Heartbeat": {},
    "StatusNotification": {"connectorId": 1, "errorCode": "NoError", "status": "Available"},
    "DiagnosticsStatusNotification": {"status": "Idle"},
    "FirmwareStatusNotification": {"status": "Idle"},
    "BootNotification": {"chargePointVendor": "Wire", "chargePointModel": "Bench"},
}


async def trigger(bench: Bench, station: WireStation, name: str, message: str, answer: str) -> None:
    payload = {"requestedMessage": message}
    asked = await bench.exchange(station, name, "TriggerMessage", payload, {"status": answer})
    assert asked == payload


@pytest.mark.ocpp("1.6", "TC_054_CSMS")
async def test_triggered_messages_are_answered(bench: Bench) -> None:
    async with bench.station("TRIG") as station:
        for message, payload in TRIGGERED.items():
            await trigger(bench, station, "TRIG", message, "Accepted")
            answer = await station.send(message, **payload)
            assert isinstance(answer, dict)


@pytest.mark.ocpp("1.6", "TC_055_CSMS")
async def test_trigger_is_rejected(bench: Bench) -> None:
    async with bench.station("TRIG-NO") as station:
        await trigger(bench, station, "TRIG-NO", "MeterValues", "Rejected")
        assert await station.send("Heartbeat")
