"""OCPP 2.0.1 B, provisioning: boot, variables, reports, resets, network profiles."""

import asyncio
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.acceptance.network import eventually
from tests.conformance.conftest import Bench
from tests.conformance.v2x import ACCEPTED, charge, status
from tests.conformance.v201.device import report_of, reported, send_parts, typed, variable
from tests.conformance.wire import CallRefused, WireStation, both, now, wire_station

pytestmark = pytest.mark.asyncio(loop_scope="module")

STATION = {"vendorName": "Wire", "model": "Bench"}
INTERVAL = ("HeartbeatInterval", "OCPPCommCtrlr")
POINT = ("TxStartPoint", "TxCtrlr")
ITEMS = [reported(*INTERVAL, "300"), reported("Available", "EVSE", "true", evse=1), reported(*POINT, "Authorized")]


async def boot(station: WireStation, reason: str = "PowerUp") -> Any:
    return await station.send("BootNotification", chargingStation=STATION, reason=reason)


def read(name: str, component: str) -> dict[str, str]:
    return {"variable": name, "component": component}


@pytest.mark.ocpp("2.0.1", "TC_B_01_CSMS")
async def test_boot_is_accepted(bench: Bench) -> None:
    event = {
        "eventId": 1,
        "timestamp": now(),
        "trigger": "Delta",
        "actualValue": "Available",
        "eventNotificationType": "HardWiredNotification",
        **variable("AvailabilityState", "Connector", evse=1),
    }
    async with bench.station("B01") as station:
        answer = await boot(station)
        await status(station, "Available")
        assert await station.send("NotifyEvent", generatedAt=now(), seqNo=0, eventData=[event]) == {}
        beat = await station.send("Heartbeat")

    assert answer["status"] == "Accepted"
    assert answer["interval"] > 0
    assert answer["currentTime"].endswith("Z")
    assert beat["currentTime"] >= answer["currentTime"]


async def pending(bench: Bench, name: str, registration: str = "Pending") -> str:
    """A station that is registered and not accepted; its URL."""
    body = {"location_id": "yard", "security_profiles": [0], "evses": [{"evse": 1}], "registration": registration}
    await bench.operator.put(f"/stations/{name}", body)
    await bench.until_known(name, None)
    return bench.url(name)


@pytest.mark.ocpp("2.0.1", "TC_B_02_CSMS")
async def test_pending_station_is_talked_to_and_accepted_later(bench: Bench) -> None:
    url = await pending(bench, "B02")
    async with wire_station(url, version="2.0.1") as station:
        first = await boot(station)
        await bench.network.online("B02")
        assignment = {**read(*INTERVAL), "value": "300"}
        result = variable(*INTERVAL) | {"attributeStatus": "Accepted"}
        await typed(
            *(bench, station, "B02", "set_variables", {"assignments": [assignment]}, "SetVariables"),
            setVariableResult=[result],
        )
        heard, _ = await typed(bench, station, "B02", "get_base_report", {}, "GetBaseReport", **ACCEPTED)
        await send_parts(station, "NotifyReport", heard["request_id"], "reportData", ITEMS)
        report = await report_of(bench, "B02", heard["request_id"])
        accepted, asked = await both(
            bench.operator.post("/onboarding/stations/B02/accept"), station.answer("TriggerMessage", **ACCEPTED)
        )

        async def is_accepted() -> bool:
            return bool((await boot(station, "Triggered"))["status"] == "Accepted")

        await eventually(is_accepted)
        beat = await station.send("Heartbeat")

    assert first["status"] == "Pending"
    assert first["interval"] > 0
    assert len(report["content"]) == len(ITEMS)
    assert (accepted["boot_trigger"], asked) == ("Accepted", {"requestedMessage": "BootNotification"})
    assert beat["currentTime"]


