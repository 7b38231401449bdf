"""One charge, end to end, by stations that share no code with ours: paid, with the right energy and the right price."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from chargeyard.rest import RestClient, RestRefused
from tests.acceptance.independent import independent_station
from tests.acceptance.network import DECLINED_CARD, Network, eventually, read_events

pytestmark = pytest.mark.asyncio(loop_scope="module")

VERSIONS = pytest.mark.parametrize("version", ["1.6", "2.0.1"])
STATION_PASSWORD = "0123456789abcdef0123"  # of stations that live as long as a test


@pytest.mark.ocpp("1.6", "TC_004_1_CSMS")
@VERSIONS
async def test_charge_by_card_is_paid(network: Network, version: str) -> None:
    name = f"RFID-{version}"
    await network.add_station(name, password=STATION_PASSWORD)
    driver = await network.add_driver()
    async with independent_station(network.platform.station_url, name, version, password=STATION_PASSWORD) as station:
        assert await station.boot() == "Accepted"
        assert await station.authorize(driver.token) == "Accepted"
        assert await station.begin(driver.token, meter_wh=1_000) == "Accepted"
        await station.report(6_000)
        await station.end(driver.token, meter_wh=12_345)

    session = await network.session_of(name)
    receipt = await network.receipt(session["id"])

    assert session["energy_wh"] == "11345"
    assert receipt["invoice"]["total_incl_vat"] == "5.67"
    assert receipt["invoice"]["state"] == "paid"
    assert [payment["amount"] for payment in receipt["payments"]] == ["5.67"]
    own = await driver.client.get(f"/billing/receipts/{session['id']}")
    assert own["payments"][0]["card"] == "visa …4242"


@pytest.mark.ocpp("1.6", "TC_010_CSMS")
@VERSIONS
async def test_charge_by_app_is_held_started_watched_stopped_and_paid(network: Network, version: str) -> None:
    name = f"APP-{version}"
    await network.add_station(name)
    driver = await network.add_driver()
    async with independent_station(network.platform.station_url, name, version) as station:
        await station.boot()
        await network.online(name)
        nearby = await driver.client.get("/stations/nearby", lat=52.5, lon=13.4)
        place = next(one for one in nearby if one["station_id"] == name)
        asked = asyncio.create_task(
            driver.client.post("/sessions", {"station_id": name, "evse": 1}, key=f"start-{name}")
        )
        token = await asyncio.wait_for(station.remote_start, 10)
        intent = await asked
        assert await station.authorize(token) == "Accepted" if version == "1.6" else True
        assert await station.begin(token, meter_wh=500) == "Accepted"
        session = await network.session_of(name, state="charging")
        watching = asyncio.create_task(watch(driver.client, session["id"], until="completed"))
        await eventually(lambda: shown(station, driver.client, session["id"]))
        stopped = await driver.client.post(f"/sessions/{session['id']}/stop")
        assert str(await asyncio.wait_for(station.remote_stop, 10)) == session["transaction_id"]
        await station.end(token, meter_wh=20_500)
        events = await asyncio.wait_for(watching, 15)

    receipt = await network.receipt(session["id"])
    claimed = await driver.client.get(f"/sessions/intents/{intent['id']}")

    assert Decimal(place["evses"][0]["price"]["per_kwh"]) == Decimal("0.50")
    assert intent["state"] == "commanded"
    assert (claimed["state"], claimed["session_id"]) == ("started", session["id"])
    assert stopped["state"] == "charging"
    kinds = [kind for kind, _ in events]
    assert kinds[0] == "started"
    assert "updated" in kinds
    assert Decimal(events[-1][1]["energy_wh"]) == 20_000
    assert receipt["invoice"]["total_incl_vat"] == "10.00"
    assert receipt["invoice"]["state"] == "paid"


async def shown(station: Any, client: RestClient, session_id: str) -> bool:
    """Whether the running session shows energy and its cost by the same price as the bill."""
    await station.report(4_500)
    session = await client.get(f"/sessions/{session_id}")
    return bool(session["energy_wh"] == "4000" and session["cost_incl_vat"] == "2.00")


async def watch(client: RestClient, session_id: str, *, until: str) -> list[tuple[str, dict[str, Any]]]:
    """The session's events as SSE tells them, up to and with the first of kind `until`."""
    events: list[tuple[str, dict[str, Any]]] = []
    async with client.stream(f"/sessions/{session_id}/events", last_event_id="0") as stream:
        async for kind, data in read_events(stream):
            events.append((kind, data))
            if kind == until:
                return events
    return events


