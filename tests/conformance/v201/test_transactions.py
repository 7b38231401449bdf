"""OCPP 2.0.1, blocks E and J: transactions with every point of start and stop, and the readings in and beside them.

Where a transaction starts and stops is the station's configuration: each case is what the station then says.
"""

from decimal import Decimal
from typing import Any

import pytest

from tests.acceptance.network import Driver, eventually
from tests.conformance.conftest import Bench
from tests.conformance.v2x import EVSE, Transaction, authorize, charge, register, status
from tests.conformance.v201.typed import sessions_of, told
from tests.conformance.wire import WireStation, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACCEPTED_TOKEN = {"idTokenInfo": {"status": "Accepted"}}


def case(name: str, *values: Any) -> Any:
    """A row of a table: the case that its station is named after."""
    return pytest.param(name, *values, marks=pytest.mark.ocpp("2.0.1", f"TC_{name[0]}_{name[1:]}_CSMS"))


def state(word: str) -> dict[str, Any]:
    return {"chargingState": word}


async def completed(bench: Bench, name: str, transaction: Transaction, driver: Driver, *, wh: int) -> dict[str, Any]:
    """The transaction's session: of this driver, with this energy, priced."""
    session = await bench.network.session_of(name)
    assert (session["transaction_id"], session["energy_wh"]) == (transaction.id, str(wh))
    assert session["driver_id"] == (await driver.client.get("/me"))["account_id"]
    assert Decimal(session["cost_incl_vat"]) == Decimal(wh) / 2000
    return session


@pytest.mark.parametrize(
    ("name", "trigger", "charging_state", "has_token"),
    [
        case("E01", "ChargingStateChanged", "SuspendedEVSE", True),
        case("E02", "ChargingStateChanged", "Charging", True),
        case("E09", "CablePluggedIn", "EVConnected", False),
        case("E10", "Authorized", "Idle", True),
        case("E11", "SignedDataReceived", "EVConnected", True),
        case("E12", "EVDetected", "Idle", False),
    ],
)
async def test_start_at_every_point(
    bench: Bench, name: str, trigger: str, charging_state: str, has_token: bool
) -> None:
    driver = await bench.network.add_driver()
    async with bench.station(name) as station:
        transaction = Transaction(station)
        token = {"token": driver.token} if has_token else {}
        started = await transaction.start(trigger, info=state(charging_state), **token)
        if not has_token:
            assert await transaction.update("Authorized", token=driver.token) == ACCEPTED_TOKEN
        await transaction.update("ChargingStateChanged", info=state("Charging"))
        await transaction.end(wh=3_000, token=driver.token)

    assert started == (ACCEPTED_TOKEN if has_token else {})
    await completed(bench, name, transaction, driver, wh=3_000)