@pytest.mark.parametrize(
    "names",
    [
        pytest.param([INTERVAL], marks=pytest.mark.ocpp("2.0.1", "TC_B_06_CSMS")),
        pytest.param([INTERVAL, POINT], marks=pytest.mark.ocpp("2.0.1", "TC_B_07_CSMS")),
    ],
    ids=["one", "several"],
)
async def test_variables_are_read(bench: Bench, names: list[tuple[str, str]]) -> None:
    name = f"B06-{len(names)}"
    results = [variable(*one) | {"attributeStatus": "Accepted", "attributeValue": "v"} for one in names]
    async with bench.station(name) as station:
        heard, asked = await typed(
            *(bench, station, name, "get_variables", {"names": [read(*one) for one in names]}, "GetVariables"),
            getVariableResult=results,
        )
        known = await bench.operator.get(f"/stations/{name}/variables")

    assert asked == {"getVariableData": [variable(*one) for one in names]}
    assert [(one["variable"], one["status"], one["value"]) for one in heard["results"]] == [
        (one[0], "Accepted", "v") for one in names
    ]
    assert {(one["variable"], one["component"]) for one in known} == set(names)


@pytest.mark.ocpp("2.0.1", "TC_B_08_CSMS")
async def test_read_is_split_where_the_station_takes_no_more(bench: Bench) -> None:
    limit = reported("ItemsPerMessage", "DeviceDataCtrlr", "4", instance="GetVariables")
    names = [{"variable": f"V{number}", "component": "Vendor"} for number in range(5)]
    async with bench.station("B08") as station:
        await send_parts(station, "NotifyReport", 1, "reportData", [limit])
        await report_of(bench, "B08", 1)

        async def answer() -> list[int]:
            sizes = []
            while sum(sizes) < len(names):
                asked = await station.asked("GetVariables")
                data = asked.payload["getVariableData"]
                sizes.append(len(data))
                await asked.answer(
                    getVariableResult=[one | {"attributeStatus": "Accepted", "attributeValue": "1"} for one in data]
                )
            return sizes

        heard, sizes = await both(
            bench.operator.post("/stations/B08/commands/get_variables", {"names": names}), answer()
        )

    assert sizes == [4, 1]
    assert [one["variable"] for one in heard["results"]] == [f"V{number}" for number in range(5)]


@pytest.mark.parametrize(
    "names",
    [
        pytest.param([INTERVAL], marks=pytest.mark.ocpp("2.0.1", "TC_B_09_CSMS")),
        pytest.param([INTERVAL, POINT], marks=pytest.mark.ocpp("2.0.1", "TC_B_10_CSMS")),
    ],
    ids=["one", "several"],
)
async def test_variables_are_set(bench: Bench, names: list[tuple[str, str]]) -> None:
    name = f"B09-{len(names)}"
    statuses = ["Accepted", "RebootRequired"][: len(names)]
    results = [variable(*one) | {"attributeStatus": status_of} for one, status_of in zip(names, statuses, strict=True)]
    body = {"assignments": [read(*one) | {"value": "42"} for one in names]}
    async with bench.station(name) as station:
        heard, asked = await typed(
            bench, station, name, "set_variables", body, "SetVariables", setVariableResult=results
        )
        known = await bench.operator.get(f"/stations/{name}/variables")

    assert asked == {"setVariableData": [variable(*one) | {"attributeValue": "42"} for one in names]}
    assert [one["status"] for one in heard["results"]] == statuses
    assert {(one["variable"], one["value"], one["needs_reboot"]) for one in known} == {
        (one[0], "42", status_of == "RebootRequired") for one, status_of in zip(names, statuses, strict=True)
    }


@pytest.mark.parametrize(
    "base",
    [
        pytest.param("ConfigurationInventory", marks=pytest.mark.ocpp("2.0.1", "TC_B_12_CSMS")),
        pytest.param("FullInventory", marks=pytest.mark.ocpp("2.0.1", "TC_B_13_CSMS")),
        pytest.param("SummaryInventory", marks=pytest.mark.ocpp("2.0.1", "TC_B_14_CSMS")),
    ],
)
async def test_base_report(bench: Bench, base: str) -> None:
    name = f"B12-{base[:4]}"
    async with bench.station(name) as station:
        heard, asked = await typed(bench, station, name, "get_base_report", {"base": base}, "GetBaseReport", **ACCEPTED)
        await send_parts(station, "NotifyReport", asked["requestId"], "reportData", ITEMS[:1], ITEMS[1:2], ITEMS[2:])
        report = await report_of(bench, name, asked["requestId"])
        known = await bench.operator.get(f"/stations/{name}/variables")

    assert asked["reportBase"] == base
    assert (heard["status"], heard["request_id"]) == ("Accepted", asked["requestId"])
    assert (report["kind"], report["parts"], report["seq_nos"]) == ("variables", 3, [0, 1, 2])
    assert [one["name"]["variable"] for one in report["content"]] == [one["variable"]["name"] for one in ITEMS]
    assert {(one["component"], one["variable"], one["evse"], one["value"]) for one in known} == {
        ("OCPPCommCtrlr", "HeartbeatInterval", None, "300"),
        ("EVSE", "Available", 1, "true"),
        ("TxCtrlr", "TxStartPoint", None, "Authorized"),
    }


