"""Parking, end to end and by REST alone: a sensor, a driver with an app, a price for staying too long, a receipt."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chargeyard.rest import RestRefused
from protocol.domain.time import format_timestamp
from tests.acceptance.independent import independent_station
from tests.acceptance.network import DECLINED_CARD, Network, eventually, read_events

pytestmark = pytest.mark.asyncio(loop_scope="module")

MAX_STAY = timedelta(hours=2)
NOW = datetime.now(UTC).replace(microsecond=0)
TARIFF: dict[str, Any] = {
    "id": "yard-parking",
    "currency": "EUR",
    "elements": [
        {
            "price_components": [{"type": "PARKING_TIME", "price": 6.00, "vat": 19.0, "step_size": 60}],
            "restrictions": {"min_duration": int(MAX_STAY.total_seconds())},
        },
        {"price_components": [{"type": "PARKING_TIME", "price": 2.00, "vat": 19.0, "step_size": 60}]},
    ],
}


async def add_bay(network: Network, bay_id: str, **traits: Any) -> None:
    """A free bay of the yard that is paid for by its time; its tariff has held since a week ago.

    Nobody may date a tariff back, so the database is told that it was published and assigned then.
    """
    body = {"location_id": "yard", "name": bay_id, "max_stay_s": int(MAX_STAY.total_seconds()), **traits}
    await network.operator.put(f"/bays/{bay_id}", body)
    await network.operator.put("/tariffs/yard-parking", TARIFF)
    known = (await network.operator.get("/tariffs/yard-parking/assignments"))["places"]
    places = [{"bay_id": place["bay_id"]} for place in known if place["bay_id"] != bay_id]
    await network.operator.put("/tariffs/yard-parking/assignments", {"places": [*places, {"bay_id": bay_id}]})
    database = await network.platform.servers.postgres.connect()
    try:
        week_ago = NOW - timedelta(days=7)
        await database.execute("UPDATE tariffs.scope_assignments SET valid_from = $1", week_ago)
        await database.execute(
            "UPDATE tariffs.tariff_versions SET valid_from = $1 WHERE tariff_id = 'yard-parking'", week_ago
        )
    finally:
        await database.close()


async def see(network: Network, bay_id: str, change: str, at: datetime, **fields: str) -> str:
    """A device says it; returns what it was taken for."""
    body = {"kind": "sensor", "change": change, "at": format_timestamp(at), **fields}
    return str((await network.operator.post(f"/bays/{bay_id}/events", body))["verdict"])


async def stay_in(network: Network, bay_id: str, **wanted: Any) -> dict[str, Any]:
    """The bay's newest stay, once it is as wanted."""

    async def found() -> dict[str, Any]:
        stays = (await network.operator.get("/parking-sessions", bay_id=bay_id))["items"]
        return stays[0] if stays and all(stays[0][name] == value for name, value in wanted.items()) else {}

    return await eventually(found, what=f"a stay in {bay_id} with {wanted}")


async def test_who_overstays_has_a_receipt_with_the_price_of_it(network: Network) -> None:
    await add_bay(network, "OVER")
    driver = await network.add_driver()
    came_at, left_at = NOW - timedelta(hours=6), NOW - timedelta(hours=3)

    free = await driver.client.get("/bays/OVER")
    assert await see(network, "OVER", "occupied", came_at) == "news"
    assert await see(network, "OVER", "occupied", came_at) == "repeated"
    await stay_in(network, "OVER", state="parked")
    claimed = await driver.client.post("/parking-sessions/claims", {"bay_id": "OVER"})
    overstays = await network.operator.get("/bays/overstays", location_id="yard")
    assert await see(network, "OVER", "vacated", left_at) == "news"
    stay = await stay_in(network, "OVER", state="completed")
    receipt = await network.receipt(stay["id"])

    assert (free["is_occupied"], free["state"]) == (False, "unknown")
    assert (claimed["id"], claimed["driver_id"]) == (stay["id"], driver.client.account_id)
    assert [row["bay_id"] for row in overstays["items"]] == ["OVER"]
    assert datetime.fromisoformat(stay["ended_at"]) - datetime.fromisoformat(stay["started_at"]) == left_at - came_at
    # Two hours at 2.00 and the third at 6.00, and 19 % on top.
    assert sorted((line["quantity"], line["amount_excl_vat"]) for line in stay["lines"]) == [
        ("1.000000", "6.0000"),
        ("2.000000", "4.0000"),
    ]
    assert (stay["cost_excl_vat"], stay["cost_incl_vat"]) == ("10.00", "11.90")
    invoice = receipt["invoice"]
    assert (invoice["kind"], invoice["bay_id"], invoice["location_id"]) == ("parking", "OVER", "yard")
    assert (invoice["total_incl_vat"], invoice["paid"], invoice["state"]) == ("11.90", "11.90", "paid")
    assert [payment["amount"] for payment in receipt["payments"]] == ["11.90"]
    own = await driver.client.get(f"/billing/receipts/{stay['id']}")
    assert own["payments"][0]["card"] == "visa …4242"
    assert [one["id"] for one in (await driver.client.get("/parking-sessions"))["items"]] == [stay["id"]]


