"""One charge that a driver starts and stops by app, from the request to the receipt."""

import asyncio
from typing import Any

from tests.acceptance.independent import independent_station
from tests.acceptance.network import Network


async def charge_by_app(network: Network, station_id: str) -> dict[str, Any]:
    """The receipt of 20 kWh at a new station."""
    await network.add_station(station_id)
    driver = await network.add_driver()
    async with independent_station(network.platform.station_url, station_id, "2.0.1") as station:
        await station.boot()
        await network.online(station_id)
        body = {"station_id": station_id, "evse": 1}
        await driver.client.post("/sessions", body, key=f"start-{station_id}")
        token = await asyncio.wait_for(station.remote_start, 10)
        assert await station.begin(token, meter_wh=500) == "Accepted"
        session = await network.session_of(station_id, state="charging")
        await driver.client.post(f"/sessions/{session['id']}/stop")
        await asyncio.wait_for(station.remote_stop, 10)
        await station.end(token, meter_wh=20_500)
    return await network.receipt(session["id"])
