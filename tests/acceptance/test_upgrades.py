"""A station that learns a newer OCPP by firmware stays the same station: its name, its EVSE and its history."""

from typing import Any

import pytest

from tests.acceptance.network import Driver, Network, eventually
from tests.conformance import v2x
from tests.conformance.wire import WireStation, now, wire_station

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

NAME = "UPGRADED"


async def charge_by_16(station: WireStation, driver: Driver) -> str:
    await station.send("BootNotification", chargePointVendor="Wire", chargePointModel="Bench", firmwareVersion="1")
    started = await station.send("StartTransaction", connectorId=1, idTag=driver.token, meterStart=0, timestamp=now())
    number = started["transactionId"]
    await station.send("StopTransaction", transactionId=number, meterStop=1_000, timestamp=now())
    return str(number)


async def charge_by_2(station: WireStation, driver: Driver) -> str:
    model = {"vendorName": "Wire", "model": "Bench", "firmwareVersion": station.version}
    await station.send("BootNotification", chargingStation=model, reason="FirmwareUpdate")
    transaction = await v2x.charge(station, driver, wh=1_000)
    await transaction.end(wh=2_000)
    return transaction.id


async def test_station_moves_from_16_to_21_and_stays_itself(network: Network) -> None:
    driver = await network.add_driver()
    await network.add_station(NAME)
    seen: list[tuple[Any, Any]] = []
    transactions: list[str] = []
    for version in ("1.6", "2.0.1", "2.1"):
        async with wire_station(f"{network.platform.station_url}/{NAME}", version=version) as station:
            charged = await (charge_by_16 if version == "1.6" else charge_by_2)(station, driver)
            transactions.append(charged)

            async def is_known(version: str = version) -> dict[str, Any]:
                shown: dict[str, Any] = await network.operator.get(f"/stations/{NAME}")
                return shown if shown["version"] == version and shown["firmware_version"] else {}

            shown = await eventually(is_known, what=f"{NAME} speaking {version}")
            seen.append((shown["firmware_version"], [evse["evse"] for evse in shown["evses"]]))

    async def all_completed() -> list[dict[str, Any]]:
        sessions = (await network.operator.get("/sessions", limit=500))["items"]
        own = [one for one in sessions if one["station_id"] == NAME and one["state"] == "completed"]
        return own if len(own) == 3 else []

    sessions = await eventually(all_completed, what="three sessions of one station")
    assert seen == [("1", [1]), ("2.0.1", [1]), ("2.1", [1])]
    assert {one["transaction_id"] for one in sessions} == set(transactions)
    assert {(one["evse"], one["energy_wh"]) for one in sessions} == {(1, "1000")}
