"""OCPP 2.1 provisioning and remote control: profiles with an identity, resets that resume, triggers of vendors."""

import json
from typing import Any

import pytest

from tests.conformance.conftest import Bench
from tests.conformance.v2x import ACCEPTED, charge

pytestmark = pytest.mark.asyncio(loop_scope="module")

PASSWORD = "a-new-password-of-32-characters!"
PROFILE = {
    "configurationSlot": 2,
    "connectionData": {
        "ocppInterface": "Any",
        "ocppTransport": "JSON",
        "messageTimeout": 30,
        "ocppCsmsUrl": "wss://csms.example/ocpp",
        "securityProfile": 2,
        "ocppVersion": "OCPP21",
        "identity": "CP-NEW",
        "basicAuthPassword": PASSWORD,
    },
}
RESUME = {"type": "ImmediateAndResume"}
LIMIT = {
    "id": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": [
        {
            "id": 1,
            "startSchedule": "2026-11-01T00:00:00Z",
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 7_000.0}],
        }
    ],
}


@pytest.mark.ocpp("2.1", "TC_B_100_CSMS")
async def test_network_profile_has_an_identity_and_a_password_that_stays_secret(bench: Bench) -> None:
    async with bench.station("NET") as station:
        asked = await bench.exchange(station, "NET", "SetNetworkProfile", PROFILE, ACCEPTED)
        commands = await bench.operator.get("/stations/NET/commands")

    assert asked == PROFILE
    assert PASSWORD not in json.dumps(commands)


@pytest.mark.ocpp("2.1", "TC_B_105_CSMS")
async def test_network_configuration_is_written_by_variables(bench: Bench) -> None:
    values = {"OcppCsmsUrl": "wss://csms.example/ocpp", "Identity": "CP-NEW", "SecurityProfile": "2"}
    component = {"name": "NetworkConfiguration", "instance": "2"}
    payload = {
        "setVariableData": [
            {"component": component, "variable": {"name": name}, "attributeValue": value}
            for name, value in values.items()
        ]
    }
    answer = {
        "setVariableResult": [
            {"attributeStatus": "Accepted", "component": component, "variable": {"name": name}} for name in values
        ]
    }
    async with bench.station("NETVAR") as station:
        asked = await bench.exchange(station, "NETVAR", "SetVariables", payload, answer)

    assert asked == payload


@pytest.mark.ocpp("2.1", "TC_B_104_CSMS")
async def test_reset_that_would_resume_while_idle(bench: Bench) -> None:
    async with bench.station("IDLE") as station:
        asked = await bench.exchange(station, "IDLE", "Reset", RESUME, ACCEPTED)
        await bench.boot(station)

    assert asked == RESUME


@pytest.mark.parametrize(
    "profile",
    [
        pytest.param(None, marks=pytest.mark.ocpp("2.1", "TC_B_103_CSMS")),
        pytest.param(LIMIT, marks=pytest.mark.ocpp("2.1", "TC_B_116_CSMS")),
    ],
    ids=["without a profile", "with a profile"],
)
async def test_session_goes_on_after_the_reset(bench: Bench, profile: dict[str, Any] | None) -> None:
    name = "RESUME1" if profile else "RESUME0"
    driver = await bench.network.add_driver()
    async with bench.station(name) as station:
        if profile is not None:
            limit = {"evseId": 1, "chargingProfile": profile}
            await bench.exchange(station, name, "SetChargingProfile", limit, ACCEPTED)
        transaction = await charge(station, driver)
        asked = await bench.exchange(station, name, "Reset", RESUME, ACCEPTED)
        await transaction.update("ResetCommand", info={"chargingState": "SuspendedEVSE"}, wh=1_000)
        await bench.boot(station)
        await transaction.update("TxResumed", info={"chargingState": "Charging"}, wh=1_000)
        await transaction.end(wh=3_000)

    session = await bench.network.session_of(name)
    assert asked == RESUME
    assert (session["energy_wh"], session["transaction_id"]) == ("3000", transaction.id)


@pytest.mark.ocpp("2.1", "TC_F_100_CSMS")
async def test_trigger_of_a_vendors_own(bench: Bench) -> None:
    order = {"requestedMessage": "CustomTrigger", "customTrigger": "SelfTest"}
    async with bench.station("CUSTOM") as station:
        asked = await bench.exchange(station, "CUSTOM", "TriggerMessage", order, ACCEPTED)

    assert asked == order


@pytest.mark.ocpp("2.1", "TC_E_113_CSMS")
async def test_transaction_is_resumed_after_an_interruption(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("POWER") as station:
        transaction = await charge(station, driver)
        await transaction.update(wh=1_500)
    async with bench.connect("POWER") as station:
        await bench.boot(station)
        transaction.move_to(station)
        await transaction.update("TxResumed", info={"chargingState": "Charging"}, wh=1_500)
        await transaction.end(wh=4_000)

    assert (await bench.network.session_of("POWER"))["energy_wh"] == "4000"


@pytest.mark.ocpp("2.1", "TC_E_117_CSMS")
async def test_profile_is_set_again_for_a_transaction_that_was_resumed(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("AGAIN") as station:
        transaction = await charge(station, driver)
    async with bench.connect("AGAIN") as station:
        await bench.boot(station)
        transaction.move_to(station)
        await transaction.update("TxResumed", info={"chargingState": "Charging"}, wh=0)
        own = LIMIT | {"chargingProfilePurpose": "TxProfile", "transactionId": transaction.id}
        limit = {"evseId": 1, "chargingProfile": own}
        asked = await bench.exchange(station, "AGAIN", "SetChargingProfile", limit, ACCEPTED)
        await transaction.end(wh=100)

    assert asked == limit
