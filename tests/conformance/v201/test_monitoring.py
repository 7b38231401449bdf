"""OCPP 2.0.1 N, monitoring: monitors set, cleared and reported, and what they saw."""

from typing import Any

import pytest

from tests.conformance.conftest import Bench
from tests.conformance.v2x import ACCEPTED
from tests.conformance.v201.device import report_of, reported, send_parts, typed, until_shown, variable
from tests.conformance.wire import WireStation, both, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

POWER = ("Power", "EVSE")
STATE = ("AvailabilityState", "ChargingStation")
SELECTED = [{"component": "EVSE", "evse": 1, "variable": "Power"}, {"component": "ChargingStation"}]
SELECTED_ON_WIRE = [variable(*POWER, evse=1), {"component": {"name": "ChargingStation"}}]


def monitored(name: str, component: str, monitor_id: int, **place: Any) -> dict[str, Any]:
    """A variable with its monitor, in a report."""
    monitor = {"id": monitor_id, "transaction": False, "value": 11000.0, "type": "UpperThreshold", "severity": 3}
    return variable(name, component, **place) | {"variableMonitoring": [monitor]}


@pytest.mark.parametrize(
    ("body", "on_wire"),
    [
        pytest.param(
            {"criteria": ["ThresholdMonitoring"]},
            {"monitoringCriteria": ["ThresholdMonitoring"]},
            marks=pytest.mark.ocpp("2.0.1", "TC_N_01_CSMS"),
        ),
        pytest.param(
            {"variables": SELECTED[:1]},
            {"componentVariable": SELECTED_ON_WIRE[:1]},
            marks=pytest.mark.ocpp("2.0.1", "TC_N_02_CSMS"),
        ),
        pytest.param(
            {"criteria": ["DeltaMonitoring"], "variables": SELECTED[:1]},
            {"monitoringCriteria": ["DeltaMonitoring"], "componentVariable": SELECTED_ON_WIRE[:1]},
            marks=pytest.mark.ocpp("2.0.1", "TC_N_03_CSMS"),
        ),
        pytest.param({}, {}, marks=pytest.mark.ocpp("2.0.1", "TC_N_47_CSMS")),
        pytest.param(
            {"criteria": ["ThresholdMonitoring", "PeriodicMonitoring"], "variables": SELECTED},
            {
                "monitoringCriteria": ["ThresholdMonitoring", "PeriodicMonitoring"],
                "componentVariable": SELECTED_ON_WIRE,
            },
            marks=pytest.mark.ocpp("2.0.1", "TC_N_60_CSMS"),
        ),
    ],
    ids=["criteria", "variable", "both", "all", "list"],
)
async def test_monitors_are_reported(
    bench: Bench, request: pytest.FixtureRequest, body: dict[str, Any], on_wire: dict[str, Any]
) -> None:
    name = f"N01-{request.node.callspec.id}"
    async with bench.station(name) as station:
        heard, asked = await typed(
            bench, station, name, "get_monitoring_report", body, "GetMonitoringReport", **ACCEPTED
        )
        parts = [monitored(*POWER, 1, evse=1)], [monitored(*STATE, 2)]
        await send_parts(station, "NotifyMonitoringReport", asked["requestId"], "monitor", *parts)
        report = await report_of(bench, name, asked["requestId"])
        shown = await bench.operator.get(f"/stations/{name}/monitors")

    assert asked == on_wire | {"requestId": heard["request_id"]}
    assert (report["kind"], report["parts"]) == ("monitors", 2)
    assert [(one["monitor_id"], one["variable"], one["severity"]) for one in shown["monitors"]] == [
        (1, "Power", 3),
        (2, "AvailabilityState", 3),
    ]


@pytest.mark.ocpp("2.0.1", "TC_N_05_CSMS")
async def test_monitoring_base(bench: Bench) -> None:
    async with bench.station("N05") as station:
        body = {"base": "FactoryDefault"}
        heard, asked = await typed(bench, station, "N05", "set_monitoring_base", body, "SetMonitoringBase", **ACCEPTED)
        shown = await bench.operator.get("/stations/N05/monitors")

    assert (heard["status"], asked) == ("Accepted", {"monitoringBase": "FactoryDefault"})
    assert shown["base"] == "FactoryDefault"