async def test_stay_of_nobody_known_is_recorded_and_billed_to_nobody(network: Network) -> None:
    await add_bay(network, "NOBODYS")
    await see(network, "NOBODYS", "occupied", NOW - timedelta(hours=4))
    await see(network, "NOBODYS", "vacated", NOW - timedelta(hours=3))

    stay = await stay_in(network, "NOBODYS", state="completed")
    # One that is billed comes after it, so its invoice would have come too.
    await add_bay(network, "SOMEBODYS")
    driver = await network.add_driver()
    await see(network, "SOMEBODYS", "occupied", NOW - timedelta(hours=2))
    await stay_in(network, "SOMEBODYS", state="parked")
    await driver.client.post("/parking-sessions/claims", {"bay_id": "SOMEBODYS"})
    await see(network, "SOMEBODYS", "vacated", NOW - timedelta(hours=1))
    billed = await stay_in(network, "SOMEBODYS", state="completed")
    await network.receipt(billed["id"])

    invoices = (await network.operator.get("/billing/invoices", kind="parking", limit=500))["items"]
    assert (stay["driver_id"], stay["cost_incl_vat"]) == (None, "2.38")
    assert stay["id"] not in {invoice["session_id"] for invoice in invoices}
    with pytest.raises(RestRefused) as refused:
        await driver.client.get(f"/parking-sessions/{stay['id']}")
    assert refused.value.status == 404


async def test_a_card_that_declines_leaves_an_open_invoice_for_the_stay(network: Network) -> None:
    await add_bay(network, "DECLINED")
    driver = await network.add_driver(card=DECLINED_CARD)
    await see(network, "DECLINED", "occupied", NOW - timedelta(hours=2))
    await stay_in(network, "DECLINED", state="parked")
    await driver.client.post("/parking-sessions/claims", {"bay_id": "DECLINED"})
    await see(network, "DECLINED", "vacated", NOW - timedelta(hours=1))

    stay = await stay_in(network, "DECLINED", state="completed")
    receipt = await network.receipt(stay["id"])

    assert (receipt["invoice"]["state"], receipt["invoice"]["paid"]) == ("open", "0.00")
    assert (receipt["invoice"]["total_incl_vat"], receipt["payments"]) == ("2.38", [])


async def test_a_bay_has_one_driver_and_an_empty_one_none(network: Network) -> None:
    await add_bay(network, "TAKEN")
    first, second = await network.add_driver(), await network.add_driver()

    with pytest.raises(RestRefused) as empty:
        await first.client.post("/parking-sessions/claims", {"bay_id": "TAKEN"})
    await see(network, "TAKEN", "occupied", NOW - timedelta(minutes=10))
    await stay_in(network, "TAKEN", state="parked")
    await first.client.post("/parking-sessions/claims", {"bay_id": "TAKEN"})
    with pytest.raises(RestRefused) as taken:
        await second.client.post("/parking-sessions/claims", {"bay_id": "TAKEN"})

    assert (empty.value.status, taken.value.status) == (409, 409)
    assert "Nobody stands" in empty.value.detail
    assert "Another driver" in taken.value.detail


async def test_another_plate_is_another_stay(network: Network) -> None:
    await add_bay(network, "PLATES")
    for hours, plate in ((5, "B-AB 1"), (4, "b ab1"), (3, "B-CD 2")):
        await see(network, "PLATES", "occupied", NOW - timedelta(hours=hours), kind="plate", plate=plate)
    await see(network, "PLATES", "vacated", NOW - timedelta(hours=1), kind="barrier")

    await stay_in(network, "PLATES", state="completed", started_at=stamp(NOW - timedelta(hours=3)))

    async def both() -> list[dict[str, Any]]:
        stays: list[dict[str, Any]] = (await network.operator.get("/parking-sessions", bay_id="PLATES"))["items"]
        return stays if all(stay["state"] == "completed" for stay in stays) else []

    second, first = await eventually(both)
    assert (first["started_at"], first["ended_at"]) == (
        stamp(NOW - timedelta(hours=5)),
        stamp(NOW - timedelta(hours=3)),
    )
    assert (second["ended_at"], second["cost_incl_vat"]) == (stamp(NOW - timedelta(hours=1)), "4.76")
    assert "B-AB" not in str(await network.operator.get("/bays/PLATES"))


