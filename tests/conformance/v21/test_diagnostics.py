"""OCPP 2.1: logs of data collectors, uploads with credentials, and monitors of targets."""

import json

import pytest

from tests.conformance.conftest import Bench
from tests.conformance.v2x import ACCEPTED
from tests.conformance.v201.device import report_of
from tests.conformance.wire import now

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMPONENT, VARIABLE = {"name": "EVSE", "evse": {"id": 1}}, {"name": "Power"}


@pytest.mark.ocpp("2.1", "TC_N_100_CSMS")
async def test_log_of_a_data_collector(bench: Bench) -> None:
    order = {"logType": "DataCollectorLog", "requestId": 7, "log": {"remoteLocation": "https://files.example/up"}}
    async with bench.station("N100") as station:
        asked = await bench.exchange(station, "N100", "GetLog", order, ACCEPTED | {"filename": "collector.csv"})
        answers = [
            await station.send("LogStatusNotification", status=status, requestId=7)
            for status in ("Uploading", "Uploaded")
        ]

    assert asked == order
    assert answers == [{}, {}]


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        pytest.param("N102", "http", marks=pytest.mark.ocpp("2.1", "TC_N_102_CSMS")),
        pytest.param("N102S", "https", marks=pytest.mark.ocpp("2.1", "TC_N_102_2_CSMS")),
    ],
)
async def test_upload_with_credentials_that_stay_secret(bench: Bench, name: str, scheme: str) -> None:
    location = f"{scheme}://logger:s3cret-of-the-logger@files.example/up"
    order = {"logType": "DiagnosticsLog", "requestId": 8, "log": {"remoteLocation": location}}
    async with bench.station(name) as station:
        asked = await bench.exchange(station, name, "GetLog", order, ACCEPTED)
        await station.send("LogStatusNotification", status="Uploaded", requestId=8)
        commands = await bench.operator.get(f"/stations/{name}/commands")

    assert asked["log"]["remoteLocation"] == location
    assert "s3cret-of-the-logger" not in json.dumps(commands)


@pytest.mark.ocpp("2.1", "TC_N_104_CSMS")
async def test_monitor_of_a_target_is_reported(bench: Bench) -> None:
    order = {"requestId": 9, "monitoringCriteria": ["DeltaMonitoring"]}
    monitor = {
        "component": COMPONENT,
        "variable": VARIABLE,
        "variableMonitoring": [
            {
                "id": 4,
                "transaction": False,
                "value": 500.0,
                "type": "TargetDelta",
                "severity": 5,
                "eventNotificationType": "CustomMonitor",
            }
        ],
    }
    async with bench.station("N104") as station:
        asked = await bench.exchange(station, "N104", "GetMonitoringReport", order, ACCEPTED)
        heard = await station.send("NotifyMonitoringReport", requestId=9, seqNo=0, generatedAt=now(), monitor=[monitor])
        report = await report_of(bench, "N104", 9)

    assert (asked, heard) == (order, {})
    assert "TargetDelta" in json.dumps(report)


@pytest.mark.ocpp("2.1", "TC_N_105_CSMS")
async def test_frequent_monitor_opens_a_stream(bench: Bench) -> None:
    data = {
        "value": 1.0,
        "type": "Periodic",
        "severity": 8,
        "component": COMPONENT,
        "variable": VARIABLE,
        "periodicEventStream": {"interval": 1, "values": 5},
    }
    result = {"id": 5, "status": "Accepted", "type": "Periodic", "severity": 8}
    answer = {"setMonitoringResult": [result | {"component": COMPONENT, "variable": VARIABLE}]}
    async with bench.station("N105") as station:
        asked = await bench.exchange(station, "N105", "SetVariableMonitoring", {"setMonitoringData": [data]}, answer)
        stream = {"id": 1, "params": {"interval": 1, "values": 5}, "variableMonitoringId": 5}
        opened = await station.send("OpenPeriodicEventStream", constantStreamData=stream)
        for _ in range(3):
            await station.tell(
                "NotifyPeriodicEventStream", id=1, pending=0, basetime=now(), data=[{"t": 0.0, "v": "7400"}]
            )
        heartbeat = await station.send("Heartbeat")

    assert asked == {"setMonitoringData": [data]}
    assert opened == ACCEPTED
    assert heartbeat["currentTime"]
