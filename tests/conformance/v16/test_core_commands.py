"""OCPP 1.6 core, from the operator's side: resets, locks and configuration keys."""

import pytest

from chargeyard.rest import RestRefused
from tests.conformance.conftest import Bench
from tests.conformance.wire import both, wire_station

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACCEPTED = {"status": "Accepted"}


@pytest.mark.ocpp("1.6", "TC_061_CSMS")
async def test_clear_the_authorization_cache(bench: Bench) -> None:
    async with bench.station("CACHE") as station:
        asked = await bench.exchange(station, "CACHE", "ClearCache", {}, ACCEPTED)

    assert asked == {}


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("Hard", marks=pytest.mark.ocpp("1.6", "TC_013_CSMS")),
        pytest.param("Soft", marks=pytest.mark.ocpp("1.6", "TC_014_CSMS")),
    ],
)
async def test_reset(bench: Bench, kind: str) -> None:
    name = f"RESET-{kind}"
    async with bench.station(name) as station:
        asked = await bench.exchange(station, name, "Reset", {"type": kind}, ACCEPTED)
    async with wire_station(bench.url(name)) as station:
        boot = await station.send("BootNotification", chargePointVendor="Wire", chargePointModel="Bench")

    assert asked == {"type": kind}
    assert boot["status"] == "Accepted"


@pytest.mark.parametrize(
    ("connector", "answer"),
    [
        pytest.param(1, "Unlocked", marks=pytest.mark.ocpp("1.6", "TC_017_1_CSMS")),
        pytest.param(1, "NotSupported", marks=pytest.mark.ocpp("1.6", "TC_017_2_CSMS")),
        pytest.param(1, "UnlockFailed", marks=pytest.mark.ocpp("1.6", "TC_030_CSMS")),
        pytest.param(9, "NotSupported", marks=pytest.mark.ocpp("1.6", "TC_031_CSMS")),
    ],
)
async def test_unlock_without_a_session(bench: Bench, connector: int, answer: str) -> None:
    name = f"UNLOCK-{connector}-{answer}"
    async with bench.station(name) as station:
        asked = await bench.exchange(station, name, "UnlockConnector", {"connectorId": connector}, {"status": answer})
        alive = await station.send("Heartbeat")

    assert asked == {"connectorId": connector}
    assert alive


INTERVAL = {"key": "HeartbeatInterval", "readonly": False, "value": "300"}
PROFILES = {"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core"}


@pytest.mark.ocpp("1.6", "TC_019_1_CSMS")
async def test_read_all_configuration_keys(bench: Bench) -> None:
    async with bench.station("KEYS") as station:
        asked = await bench.exchange(
            station, "KEYS", "GetConfiguration", {}, {"configurationKey": [INTERVAL, PROFILES]}
        )

    assert asked.get("key", []) == []


@pytest.mark.ocpp("1.6", "TC_019_2_CSMS")
async def test_read_one_configuration_key(bench: Bench) -> None:
    async with bench.station("KEY") as station:
        asked = await bench.exchange(
            station,
            "KEY",
            "GetConfiguration",
            {"key": ["SupportedFeatureProfiles"]},
            {"configurationKey": [PROFILES]},
        )

    assert asked == {"key": ["SupportedFeatureProfiles"]}


@pytest.mark.parametrize(
    ("key", "value", "answer"),
    [
        pytest.param("MeterValueSampleInterval", "60", "Accepted", marks=pytest.mark.ocpp("1.6", "TC_021_CSMS")),
        pytest.param("NoSuchKey", "1", "NotSupported", marks=pytest.mark.ocpp("1.6", "TC_040_1_CSMS")),
        pytest.param("MeterValueSampleInterval", "-1", "Rejected", marks=pytest.mark.ocpp("1.6", "TC_040_2_CSMS")),
    ],
)
async def test_change_configuration(bench: Bench, key: str, value: str, answer: str) -> None:
    name = f"CHANGE-{answer}"
    async with bench.station(name) as station:
        asked = await bench.exchange(
            station, name, "ChangeConfiguration", {"key": key, "value": value}, {"status": answer}
        )

    assert asked == {"key": key, "value": value}


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        pytest.param("RemoteStartTransaction", {"idTag": "CARD"}, marks=pytest.mark.ocpp("1.6", "TC_026_CSMS")),
        pytest.param("RemoteStopTransaction", {"transactionId": 7}, marks=pytest.mark.ocpp("1.6", "TC_028_CSMS")),
    ],
)
async def test_remote_command_that_the_station_rejects(bench: Bench, action: str, payload: dict[str, object]) -> None:
    async with bench.station(f"REJECT-{action}") as station:
        asked = await bench.exchange(station, f"REJECT-{action}", action, payload, {"status": "Rejected"})
        alive = await station.send("Heartbeat")

    assert asked == payload
    assert alive


async def test_callerror_of_a_station_is_a_problem(bench: Bench) -> None:
    async with bench.station("ERROR") as station:

        async def refuse() -> None:
            await (await station.asked("ClearCache")).refuse("NotSupported", "no cache here")

        with pytest.raises(RestRefused) as refused:
            await both(bench.command("ERROR", "ClearCache"), refuse())

    assert refused.value.status == 502
    assert "NotSupported" in refused.value.detail