@VERSIONS
async def test_declined_card_leaves_an_open_invoice_and_the_session_stands(network: Network, version: str) -> None:
    name = f"DECLINED-{version}"
    await network.add_station(name)
    driver = await network.add_driver(card=DECLINED_CARD)
    async with independent_station(network.platform.station_url, name, version) as station:
        await station.boot()
        await station.begin(driver.token, meter_wh=0)
        await station.end(driver.token, meter_wh=2_000)

    session = await network.session_of(name)
    receipt = await network.receipt(session["id"])
    await driver.client.post("/billing/payment-methods", {"card_number": "4242424242424242"})
    await driver.client.post(f"/billing/invoices/{receipt['invoice']['id']}/pay", key=f"again-{name}")

    async def paid() -> bool:
        return bool((await network.receipt(session["id"]))["invoice"]["state"] == "paid")

    assert session["energy_wh"] == "2000"
    assert (receipt["invoice"]["state"], receipt["invoice"]["reason"]) == ("open", "card_declined")
    await eventually(paid)


async def test_declined_card_starts_nothing_by_app(network: Network) -> None:
    await network.add_station("HELD")
    driver = await network.add_driver(card=DECLINED_CARD)
    async with independent_station(network.platform.station_url, "HELD", "1.6") as station:
        await station.boot()
        await network.online("HELD")
        intent = await driver.client.post("/sessions", {"station_id": "HELD", "evse": 1}, key="held-start")

        assert intent["state"] == "failed"
        assert not station.remote_start.done()


@pytest.mark.ocpp("1.6", "TC_023_1_CSMS")
@VERSIONS
async def test_unknown_token_is_refused_and_never_billed(network: Network, version: str) -> None:
    name = f"UNKNOWN-{version}"
    await network.add_station(name)
    async with independent_station(network.platform.station_url, name, version) as station:
        await station.boot()
        assert await station.authorize("NOBODYS") in ("Invalid", "Unknown")
        assert await station.begin("NOBODYS", meter_wh=0) in ("Invalid", "Unknown")
        await station.end("NOBODYS", meter_wh=10)

    session = await network.session_of(name, state="unauthorised")
    invoices = await network.operator.get("/billing/invoices", limit=500)

    assert session["driver_id"] is None
    assert session["id"] not in {invoice["session_id"] for invoice in invoices["items"]}


async def test_start_at_an_offline_station_is_refused_at_once(network: Network) -> None:
    await network.add_station("OFFLINE")
    driver = await network.add_driver()

    with pytest.raises(RestRefused) as refused:
        await driver.client.post("/sessions", {"station_id": "OFFLINE", "evse": 1}, key="offline-start")

    assert refused.value.status == 409


@pytest.mark.slow
async def test_start_that_nobody_plugs_in_for_expires(network: Network) -> None:
    await network.add_station("NOBODY")
    driver = await network.add_driver()
    async with independent_station(network.platform.station_url, "NOBODY", "1.6") as station:
        await station.boot()
        await network.online("NOBODY")
        intent = await driver.client.post("/sessions", {"station_id": "NOBODY", "evse": 1}, key="nobody-start")

        async def expired() -> bool:
            return bool((await driver.client.get(f"/sessions/intents/{intent['id']}"))["state"] == "expired")

        await eventually(expired, within_s=30)


@pytest.mark.ocpp("1.6", "TC_013_CSMS")
@pytest.mark.ocpp("1.6", "TC_014_CSMS")
@pytest.mark.ocpp("1.6", "TC_019_2_CSMS")
@VERSIONS
async def test_operators_commands_reach_the_station_and_its_answers_come_back(network: Network, version: str) -> None:
    name = f"COMMANDED-{version}"
    await network.add_station(name)
    component = "" if version == "1.6" else "OCPPCommCtrlr"
    names = [{"variable": variable, "component": component} for variable in ("HeartbeatInterval", "NoSuchThing")]
    commands = f"/stations/{name}/commands"
    async with independent_station(network.platform.station_url, name, version) as station:
        await station.boot()
        await network.online(name)
        hard = await network.operator.post(f"{commands}/reset", {"kind": "Immediate"})
        soft = await network.operator.post(f"{commands}/reset", {"kind": "OnIdle"})
        heartbeat = await network.operator.post(f"{commands}/trigger", {"requested": "Heartbeat"})
        firmware = await network.operator.post(f"{commands}/trigger", {"requested": "FirmwareStatusNotification"})
        variables = await network.operator.post(f"{commands}/get_variables", {"names": names})

    assert (hard["status"], soft["status"]) == ("Accepted", "Rejected")
    assert (heartbeat["status"], firmware["status"]) == ("Accepted", "NotImplemented")
    known, unknown = variables["results"]
    assert (known["variable"], known["status"], known["value"]) == ("HeartbeatInterval", "Accepted", "300")
    assert (unknown["variable"], unknown["status"]) == ("NoSuchThing", "UnknownVariable")