@pytest.mark.parametrize(
    ("severity", "answer", "level"),
    [
        pytest.param(4, "Accepted", 4, marks=pytest.mark.ocpp("2.0.1", "TC_N_16_CSMS")),
        pytest.param(10, "Rejected", None, marks=pytest.mark.ocpp("2.0.1", "TC_N_17_CSMS")),
    ],
)
async def test_monitoring_level(bench: Bench, severity: int, answer: str, level: int | None) -> None:
    name = f"N16-{severity}"
    async with bench.station(name) as station:
        body = {"severity": severity}
        heard, asked = await typed(
            bench, station, name, "set_monitoring_level", body, "SetMonitoringLevel", status=answer
        )
        shown = await bench.operator.get(f"/stations/{name}/monitors")

    assert (heard["status"], asked) == (answer, {"severity": severity})
    assert shown["level"] == level


def order(name: str, component: str, **more: Any) -> dict[str, Any]:
    return {"variable": name, "component": component, "kind": "UpperThreshold", "value": 11000, "severity": 3} | more


async def set_monitors(
    bench: Bench, station: WireStation, name: str, orders: list[dict[str, Any]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The station accepts them as 1, 2, …: what the operator heard, and what the station was asked."""
    results = [
        variable(one["variable"], one["component"], evse=one.get("evse"))
        | {"type": one["kind"], "severity": one["severity"], "status": "Accepted", "id": number}
        for number, one in enumerate(orders, 1)
    ]
    return await typed(
        *(bench, station, name, "set_variable_monitoring", {"monitors": orders}, "SetVariableMonitoring"),
        setMonitoringResult=results,
    )


@pytest.mark.parametrize(
    "orders",
    [
        pytest.param([order(*POWER, evse=1)], marks=pytest.mark.ocpp("2.0.1", "TC_N_08_CSMS")),
        pytest.param(
            [order(*POWER, evse=1), order(*STATE, kind="Delta", value=1, severity=5)],
            marks=pytest.mark.ocpp("2.0.1", "TC_N_09_CSMS"),
        ),
    ],
    ids=["one", "several"],
)
async def test_monitors_are_set(bench: Bench, orders: list[dict[str, Any]]) -> None:
    name = f"N08-{len(orders)}"
    async with bench.station(name) as station:
        heard, asked = await set_monitors(bench, station, name, orders)
        shown = await bench.operator.get(f"/stations/{name}/monitors")

    assert asked["setMonitoringData"] == [
        variable(one["variable"], one["component"], evse=one.get("evse"))
        | {"value": one["value"], "type": one["kind"], "severity": one["severity"]}
        for one in orders
    ]
    assert [(one["status"], one["monitor_id"]) for one in heard["results"]] == [
        ("Accepted", number) for number in range(1, len(orders) + 1)
    ]
    assert [(one["variable"], one["kind"], one["value"]) for one in shown["monitors"]] == [
        (one["variable"], one["kind"], one["value"]) for one in orders
    ]


@pytest.mark.ocpp("2.0.1", "TC_N_18_CSMS")
async def test_monitors_are_cleared_in_pieces(bench: Bench) -> None:
    limit = reported("ItemsPerMessage", "MonitoringCtrlr", "2", instance="ClearVariableMonitoring")
    async with bench.station("N18") as station:
        await send_parts(station, "NotifyReport", 1, "reportData", [limit])
        await report_of(bench, "N18", 1)
        await set_monitors(bench, station, "N18", [order(*POWER, evse=number) for number in (1, 2, 3)])

        async def answer() -> list[list[int]]:
            pieces: list[list[int]] = []
            while sum(map(len, pieces)) < 3:
                asked = await station.asked("ClearVariableMonitoring")
                pieces.append(asked.payload["id"])
                results = [{"id": number, "status": "Accepted"} for number in asked.payload["id"]]
                await asked.answer(clearMonitoringResult=results)
            return pieces

        body = {"monitor_ids": [1, 2, 3]}
        heard, pieces = await both(
            bench.operator.post("/stations/N18/commands/clear_variable_monitoring", body), answer()
        )
        shown = await bench.operator.get("/stations/N18/monitors")

    assert pieces == [[1, 2], [3]]
    assert [(one["monitor_id"], one["status"]) for one in heard["results"]] == [
        (number, "Accepted") for number in (1, 2, 3)
    ]
    assert shown["monitors"] == []


@pytest.mark.ocpp("2.0.1", "TC_N_44_CSMS")
async def test_monitor_is_not_cleared(bench: Bench) -> None:
    async with bench.station("N44") as station:
        await set_monitors(bench, station, "N44", [order(*POWER, evse=1)])
        heard, asked = await typed(
            *(bench, station, "N44", "clear_variable_monitoring", {"monitor_ids": [1]}, "ClearVariableMonitoring"),
            clearMonitoringResult=[{"id": 1, "status": "Rejected"}],
        )
        shown = await bench.operator.get("/stations/N44/monitors")

    assert asked == {"id": [1]}
    assert [one["status"] for one in heard["results"]] == ["Rejected"]
    assert [one["monitor_id"] for one in shown["monitors"]] == [1]


def event(event_id: int, name: str, component: str, value: str, **more: Any) -> dict[str, Any]:
    """What a station saw."""
    return (
        variable(name, component)
        | {"eventId": event_id, "timestamp": now(), "trigger": "Alerting", "actualValue": value}
        | {"eventNotificationType": "CustomMonitor"}
        | more
    )


async def notify(bench: Bench, station: WireStation, name: str, *events: dict[str, Any]) -> list[Any]:
    """Every event in a message of its own, answered: what REST shows, the newest first."""
    for one in events:
        assert await station.send("NotifyEvent", generatedAt=now(), seqNo=0, eventData=[one]) == {}
    shown = await until_shown(bench, f"/stations/{name}/events", lambda page: len(page["items"]) == len(events))
    items: list[Any] = shown["items"]
    return items


@pytest.mark.ocpp("2.0.1", "TC_N_21_CSMS")
async def test_event_of_a_hard_wired_monitor(bench: Bench) -> None:
    async with bench.station("N21") as station:
        alert = event(1, "Problem", "Controller", "true", eventNotificationType="HardWiredMonitor", techCode="E7")
        (shown,) = await notify(bench, station, "N21", alert)

    seen = (shown["trigger"], shown["notification"], shown["component"], shown["variable"], shown["actual_value"])
    assert seen == ("Alerting", "HardWiredMonitor", "Controller", "Problem", "true")
    assert (shown["tech_code"], shown["is_cleared"]) == ("E7", False)


@pytest.mark.ocpp("2.0.1", "TC_N_24_CSMS")
async def test_periodic_monitor(bench: Bench) -> None:
    async with bench.station("N24") as station:
        orders = [order(*POWER, kind="Periodic", value=5, severity=8)]
        _, asked = await set_monitors(bench, station, "N24", orders)
        ticks = [event(number, *POWER, f"{number}000", trigger="Periodic", variableMonitoringId=1) for number in (1, 2)]
        shown = await notify(bench, station, "N24", *ticks)

    (data,) = asked["setMonitoringData"]
    assert (data["type"], data["value"]) == ("Periodic", 5)
    assert [(one["event_id"], one["trigger"], one["actual_value"], one["severity"]) for one in shown] == [
        (2, "Periodic", "2000", 8),
        (1, "Periodic", "1000", 8),
    ]


@pytest.mark.ocpp("2.0.1", "TC_N_48_CSMS")
async def test_event_of_a_write_only_variable_has_no_value(bench: Bench) -> None:
    async with bench.station("N48") as station:
        (shown,) = await notify(
            bench, station, "N48", event(1, "BasicAuthPassword", "SecurityCtrlr", "", trigger="Delta")
        )

    assert (shown["variable"], shown["actual_value"], shown["trigger"]) == ("BasicAuthPassword", "", "Delta")


@pytest.mark.ocpp("2.0.1", "TC_N_49_CSMS")
async def test_threshold_is_cleared_after_a_reboot(bench: Bench) -> None:
    async with bench.station("N49") as station:
        await set_monitors(bench, station, "N49", [order(*POWER)])
        alert = event(1, *POWER, "12000", variableMonitoringId=1)
        await bench.boot(station)
        over = event(2, *POWER, "0", variableMonitoringId=1, cleared=True)
        shown = await notify(bench, station, "N49", alert, over)

    assert [(one["actual_value"], one["is_cleared"], one["monitor_id"], one["severity"]) for one in shown] == [
        ("0", True, 1, 3),
        ("12000", False, 1, 3),
    ]


@pytest.mark.ocpp("2.0.1", "TC_N_50_CSMS")
async def test_periodic_event(bench: Bench) -> None:
    async with bench.station("N50") as station:
        tick = event(1, *STATE, "Available", trigger="Periodic", variableMonitoringId=9)
        (shown,) = await notify(bench, station, "N50", tick)

    assert (shown["trigger"], shown["actual_value"], shown["monitor_id"]) == ("Periodic", "Available", 9)