@pytest.mark.ocpp("2.0.1", "TC_B_18_CSMS")
async def test_custom_report(bench: Bench) -> None:
    selected = [{"component": "EVSE", "evse": 1, "variable": "AvailabilityState"}]
    body = {"criteria": ["Available"], "variables": selected}
    async with bench.station("B18") as station:
        heard, asked = await typed(bench, station, "B18", "get_report", body, "GetReport", **ACCEPTED)
        item = reported("AvailabilityState", "EVSE", "Available", evse=1)
        await send_parts(station, "NotifyReport", asked["requestId"], "reportData", [item])
        report = await report_of(bench, "B18", asked["requestId"])
        none, again = await typed(bench, station, "B18", "get_report", body, "GetReport", status="EmptyResultSet")
        empty = await report_of(bench, "B18", again["requestId"])

    wanted = {"componentCriteria": ["Available"], "componentVariable": [variable("AvailabilityState", "EVSE", evse=1)]}
    assert asked == wanted | {"requestId": heard["request_id"]}
    assert [one["attributes"][0]["value"] for one in report["content"]] == ["Available"]
    assert (none["status"], empty["content"], empty["parts"]) == ("EmptyResultSet", [], 0)


async def reset(
    bench: Bench, station: WireStation, name: str, kind: str, answer: str, *, evse: int | None = None
) -> Any:
    """Reset by REST: what the station was asked. The operator heard its answer."""
    body = {"kind": kind} if evse is None else {"kind": kind, "evse": evse}
    heard, asked = await typed(bench, station, name, "reset", body, "Reset", status=answer)
    assert heard["status"] == answer
    return asked


async def boot_again(bench: Bench, name: str) -> None:
    async with wire_station(bench.url(name), version="2.0.1") as station:
        answer = await boot(station, "RemoteReset")
        await status(station, "Available")

    assert answer["status"] == "Accepted"


@pytest.mark.ocpp("2.0.1", "TC_B_20_CSMS")
async def test_idle_station_is_reset(bench: Bench) -> None:
    async with bench.station("B20") as station:
        asked = await reset(bench, station, "B20", "OnIdle", "Accepted")
    await boot_again(bench, "B20")

    assert asked == {"type": "OnIdle"}