async def test_whoever_charges_at_the_bays_evse_pays_for_the_stay_as_well(network: Network) -> None:
    await network.add_station("PARKED-AT")
    await add_bay(network, "CHARGING", station_id="PARKED-AT", evse=1)
    driver = await network.add_driver()
    came_at = NOW - timedelta(hours=1)
    await see(network, "CHARGING", "occupied", came_at)
    async with independent_station(network.platform.station_url, "PARKED-AT", "1.6") as station:
        await station.boot()
        assert await station.begin(driver.token, meter_wh=1_000) == "Accepted"
        await station.end(driver.token, meter_wh=3_000)
    charge = await network.session_of("PARKED-AT")
    left_at = datetime.now(UTC)
    await see(network, "CHARGING", "vacated", left_at)

    stay = await stay_in(network, "CHARGING", state="completed", driver_id=driver.client.account_id)
    for_the_energy, for_the_time = await network.receipt(charge["id"]), await network.receipt(stay["id"])

    assert for_the_energy["invoice"]["total_incl_vat"] == "1.00"
    assert for_the_energy["invoice"]["kind"] == "charging"
    minutes = -(-int((left_at - came_at).total_seconds()) // 60)
    # The last minute may have begun between the two readings of the clock.
    totals = {str((Decimal(one) / 30 * Decimal("1.19")).quantize(Decimal("0.01"))) for one in (minutes, minutes + 1)}
    assert for_the_time["invoice"]["total_incl_vat"] in totals
    own = await driver.client.get("/billing/invoices")
    assert sorted(one["kind"] for one in own["items"]) == ["charging", "parking"]


async def test_the_driver_of_a_reservation_needs_no_check_in(network: Network) -> None:
    await add_bay(network, "RESERVED")
    driver = await network.add_driver()
    soon = datetime.now(UTC) + timedelta(minutes=5)
    reservation = await reserve(driver.client, "RESERVED", soon)

    await see(network, "RESERVED", "occupied", datetime.now(UTC))

    stay = await stay_in(network, "RESERVED", driver_id=driver.client.account_id)
    assert stay["reservation_id"] == reservation["id"]
    assert (await driver.client.get(f"/reservations/{reservation['id']}"))["state"] == "honoured"


async def test_maintenance_gives_up_what_is_reserved_and_says_so(network: Network) -> None:
    await add_bay(network, "MENDED")
    await add_bay(network, "SOUND")
    driver = await network.add_driver()
    begin = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
    closed_one, open_one = [await reserve(driver.client, bay_id, begin) for bay_id in ("MENDED", "SOUND")]
    told = asyncio.create_task(first_event(driver.client, closed_one["id"], "cancelled"))

    closure = await network.operator.post(
        "/closures",
        {
            "location_id": "yard",
            "kind": "maintenance",
            "reason": "The floor is painted.",
            "since": format_timestamp(begin + timedelta(minutes=10)),
            "until": format_timestamp(begin + timedelta(hours=1)),
            "places": [{"bay_id": "MENDED"}],
        },
    )

    event = await asyncio.wait_for(told, 30)
    assert (event["cancelled_by"], event["reason"]) == ("closure", "The floor is painted.")
    after = await driver.client.get(f"/reservations/{closed_one['id']}")
    assert (after["state"], after["cancelled_by"]) == ("cancelled", "closure")
    assert after["total_incl_vat"] in (None, "0.00")
    assert (await driver.client.get(f"/reservations/{open_one['id']}"))["state"] == "confirmed"
    with pytest.raises(RestRefused) as refused:
        await reserve(driver.client, "MENDED", begin)
    assert refused.value.status == 409
    await network.operator.post(f"/closures/{closure['closure_id']}/end")
    again = await reserve(driver.client, "MENDED", begin)
    assert again["state"] == "confirmed"


async def reserve(client: Any, bay_id: str, begin: datetime) -> dict[str, Any]:
    body = {
        "places": [{"bay_id": bay_id}],
        "begins_at": format_timestamp(begin),
        "ends_at": format_timestamp(begin + timedelta(hours=1)),
    }
    made: dict[str, Any] = await client.post("/reservations", body, key=str(uuid.uuid4()))
    return made


async def first_event(client: Any, reservation_id: str, kind: str) -> dict[str, Any]:
    """The first of that kind that the reservation's events tell."""
    async with client.stream(f"/reservations/{reservation_id}/events", last_event_id="0") as stream:
        async for name, data in read_events(stream):
            if name == kind:
                return data
    raise AssertionError(f"the stream ended without a {kind}")


def stamp(at: datetime) -> str:
    """A time as REST shows it."""
    return at.isoformat().replace("+00:00", "Z")