@pytest.mark.ocpp("2.0.1", "TC_E_03_CSMS")
async def test_cable_first(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("E03") as station:
        await status(station, "Occupied")
        transaction = Transaction(station)
        plugged = await transaction.start("CablePluggedIn", info=state("EVConnected"))
        assert (await authorize(station, driver.token))["status"] == "Accepted"
        authorized = await transaction.update("Authorized", token=driver.token, info=state("EVConnected"))
        charging = await transaction.update("ChargingStateChanged", info=state("Charging"))
        running = await bench.network.session_of("E03", state="charging")
        await transaction.end(wh=4_000, token=driver.token)
        await status(station, "Available")

    assert (plugged, authorized, charging) == ({}, ACCEPTED_TOKEN, {})
    assert running["transaction_id"] == transaction.id
    await completed(bench, "E03", transaction, driver, wh=4_000)


@pytest.mark.ocpp("2.0.1", "TC_E_04_CSMS")
async def test_token_first(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("E04") as station:
        assert (await authorize(station, driver.token))["status"] == "Accepted"
        transaction = Transaction(station)
        started = await transaction.say("Started", "Authorized", token=driver.token, info=state("Idle"))
        await status(station, "Occupied")
        plugged = await transaction.update("CablePluggedIn", info=state("EVConnected"), evse=EVSE, wh=0)
        await transaction.update("ChargingStateChanged", info=state("Charging"))
        await transaction.end(wh=4_000, token=driver.token)

    assert (started, plugged) == (ACCEPTED_TOKEN, {})
    await completed(bench, "E04", transaction, driver, wh=4_000)


@pytest.mark.ocpp("2.0.1", "TC_E_38_CSMS")
async def test_vehicle_that_is_not_ready_suspends_the_session(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("E38") as station:
        transaction = Transaction(station)
        await transaction.start(token=driver.token, info=state("EVConnected"))
        assert await transaction.update("ChargingStateChanged", info=state("SuspendedEV")) == {}
        await bench.network.session_of("E38", state="suspended")
        await transaction.update("ChargingStateChanged", info=state("Charging"))
        await bench.network.session_of("E38", state="charging")
        await transaction.end(wh=100, token=driver.token)

    await completed(bench, "E38", transaction, driver, wh=100)


@pytest.mark.parametrize(
    ("name", "trigger", "reason", "has_token"),
    [
        case("E07", "StopAuthorized", "Local", True),
        case("E08", "ChargingStateChanged", "Local", False),
        case("E14", "EVCommunicationLost", "EVDisconnected", False),
        case("E15", "StopAuthorized", "Local", True),
        case("E17", "EVCommunicationLost", "EVDisconnected", False),
        case("E19", "EVDeparted", "EVDisconnected", False),
        case("E20", "EVCommunicationLost", "EVDisconnected", False),
        case("E22", "ChargingStateChanged", "StoppedByEV", False),
    ],
)
async def test_stop_at_every_point(bench: Bench, name: str, trigger: str, reason: str, has_token: bool) -> None:
    driver = await bench.network.add_driver()
    async with bench.station(name) as station:
        transaction = await charge(station, driver)
        if name == "E08":
            assert await transaction.update("StopAuthorized", token=driver.token) == ACCEPTED_TOKEN
        if name in ("E17", "E20", "E22"):
            assert await transaction.update("ChargingStateChanged", info=state("SuspendedEV"), wh=2_500) == {}
        token = {"token": driver.token} if has_token else {}
        ended = await transaction.end(trigger, reason=reason, wh=2_500, **token)
        await status(station, "Available")

    assert ended.get("idTokenInfo") == (ACCEPTED_TOKEN["idTokenInfo"] if has_token else None)
    session = await completed(bench, name, transaction, driver, wh=2_500)
    assert session["stopped_reason"] == reason


@pytest.mark.ocpp("2.0.1", "TC_E_16_CSMS")
async def test_token_that_turns_out_invalid_ends_the_session_unpaid(bench: Bench) -> None:
    async with bench.station("E16") as station:
        transaction = Transaction(station)
        await transaction.start("CablePluggedIn", info=state("EVConnected"))
        refused = await transaction.update("Authorized", token="E16-NOBODY", info=state("Charging"))
        ended = await transaction.end("Deauthorized", reason="DeAuthorized", wh=10)

    assert refused["idTokenInfo"]["status"] == "Unknown"
    assert "totalCost" not in ended
    session = await bench.network.session_of("E16", state="unauthorised")
    assert (session["driver_id"], session["stopped_reason"]) == (None, "DeAuthorized")


@pytest.mark.ocpp("2.0.1", "TC_E_39_CSMS")
async def test_session_that_nobody_plugs_into_ends_by_its_time_out(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("E39") as station:
        assert (await authorize(station, driver.token))["status"] == "Accepted"
        transaction = Transaction(station)
        await transaction.start(token=driver.token, info=state("Idle"))
        assert "idTokenInfo" not in await transaction.end("EVConnectTimeout", reason="Timeout")

    session = await completed(bench, "E39", transaction, driver, wh=0)
    assert session["stopped_reason"] == "Timeout"


@pytest.mark.ocpp("2.0.1", "TC_E_21_CSMS")
async def test_session_is_stopped_from_afar(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("E21") as station:
        transaction = await charge(station, driver)
        body = {"transaction_id": transaction.id}
        heard, asked = await told(bench, station, "E21", "stop", body, "RequestStopTransaction", status="Accepted")
        await transaction.update("RemoteStop", info=state("EVConnected"))
        await transaction.end("RemoteStop", reason="Remote", wh=900)

    assert (heard["status"], asked) == ("Accepted", {"transactionId": transaction.id})
    session = await completed(bench, "E21", transaction, driver, wh=900)
    assert session["stopped_reason"] == "Remote"


@pytest.mark.ocpp("2.0.1", "TC_E_26_CSMS")
async def test_cable_that_is_pulled_only_suspends(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("E26") as station:
        transaction = await charge(station, driver)
        await transaction.update("EVCommunicationLost", info=state("Idle"), wh=700)
        await status(station, "Occupied")
        await bench.network.session_of("E26", state="suspended")
        await transaction.update("CablePluggedIn", info=state("EVConnected"))
        await transaction.update("ChargingStateChanged", info=state("Charging"))
        await bench.network.session_of("E26", state="charging")
        await transaction.end(wh=1_200, token=driver.token)

    await completed(bench, "E26", transaction, driver, wh=1_200)


async def ask_status(
    bench: Bench, station: WireStation, name: str, transaction: Transaction | None, **answer: bool
) -> dict[str, Any]:
    """What the operator heard of the transaction, or of any."""
    body = {} if transaction is None else {"transaction_id": transaction.id}
    heard, asked = await told(bench, station, name, "transaction_status", body, "GetTransactionStatus", **answer)
    assert asked == ({} if transaction is None else {"transactionId": transaction.id})
    return {"ongoing": heard["is_ongoing"], "queued": heard["has_messages"]}


@pytest.mark.parametrize(
    ("name", "queued"),
    [
        case("E29", True),
        case("E30", False),
    ],
)
async def test_status_of_a_transaction_that_goes_on(bench: Bench, name: str, queued: bool) -> None:
    driver = await bench.network.add_driver()
    async with bench.station(name) as station:
        transaction = await charge(station, driver)
        heard = await ask_status(bench, station, name, transaction, ongoingIndicator=True, messagesInQueue=queued)
        if queued:
            await transaction.update(wh=100, offline=True)
        await transaction.end(wh=200, token=driver.token)

    assert heard == {"ongoing": True, "queued": queued}
    await completed(bench, name, transaction, driver, wh=200)


@pytest.mark.ocpp("2.0.1", "TC_E_31_CSMS")
async def test_status_of_a_transaction_that_ended_while_offline(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("E31") as station:
        transaction = await charge(station, driver)
        heard = await ask_status(bench, station, "E31", transaction, ongoingIndicator=False, messagesInQueue=True)
        await transaction.update(wh=100, offline=True)
        await transaction.end("EVCommunicationLost", reason="EVDisconnected", wh=300, offline=True)
        await status(station, "Available")

    assert heard == {"ongoing": False, "queued": True}
    await completed(bench, "E31", transaction, driver, wh=300)


@pytest.mark.parametrize(
    ("name", "queued"),
    [
        case("E33", True),
        case("E34", False),
    ],
)
async def test_status_without_a_transaction(bench: Bench, name: str, queued: bool) -> None:
    driver = await bench.network.add_driver()
    async with bench.station(name) as station:
        transaction = await charge(station, driver)
        heard = await ask_status(bench, station, name, None, messagesInQueue=queued)
        await transaction.end(wh=100, offline=queued)

    assert heard == {"ongoing": None, "queued": queued}
    await completed(bench, name, transaction, driver, wh=100)


@pytest.mark.ocpp("2.0.1", "TC_E_53_CSMS")
async def test_numbers_begin_anew_with_each_session(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("E53") as station:
        for wh in (100, 200):
            transaction = await charge(station, driver)
            await transaction.end(wh=wh, token=driver.token)
            await completed(bench, "E53", transaction, driver, wh=wh)
        deviations = await bench.operator.get("/telemetry/stations/E53/deviations")

    assert len(await sessions_of(bench, "E53")) == 2
    assert deviations == []


async def readings_become(bench: Bench, name: str, values: set[str]) -> None:
    """The station's readings of the register, in Wh, are at least these."""

    async def are_there() -> bool:
        readings = await bench.operator.get(f"/telemetry/stations/{name}/readings", limit=500)
        return values <= {f"{float(one['value']):g}" for one in readings}

    await eventually(are_there, what=f"readings {values} of {name}")


def signed(wh: float, *, context: str) -> dict[str, Any]:
    value = register(wh, context=context)
    value["sampledValue"][0]["signedMeterValue"] = {
        "signedMeterData": "QUJD",
        "signingMethod": "ECDSA-secp256r1-SHA256",
        "encodingMethod": "OCMF",
        "publicKey": "MFkw",
    }
    return value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        case("J01", register(4_711, context="Sample.Clock")),
        case("J04", signed(4_711, context="Sample.Clock")),
    ],
)
async def test_clock_aligned_values_without_a_transaction(bench: Bench, name: str, value: dict[str, Any]) -> None:
    async with bench.station(name) as station:
        assert await station.send("MeterValues", evseId=1, meterValue=[value]) == {}
        assert await station.send("MeterValues", evseId=0, meterValue=[value]) == {}
        await readings_become(bench, name, {"4711"})
        deviations = await bench.operator.get(f"/telemetry/stations/{name}/deviations")

    assert deviations == []


@pytest.mark.parametrize(
    ("name", "trigger", "value"),
    [
        case("J02", "MeterValueClock", register(600, context="Sample.Clock")),
        case("J09", "MeterValuePeriodic", register(600)),
        case("J11", "MeterValuePeriodic", signed(600, context="Sample.Periodic")),
    ],
)
async def test_values_of_a_running_transaction(bench: Bench, name: str, trigger: str, value: dict[str, Any]) -> None:
    driver = await bench.network.add_driver()
    async with bench.station(name) as station:
        transaction = await charge(station, driver)
        assert await transaction.update(trigger, meterValue=[value | {"timestamp": now()}]) == {}
        await readings_become(bench, name, {"600"})
        await transaction.end(wh=900, token=driver.token)
        deviations = await bench.operator.get(f"/telemetry/stations/{name}/deviations")

    await completed(bench, name, transaction, driver, wh=900)
    assert deviations == []


@pytest.mark.parametrize(
    ("name", "context"),
    [
        case("J03", "Sample.Clock"),
        case("J10", "Sample.Periodic"),
    ],
)
async def test_values_that_come_with_the_end_and_the_one_that_decides(bench: Bench, name: str, context: str) -> None:
    driver = await bench.network.add_driver()
    async with bench.station(name) as station:
        transaction = await charge(station, driver)
        said = ((300, context), (800, "Transaction.End"), (700, context))
        values = [register(wh, context=word) for wh, word in said]
        for value, second in zip(values, ("01", "03", "02"), strict=True):
            value["timestamp"] = now()[:17] + f"{second}.000Z"
        assert "idTokenInfo" not in await transaction.end("EVDeparted", wh=None, meterValue=values)
        await readings_become(bench, name, {"300", "700", "800"})

    await completed(bench, name, transaction, driver, wh=800)


@pytest.mark.ocpp("2.0.1", "TC_J_07_CSMS")
async def test_values_that_come_with_the_start(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("J07") as station:
        transaction = Transaction(station)
        value = register(1_000, context="Transaction.Begin")
        assert await transaction.start(token=driver.token, wh=None, meterValue=[value]) == ACCEPTED_TOKEN
        await readings_become(bench, "J07", {"1000"})
        await transaction.end(wh=1_400, token=driver.token)

    await completed(bench, "J07", transaction, driver, wh=400)


@pytest.mark.ocpp("2.0.1", "TC_J_08_CSMS")
async def test_values_of_the_beginning_come_once_the_evse_is_known(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("J08") as station:
        plan = {"location_id": "yard", "security_profiles": [0], "evses": [{"evse": 1}, {"evse": 2}]}
        await bench.operator.put("/stations/J08", plan)
        transaction = Transaction(station)
        assert await transaction.say("Started", "Authorized", token=driver.token) == ACCEPTED_TOKEN
        begin = register(1_000, context="Transaction.Begin")
        evse = {"id": 2, "connectorId": 1}
        assert await transaction.update("CablePluggedIn", evse=evse, meterValue=[begin]) == {}
        await transaction.end(wh=1_600, token=driver.token)

    session = await completed(bench, "J08", transaction, driver, wh=600)
    assert session["evse"] == 2