@pytest.mark.ocpp("2.0.1", "TC_B_21_CSMS")
async def test_station_is_reset_once_its_session_has_ended(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("B21") as station:
        transaction = await charge(station, driver)
        asked = await reset(bench, station, "B21", "OnIdle", "Scheduled")
        await transaction.end("EVDeparted", reason="EVDisconnected", wh=1_000)
    await boot_again(bench, "B21")
    session = await bench.network.session_of("B21")

    assert asked == {"type": "OnIdle"}
    assert session["energy_wh"] == "1000"


@pytest.mark.ocpp("2.0.1", "TC_B_22_CSMS")
async def test_station_is_reset_at_once_and_its_session_ends(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("B22") as station:
        transaction = await charge(station, driver)
        asked = await reset(bench, station, "B22", "Immediate", "Accepted")
        await transaction.end("ResetCommand", reason="ImmediateReset", wh=700)
    await boot_again(bench, "B22")
    session = await bench.network.session_of("B22")

    assert asked == {"type": "Immediate"}
    assert session["energy_wh"] == "700"


@pytest.mark.ocpp("2.0.1", "TC_B_25_CSMS")
async def test_idle_evse_is_reset(bench: Bench) -> None:
    async with bench.station("B25") as station:
        asked = await reset(bench, station, "B25", "OnIdle", "Accepted", evse=1)
        await status(station, "Unavailable")
        await status(station, "Available")

    assert asked == {"type": "OnIdle", "evseId": 1}


@pytest.mark.ocpp("2.0.1", "TC_B_26_CSMS")
async def test_evse_is_reset_once_its_session_has_ended(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("B26") as station:
        transaction = await charge(station, driver)
        asked = await reset(bench, station, "B26", "OnIdle", "Scheduled", evse=1)
        await transaction.end("EVDeparted", reason="EVDisconnected", wh=1_000)
        await status(station, "Available")
    session = await bench.network.session_of("B26")

    assert asked == {"type": "OnIdle", "evseId": 1}
    assert session["energy_wh"] == "1000"


@pytest.mark.ocpp("2.0.1", "TC_B_27_CSMS")
async def test_evse_is_reset_at_once_and_its_session_ends(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("B27") as station:
        transaction = await charge(station, driver)
        asked = await reset(bench, station, "B27", "Immediate", "Accepted", evse=1)
        await transaction.end("ResetCommand", reason="ImmediateReset", wh=700)
        await status(station, "Available")
    session = await bench.network.session_of("B27")

    assert asked == {"type": "Immediate", "evseId": 1}
    assert session["energy_wh"] == "700"


@pytest.mark.parametrize("registration", ["Pending", "Rejected"])
@pytest.mark.ocpp("2.0.1", "TC_B_30_CSMS")
async def test_station_that_is_not_accepted_says_nothing_but_its_boot(bench: Bench, registration: str) -> None:
    url = await pending(bench, f"B30-{registration}", registration)
    async with wire_station(url, version="2.0.1") as station:
        answer = await boot(station)
        with pytest.raises(CallRefused) as refused:
            await status(station, "Available")

    assert answer["status"] == registration
    assert refused.value.code == "SecurityError"


@pytest.mark.ocpp("2.0.1", "TC_B_31_CSMS")
async def test_boot_is_triggered_before_the_station_is_accepted(bench: Bench) -> None:
    url = await pending(bench, "B31")
    async with wire_station(url, version="2.0.1") as station:
        first = await boot(station)
        await bench.network.online("B31")
        body = {"requested": "BootNotification"}
        heard, asked = await typed(bench, station, "B31", "trigger", body, "TriggerMessage", **ACCEPTED)
        again = await boot(station, "Triggered")

    assert (heard["status"], asked) == ("Accepted", {"requestedMessage": "BootNotification"})
    assert (first["status"], again["status"]) == ("Pending", "Pending")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("Accepted", marks=pytest.mark.ocpp("2.0.1", "TC_B_42_CSMS")),
        pytest.param("Failed", marks=pytest.mark.ocpp("2.0.1", "TC_B_44_CSMS")),
    ],
)
async def test_network_profile(bench: Bench, answer: str) -> None:
    name = f"B42-{answer}"
    body = {
        "slot": 1,
        "csms_url": "wss://csms.example/ocpp",
        "security_profile": 2,
        "interface": "Wired1",
        "message_timeout_s": 25,
    }
    async with bench.station(name) as station:
        heard, asked = await typed(
            bench, station, name, "set_network_profile", body, "SetNetworkProfile", status=answer
        )
        known = await bench.operator.get(f"/stations/{name}/network_profiles")

    assert asked == {
        "configurationSlot": 1,
        "connectionData": {
            "ocppVersion": "OCPP20",
            "ocppTransport": "JSON",
            "ocppCsmsUrl": "wss://csms.example/ocpp",
            "messageTimeout": 25,
            "securityProfile": 2,
            "ocppInterface": "Wired1",
        },
    }
    assert heard["status"] == answer
    assert [one["slot"] for one in known] == ([1] if answer == "Accepted" else [])


@pytest.mark.ocpp("2.0.1", "TC_B_58_CSMS")
async def test_subprotocol_is_chosen_and_an_unknown_one_is_not(bench: Bench) -> None:
    async with bench.station("B58"):
        pass
    url = bench.url("B58")
    offered = [Subprotocol("ocpp0.1"), Subprotocol("ocpp2.0.1"), Subprotocol("ocpp1.6")]
    async with connect(url, subprotocols=offered) as known:
        chosen = known.subprotocol
    async with connect(url, subprotocols=offered[:1]) as unknown:
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(unknown.recv(), 10)

    assert chosen == "ocpp2.0.1"
    assert unknown.subprotocol is None
