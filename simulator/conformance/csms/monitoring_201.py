"""OCPP 2.0.1 N: monitors, set and cleared and reported, and what they saw."""

from functools import partial

from protocol.domain.version import OcppVersion
from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_201 import say_limit
from simulator.conformance.driver import Need
from simulator.conformance.rules import Json
from simulator.conformance.wire import Wire
from simulator.conformance.words import ACCEPTED, now, still_there

_EVSE = {"name": "EVSE", "evse": {"id": 1}}
_POWER: Json = {"component": _EVSE, "variable": {"name": "Power"}}
_STATE: Json = {"component": {"name": "ChargingStation"}, "variable": {"name": "AvailabilityState"}}
_STATION: Json = {"component": {"name": "ChargingStation"}}


async def monitoring_base(bench: Bench) -> None:
    async with bench.station() as wire:
        await bench.order(wire, "SetMonitoringBase", {"monitoringBase": "All"}, answer=ACCEPTED)
        await still_there(wire)


async def monitoring_level(bench: Bench, severity: int, word: str) -> None:
    async with bench.station() as wire:
        await bench.order(wire, "SetMonitoringLevel", {"severity": severity}, answer={"status": word})
        await still_there(wire)


async def monitoring_report(bench: Bench, criteria: Json) -> None:
    """The monitors that fit are reported, part by part; the CSMS asks for these and no others."""
    order = {"requestId": 1} | criteria
    threshold = {"id": 1, "transaction": False, "value": 11_000.0, "type": "UpperThreshold", "severity": 3}
    if bench.target.version is OcppVersion.V21:
        threshold["eventNotificationType"] = "CustomMonitor"
    async with bench.station() as wire:
        asked = await bench.order(wire, "GetMonitoringReport", order, answer=ACCEPTED)
        require(asked.keys() == order.keys(), f"GetMonitoringReport asks for {asked}; {order} is due.")
        for number, variable in enumerate((_POWER, _STATE)):
            await wire.call(
                "NotifyMonitoringReport",
                requestId=asked["requestId"],
                seqNo=number,
                generatedAt=now(),
                tbc=number == 0,
                monitor=[variable | {"variableMonitoring": [threshold | {"id": number + 1}]}],
            )


def _monitor(variable: Json, kind: str = "UpperThreshold", value: float = 11_000.0, severity: int = 3) -> Json:
    return {"type": kind, "value": value, "severity": severity} | variable


async def set_monitors(bench: Bench, wire: Wire, *monitors: Json) -> None:
    """The station watches from now on; its monitors are 1, 2 and so on."""
    results = [
        {name: value for name, value in one.items() if name != "value"} | {"status": "Accepted", "id": number}
        for number, one in enumerate(monitors, start=1)
    ]
    order = {"setMonitoringData": [*monitors]}
    await bench.order(wire, "SetVariableMonitoring", order, answer={"setMonitoringResult": results})


async def watch(bench: Bench, monitors: tuple[Json, ...]) -> None:
    async with bench.station() as wire:
        await set_monitors(bench, wire, *monitors)
        await still_there(wire)


async def watch_periodically(bench: Bench) -> None:
    async with bench.station() as wire:
        await set_monitors(bench, wire, _monitor(_POWER, "Periodic", 5.0, 8))
        for number in (1, 2):
            await say_event(
                wire, _POWER, number, trigger="Periodic", actualValue=f"{number}000", variableMonitoringId=1
            )


async def clear_in_pieces(bench: Bench) -> None:
    """The station takes two at a time, and has said so."""
    numbers = [1, 2, 3]
    async with bench.station() as wire:
        await say_limit(bench, wire, "MonitoringCtrlr", "ClearVariableMonitoring", 2)
        await set_monitors(bench, wire, *(_monitor(_POWER, severity=number) for number in numbers))
        pieces = await bench.order_in_pieces(
            *(wire, "ClearVariableMonitoring", {"id": numbers}),
            items="id",
            answer=lambda asked: {"clearMonitoringResult": [{"id": one, "status": "Accepted"} for one in asked["id"]]},
        )
        longest = max(len(piece["id"]) for piece in pieces)
        require(longest <= 2, f"ClearVariableMonitoring has {longest} monitors; the station takes 2 at a time.")


