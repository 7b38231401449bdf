"""OCPP 2.1 R and S, and what it adds to N: controls for the grid, swapped batteries, streams of values, more logs."""

from functools import partial

from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_201 import id_token
from simulator.conformance.driver import Need
from simulator.conformance.rules import Json
from simulator.conformance.wire import Wire
from simulator.conformance.words import ACCEPTED, now, require_status, still_there

_GRADIENT = {"priority": 1, "gradient": 10.0, "softGradient": 5.0}
_POWER = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Power"}}


async def controls(bench: Bench) -> None:
    setting = {"isDefault": True, "controlId": "g1", "controlType": "Gradients", "gradient": _GRADIENT}
    place = {"isDefault": True, "controlType": "Gradients"}
    async with bench.station() as wire:
        await bench.order(wire, "SetDERControl", setting, answer=ACCEPTED)
        asked = await bench.order(wire, "GetDERControl", {"requestId": 9} | place, answer=ACCEPTED)
        gradient: Json = [{"id": "g1", "gradient": _GRADIENT}]
        await wire.call("ReportDERControl", requestId=asked["requestId"], gradient=gradient)
        await bench.order(wire, "ClearDERControl", place, answer=ACCEPTED)


async def control_events(bench: Bench) -> None:
    alarm = {"controlType": "FreqDroop", "gridEventFault": "OverFrequency", "timestamp": now()}
    async with bench.station() as wire:
        await wire.call("NotifyDERStartStop", controlId="g1", started=True, timestamp=now())
        await wire.call("NotifyDERAlarm", **alarm)
        await wire.call("NotifyDERAlarm", **alarm, alarmEnded=True)
        await still_there(wire)


async def swap(bench: Bench, *, has_batteries: bool) -> None:
    token = bench.unknown_token()
    none_there = {"status": "Rejected", "statusInfo": {"reasonCode": "NoBatteryAvailable"}}
    order = {"idToken": id_token(token), "requestId": 1}
    async with bench.station() as wire:
        answer = ACCEPTED if has_batteries else none_there
        asked = await bench.order(wire, "RequestBatterySwap", order, answer=answer)
        battery = {"evseId": 1, "serialNumber": "B1", "soC": 12.0, "soH": 97.5}
        body = {"requestId": asked["requestId"], "idToken": asked["idToken"], "batteryData": [battery]}
        for step in ("BatteryIn", "BatteryOut") if has_batteries else ():
            await wire.call("BatterySwap", eventType=step, **body)
        await still_there(wire)


async def log(bench: Bench, kind: str, location: str) -> None:
    order = {"logType": kind, "requestId": 7, "log": {"remoteLocation": location}}
    async with bench.station() as wire:
        answer = {"status": "Accepted", "filename": "station.log"}
        asked = await bench.order(wire, "GetLog", order, answer=answer)
        for word in ("Uploading", "Uploaded"):
            await wire.call("LogStatusNotification", status=word, requestId=asked["requestId"])


async def target_monitor(bench: Bench) -> None:
    monitor = {
        "id": 4,
        "transaction": False,
        "value": 500.0,
        "type": "TargetDelta",
        "severity": 5,
        "eventNotificationType": "CustomMonitor",
    }
    async with bench.station() as wire:
        order = {"requestId": 9, "monitoringCriteria": ["DeltaMonitoring"]}
        asked = await bench.order(wire, "GetMonitoringReport", order, answer=ACCEPTED)
        await wire.call(
            "NotifyMonitoringReport",
            requestId=asked["requestId"],
            seqNo=0,
            generatedAt=now(),
            monitor=[_POWER | {"variableMonitoring": [monitor]}],
        )


async def open_stream(wire: Wire, number: int, monitor: int) -> Json:
    """A stream of what the monitor sees, with some of it: the CSMS answers nothing to that."""
    stream = {"id": number, "params": {"interval": 1, "values": 5}, "variableMonitoringId": monitor}
    answer = await wire.call("OpenPeriodicEventStream", constantStreamData=stream)
    require_status(answer, "Accepted", "OpenPeriodicEventStream")
    for value in ("7400", "7380"):
        data: Json = [{"t": 0.0, "v": value}]
        await wire.send("NotifyPeriodicEventStream", id=number, pending=0, basetime=now(), data=data)
    await still_there(wire)
    return stream


async def frequent_monitor(bench: Bench) -> None:
    data = {"value": 1.0, "type": "Periodic", "severity": 8, "periodicEventStream": {"interval": 1, "values": 5}}
    result = {"id": 5, "status": "Accepted", "type": "Periodic", "severity": 8} | _POWER
    async with bench.station() as wire:
        order = {"setMonitoringData": [data | _POWER]}
        await bench.order(wire, "SetVariableMonitoring", order, answer={"setMonitoringResult": [result]})
        await open_stream(wire, 1, 5)


async def streams(bench: Bench) -> None:
    async with bench.station() as wire:
        stream = await open_stream(wire, 3, 7)
        listing: Json = {"constantStreamData": [stream]}
        await bench.order(wire, "GetPeriodicEventStream", answer=listing)
        slower = {"id": 3, "params": {"interval": 60}}
        await bench.order(wire, "AdjustPeriodicEventStream", slower, answer=ACCEPTED)
        await wire.call("ClosePeriodicEventStream", id=3)
        await still_there(wire)


GRID: Block = (
    "R, S grid and batteries",
    (
        case("TC_R_107_CSMS", "Controls for the grid", controls, Need.COMMANDS),
        case("TC_R_108_CSMS", "Events of controls", control_events),
        case("TC_S_102_CSMS", "Swap: too few batteries", partial(swap, has_batteries=False), Need.COMMANDS),
        case("TC_S_103_CSMS", "Swap", partial(swap, has_batteries=True), Need.COMMANDS),
    ),
)
DIAGNOSTICS: Block = (
    "N in 2.1: logs, streams",
    (
        *(
            case(f"TC_N_{number}_CSMS", what, partial(log, kind=kind, location=location), Need.COMMANDS)
            for number, what, kind, location in (
                ("100", "Log of a data collector", "DataCollectorLog", "https://files.example/up"),
                ("102", "Log by HTTP, with a password", "DiagnosticsLog", "http://logger:s3cret@files.example/up"),
                ("102_2", "Log by HTTPS, with a password", "DiagnosticsLog", "https://logger:s3cret@files.example/up"),
            )
        ),
        case("TC_N_104_CSMS", "Monitor of a target", target_monitor, Need.COMMANDS),
        case("TC_N_105_CSMS", "Monitor with a stream", frequent_monitor, Need.COMMANDS),
        case("TC_N_107_CSMS", "Streams of values", streams, Need.COMMANDS),
    ),
)
