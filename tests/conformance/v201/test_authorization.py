"""OCPP 2.0.1, blocks C and D: who may charge, and the list of tokens that a station knows by heart."""

from datetime import timedelta
from typing import Any

import pytest

from tests.acceptance.network import Driver
from tests.conformance.conftest import Bench
from tests.conformance.v2x import ACCEPTED, Transaction, authorize, id_token, status
from tests.conformance.v201.typed import sessions_of, told
from tests.conformance.wire import WireStation, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

FAMILY = {"idToken": "FAMILY", "type": "Central"}


async def family(bench: Bench, *values: str, group: str = "FAMILY") -> Driver:
    """A driver whose tokens of these values are of one group."""
    driver = await bench.network.add_driver()
    for value in values:
        await driver.client.post("/me/tokens", {"value": value, "group": group})
    return driver


@pytest.mark.ocpp("2.0.1", "TC_C_02_CSMS")
async def test_unknown_token_is_unknown_and_makes_no_session(bench: Bench) -> None:
    async with bench.station("C02") as station:
        info = await authorize(station, "NOBODY-KNOWS-ME")

    assert info == {"status": "Unknown"}
    assert await sessions_of(bench, "C02") == []


@pytest.mark.ocpp("2.0.1", "TC_C_06_CSMS")
async def test_blocked_token_is_blocked(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    token = await driver.client.post("/me/tokens", {"value": "C06-BLOCKED"})
    await driver.client.post(f"/me/tokens/{token['token_id']}/block")
    async with bench.station("C06") as station:
        assert (await authorize(station, "C06-BLOCKED"))["status"] == "Blocked"


@pytest.mark.ocpp("2.0.1", "TC_C_07_CSMS")
async def test_expired_token_is_expired_and_its_cache_entry_too(bench: Bench) -> None:
    driver, expired_at = await bench.network.add_driver(), now(ago=timedelta(days=1))
    await driver.client.post("/me/tokens", {"value": "C07-EXPIRED", "expires_at": expired_at})
    async with bench.station("C07") as station:
        info = await authorize(station, "C07-EXPIRED")

    assert (info["status"], info["cacheExpiryDateTime"]) == ("Expired", expired_at)


@pytest.mark.ocpp("2.0.1", "TC_C_08_CSMS")
async def test_start_from_the_cache_is_judged_all_the_same(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("C08") as station:
        await status(station, "Occupied")
        transaction = Transaction(station)
        plugged = await transaction.start("CablePluggedIn", info={"chargingState": "EVConnected"})
        judged = await transaction.update("Authorized", token=driver.token)
        await transaction.update("ChargingStateChanged", info={"chargingState": "Charging"})
        await transaction.end(wh=1_000, token=driver.token)

    assert (plugged, judged) == ({}, {"idTokenInfo": {"status": "Accepted"}})
    assert (await bench.network.session_of("C08"))["energy_wh"] == "1000"


@pytest.mark.ocpp("2.0.1", "TC_C_20_CSMS")
async def test_cached_token_that_is_bad_by_now_is_refused_at_the_start(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    token = (await driver.client.get("/me/tokens"))[0]["token_id"]
    async with bench.station("C20") as station:
        assert (await authorize(station, driver.token))["status"] == "Accepted"
        await driver.client.post(f"/me/tokens/{token}/block")
        transaction = Transaction(station)
        started = await transaction.start(token=driver.token)
        ended = await transaction.end("Deauthorized", reason="DeAuthorized")

    assert (started["idTokenInfo"]["status"], ended) == ("Blocked", {})
    session = await bench.network.session_of("C20", state="unauthorised")
    assert session["driver_id"] is None


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("Accepted", marks=pytest.mark.ocpp("2.0.1", "TC_C_37_CSMS")),
        pytest.param("Rejected", marks=pytest.mark.ocpp("2.0.1", "TC_C_38_CSMS")),
    ],
)
async def test_clear_the_cache(bench: Bench, answer: str) -> None:
    name = f"C37-{answer}"
    async with bench.station(name) as station:
        heard, asked = await told(bench, station, name, "clear_cache", {}, "ClearCache", status=answer)

    assert (heard["status"], asked) == (answer, {})


async def stop_by_a_sibling(bench: Bench, station: WireStation, starter: str, sibling: str) -> Any:
    """What the sibling heard."""
    transaction = Transaction(station)
    started = await transaction.start(token=starter)
    info = await authorize(station, sibling)
    await transaction.end(wh=2_000, token=sibling)
    assert started["idTokenInfo"]["groupIdToken"] == info["groupIdToken"]
    return info


@pytest.mark.ocpp("2.0.1", "TC_C_39_CSMS")
async def test_token_of_the_same_group_stops_the_session(bench: Bench) -> None:
    await family(bench, "C39-ONE", "C39-TWO")
    async with bench.station("C39") as station:
        info = await stop_by_a_sibling(bench, station, "C39-ONE", "C39-TWO")

    assert info == {"status": "Accepted", "groupIdToken": FAMILY}
    session = await bench.network.session_of("C39")
    assert (session["energy_wh"], session["token"]) == ("2000", "…ONE")


@pytest.mark.ocpp("2.0.1", "TC_C_40_CSMS")
async def test_local_list_names_the_group(bench: Bench) -> None:
    await family(bench, "C40-ONE", "C40-TWO", group="FAMILY40")
    entries = [
        {"token": value, "token_type": "ISO14443", "status": "Accepted", "group": "FAMILY40"}
        for value in ("C40-ONE", "C40-TWO")
    ]
    async with bench.station("C40") as station:
        body = {"version": 1, "update": "Full", "entries": entries}
        heard, asked = await told(bench, station, "C40", "send_local_list", body, "SendLocalList", **ACCEPTED)
        await stop_by_a_sibling(bench, station, "C40-ONE", "C40-TWO")

    assert heard["status"] == "Accepted"
    group = {"idToken": "FAMILY40", "type": "Central"}
    assert [one["idTokenInfo"] for one in asked["localAuthorizationList"]] == [
        {"status": "Accepted", "groupIdToken": group}
    ] * 2
    assert (await bench.network.session_of("C40"))["energy_wh"] == "2000"


@pytest.mark.ocpp("2.0.1", "TC_C_43_CSMS")
async def test_member_of_the_group_with_a_bad_status_is_refused_by_list_and_by_us(bench: Bench) -> None:
    driver = await family(bench, "C43-ONE", "C43-TWO", group="FAMILY43")
    bad = next(one for one in await driver.client.get("/me/tokens") if one["mask"] == "…TWO")
    await driver.client.post(f"/me/tokens/{bad['token_id']}/block")
    entry = {"token": "C43-TWO", "token_type": "ISO14443", "status": "Invalid", "group": "FAMILY43"}
    async with bench.station("C43") as station:
        body = {"version": 1, "update": "Full", "entries": [entry]}
        _, asked = await told(bench, station, "C43", "send_local_list", body, "SendLocalList", **ACCEPTED)
        transaction = Transaction(station)
        await transaction.start(token="C43-ONE")
        assert (await authorize(station, "C43-TWO"))["status"] == "Blocked"
        await transaction.end(wh=500, token="C43-ONE")

    (listed,) = asked["localAuthorizationList"]
    assert (listed["idToken"]["idToken"], listed["idTokenInfo"]["status"]) == ("C43-TWO", "Invalid")
    assert (await bench.network.session_of("C43"))["energy_wh"] == "500"


async def with_two_evses(bench: Bench, name: str) -> None:
    plan = {"location_id": "yard", "security_profiles": [0], "evses": [{"evse": 1}, {"evse": 2}]}
    await bench.operator.put(f"/stations/{name}", plan)


async def stop_by_master(station: WireStation, transaction: Transaction, token: str, *, wh: float) -> None:
    ended = await transaction.end("StopAuthorized", reason="MasterPass", wh=wh, token=token)
    assert ended["idTokenInfo"]["status"] == "Accepted"


@pytest.mark.parametrize(
    ("name", "stopped"),
    [
        pytest.param("C47", 2, marks=pytest.mark.ocpp("2.0.1", "TC_C_47_CSMS")),
        pytest.param("C48", 1, marks=pytest.mark.ocpp("2.0.1", "TC_C_48_CSMS")),
        pytest.param("C49", 2, marks=pytest.mark.ocpp("2.0.1", "TC_C_49_CSMS")),
    ],
)
async def test_master_pass_stops_sessions_of_others(bench: Bench, name: str, stopped: int) -> None:
    master = f"MASTER-{name}"
    await bench.operator.post("/master-passes", {"value": master})
    drivers = [await bench.network.add_driver() for _ in range(2)]
    async with bench.station(name) as station:
        await with_two_evses(bench, name)
        running = []
        for evse, driver in enumerate(drivers, start=1):
            transaction = Transaction(station)
            await transaction.start(token=driver.token, evse={"id": evse, "connectorId": 1})
            running.append(transaction)
        info = await authorize(station, master)
        for number, transaction in enumerate(running[:stopped], start=1):
            await stop_by_master(station, transaction, master, wh=number * 1_000)
        for transaction, driver in list(zip(running, drivers, strict=True))[stopped:]:
            await transaction.end(wh=5_000, token=driver.token)
        await bench.network.session_of(name)

    assert info == {"status": "Accepted", "groupIdToken": {"idToken": "MASTERPASS", "type": "Central"}}
    by_id = {one["transaction_id"]: one for one in await sessions_of(bench, name)}
    ends = [by_id[transaction.id]["stopped_reason"] for transaction in running]
    assert ends == ["MasterPass"] * stopped + ["Local"] * (2 - stopped)
    for transaction, driver in zip(running, drivers, strict=True):
        assert by_id[transaction.id]["driver_id"] == (await driver.client.get("/me"))["account_id"]


def entry(value: str, status: str | None = "Accepted") -> dict[str, Any]:
    return {"token": value, "token_type": "ISO14443", "status": status}


def listed(value: str, status: str | None = "Accepted") -> dict[str, Any]:
    verdict = {} if status is None else {"idTokenInfo": {"status": status}}
    return {"idToken": id_token(value)} | verdict


async def send_list(bench: Bench, station: WireStation, name: str, version: int, update: str, *rows: Any) -> Any:
    body = {"version": version, "update": update, "entries": list(rows)}
    heard, asked = await told(bench, station, name, "send_local_list", body, "SendLocalList", **ACCEPTED)
    assert heard["status"] == "Accepted"
    return asked


@pytest.mark.ocpp("2.0.1", "TC_D_01_CSMS")
async def test_full_list(bench: Bench) -> None:
    async with bench.station("D01") as station:
        asked = await send_list(bench, station, "D01", 1, "Full", entry("D01-A"), entry("D01-B", "Blocked"))
        version, _ = await told(
            bench, station, "D01", "get_local_list_version", {}, "GetLocalListVersion", versionNumber=1
        )

    assert asked == {
        "versionNumber": 1,
        "updateType": "Full",
        "localAuthorizationList": [listed("D01-A"), listed("D01-B", "Blocked")],
    }
    assert version["version"] == 1


@pytest.mark.ocpp("2.0.1", "TC_D_02_CSMS")
async def test_differential_list_has_a_higher_version(bench: Bench) -> None:
    async with bench.station("D02") as station:
        first = await send_list(bench, station, "D02", 4, "Full", entry("D02-A"))
        asked = await send_list(bench, station, "D02", 5, "Differential", entry("D02-B"), entry("D02-A", "Blocked"))

    assert asked["versionNumber"] > first["versionNumber"]
    assert asked["updateType"] == "Differential"
    assert asked["localAuthorizationList"] == [listed("D02-B"), listed("D02-A", "Blocked")]


@pytest.mark.ocpp("2.0.1", "TC_D_03_CSMS")
async def test_differential_list_removes_what_has_no_verdict(bench: Bench) -> None:
    async with bench.station("D03") as station:
        await send_list(bench, station, "D03", 1, "Full", entry("D03-A"))
        asked = await send_list(bench, station, "D03", 2, "Differential", entry("D03-A", None))

    assert asked["localAuthorizationList"] == [listed("D03-A", None)]


@pytest.mark.ocpp("2.0.1", "TC_D_04_CSMS")
async def test_full_list_without_entries_is_an_empty_one(bench: Bench) -> None:
    async with bench.station("D04") as station:
        asked = await send_list(bench, station, "D04", 2, "Full")

    assert asked == {"versionNumber": 2, "updateType": "Full"}


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(7, marks=pytest.mark.ocpp("2.0.1", "TC_D_08_CSMS")),
        pytest.param(0, marks=pytest.mark.ocpp("2.0.1", "TC_D_09_CSMS")),
    ],
)
async def test_version_of_the_list(bench: Bench, number: int) -> None:
    name = f"D08-{number}"
    async with bench.station(name) as station:
        heard, asked = await told(
            bench, station, name, "get_local_list_version", {}, "GetLocalListVersion", versionNumber=number
        )

    assert (heard["version"], asked) == (number, {})