async def clear_refused(bench: Bench) -> None:
    async with bench.station() as wire:
        await set_monitors(bench, wire, _monitor(_POWER))
        answer = {"clearMonitoringResult": [{"id": 1, "status": "Rejected"}]}
        await bench.order(wire, "ClearVariableMonitoring", {"id": [1]}, answer=answer)
        await still_there(wire)


async def say_event(wire: Wire, variable: Json, number: int = 1, **fields: Json) -> None:
    """What a monitor saw."""
    event = {"eventId": number, "timestamp": now(), "eventNotificationType": "CustomMonitor"} | variable | fields
    await wire.call("NotifyEvent", generatedAt=now(), seqNo=0, eventData=[event])


async def alert(bench: Bench, variable: Json, fields: Json) -> None:
    async with bench.station() as wire:
        await say_event(wire, variable, **fields)
        await still_there(wire)


_PASSWORD = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
_THRESHOLDS: Json = {"monitoringCriteria": ["ThresholdMonitoring"]}
_REPORTS: tuple[tuple[str, str, Json], ...] = (
    ("01", "by criteria", _THRESHOLDS),
    ("02", "by variable", {"componentVariable": [_POWER]}),
    ("03", "by criteria and variable", _THRESHOLDS | {"componentVariable": [_POWER]}),
    ("47", "all", {}),
    (
        "60",
        "by criteria and a list",
        {
            "monitoringCriteria": ["ThresholdMonitoring", "PeriodicMonitoring"],
            "componentVariable": [_POWER, _STATION],
        },
    ),
)
_ALERTS: tuple[tuple[str, str, Json, Json], ...] = (
    (
        "21",
        "a monitor that is built in",
        _POWER,
        {
            "trigger": "Alerting",
            "actualValue": "12000",
            "eventNotificationType": "HardWiredMonitor",
            "variableMonitoringId": 3,
        },
    ),
    ("48", "a variable that nobody reads", _PASSWORD, {"trigger": "Delta", "actualValue": ""}),
    (
        "49",
        "a threshold that is kept again",
        _POWER,
        {"trigger": "Alerting", "actualValue": "7000", "cleared": True, "variableMonitoringId": 4},
    ),
    ("50", "a clock", _STATE, {"trigger": "Periodic", "actualValue": "Available", "variableMonitoringId": 9}),
)
MONITORING: Block = (
    "N monitoring",
    (
        *(
            case(
                f"TC_N_{number}_CSMS",
                f"Report of monitors: {what}",
                partial(monitoring_report, criteria=criteria),
                Need.COMMANDS,
            )
            for number, what, criteria in _REPORTS
        ),
        case("TC_N_05_CSMS", "Monitoring base", monitoring_base, Need.COMMANDS),
        case("TC_N_08_CSMS", "One monitor", partial(watch, monitors=(_monitor(_POWER),)), Need.COMMANDS),
        case(
            "TC_N_09_CSMS",
            "Several monitors",
            partial(watch, monitors=(_monitor(_POWER), _monitor(_STATE, "Delta", 1.0, 5))),
            Need.COMMANDS,
        ),
        case("TC_N_16_CSMS", "Monitoring level", partial(monitoring_level, severity=4, word="Accepted"), Need.COMMANDS),
        case(
            "TC_N_17_CSMS",
            "Monitoring level: rejected",
            partial(monitoring_level, severity=9, word="Rejected"),
            Need.COMMANDS,
        ),
        case("TC_N_18_CSMS", "Monitors are cleared in pieces", clear_in_pieces, Need.COMMANDS),
        case("TC_N_24_CSMS", "Periodic monitor", watch_periodically, Need.COMMANDS),
        case("TC_N_44_CSMS", "A monitor is not cleared", clear_refused, Need.COMMANDS),
        *(
            case(f"TC_N_{number}_CSMS", f"Event of {what}", partial(alert, variable=variable, fields=fields))
            for number, what, variable, fields in _ALERTS
        ),
    ),
)
