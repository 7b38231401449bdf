"""A driver's month, by wire and REST: charges, reservations, a no-show, a refund, a declined card, and the books."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chargeyard.platform import Platform
from chargeyard.rest import RestClient
from chargeyard.smoke import reconcile_with_platform
from chargeyard.world import make_world, provision
from protocol.domain.identifiers import DEFAULT_TENANT, IdToken, IdTokenType
from simulator.fleet import Fleet
from simulator.ledger import Ledger
from simulator.plan import DriverPlan, Settings
from tests.acceptance.independent import independent_station
from tests.acceptance.network import DECLINED_CARD, GOOD_CARD, Driver, Network, eventually

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow, pytest.mark.timeout(400)]

SESSIONS = 30
MONTH = f"{datetime.now(UTC):%Y-%m}"
RESERVED = {
    "id": "reserved",
    "currency": "EUR",
    "elements": [
        {
            "price_components": [{"type": "FLAT", "price": 1.0, "vat": 19.0, "step_size": 1}],
            "restrictions": {"reservation": "RESERVATION"},
        },
        {
            "price_components": [{"type": "FLAT", "price": 4.0, "vat": 19.0, "step_size": 1}],
            "restrictions": {"reservation": "RESERVATION_EXPIRES"},
        },
        {"price_components": [{"type": "ENERGY", "price": 0.5, "vat": 19.0, "step_size": 1}]},
    ],
}


@pytest.fixture(scope="module")
def more_settings() -> dict[str, str]:
    return {"RESERVATIONS_LATE_EVENTS_S": "1", "RESERVATIONS_NO_SHOW_BILLED_AFTER_S": "1"}


async def charge_often(platform: Platform, operator: RestClient, driver: Driver, path: Path) -> Any:
    """The driver has charged at four stations, with several cards; what of it is booked."""
    world = make_world(4, secret=platform.secrets.token_key, settings=Settings(sample_interval_s=1))
    await provision(
        world,
        operator,
        rest_url=platform.rest_url,
        driver_password=platform.secrets.driver_password,
        report=lambda _line: None,
    )
    tokens = [IdToken(driver.token, IdTokenType.ISO14443)]
    for number in range(3):
        more = IdToken(f"{driver.token}{number}", IdTokenType.ISO14443)
        await driver.client.post("/me/tokens", {"value": more.value, "type": "ISO14443"})
        tokens.append(more)
    drivers = DriverPlan(tokens={DEFAULT_TENANT: tuple(tokens)}, session_s=(2, 4), arrival_s=0.5)
    with Ledger(path) as ledger:
        fleet = Fleet(world.fleet_plan(drivers), url=platform.station_url, seed="month", ledger=ledger)
        stop = asyncio.Event()
        running = asyncio.create_task(fleet.run(stop, goodbye_s=20))

        async def is_enough() -> bool:
            return fleet.summary().sessions_acknowledged >= SESSIONS

        await eventually(is_enough, within_s=120, what=f"{SESSIONS} sessions")
        stop.set()
        await running
    return await reconcile_with_platform(path, platform, world.prices)


async def reserve(driver: Driver, station_id: str) -> Any:
    """Soon, for a quarter of an hour."""
    begins_at = datetime.now(UTC) + timedelta(seconds=3)
    body = {
        "places": [{"station_id": station_id, "evse": 1}],
        "begins_at": begins_at.isoformat(),
        "ends_at": (begins_at + timedelta(minutes=15)).isoformat(),
    }
    return await driver.client.post("/reservations", body, key=f"reserve-{station_id}")


async def reservation_becomes(driver: Driver, reservation_id: str, state: str) -> None:
    async def is_so() -> bool:
        return bool((await driver.client.get(f"/reservations/{reservation_id}"))["state"] == state)

    await eventually(is_so, within_s=150, what=f"a reservation that is {state}")


async def charge_at(network: Network, station_id: str, driver: Driver, *, wh: int) -> Any:
    async with independent_station(network.platform.station_url, station_id, "1.6") as station:
        await station.boot()
        await station.begin(driver.token, meter_wh=0)
        await station.end(driver.token, meter_wh=wh)

    async def newest() -> Any:
        sessions = (await network.operator.get("/sessions", limit=200))["items"]
        return next(
            (
                one
                for one in sessions
                if one["station_id"] == station_id and one["state"] == "completed" and Decimal(one["energy_wh"]) == wh
            ),
            None,
        )

    return await eventually(newest, what=f"the session of {wh} Wh at {station_id}")


async def test_month_of_a_driver_adds_up(
    platform: Platform, operator: RestClient, network: Network, tmp_path: Path
) -> None:
    driver = await network.add_driver()
    for station_id in ("RES-1", "RES-2"):
        await network.add_station(station_id)
    await operator.put("/tariffs/reserved", RESERVED)
    places = [{"station_id": station_id} for station_id in ("RES-1", "RES-2")]
    await operator.put("/tariffs/reserved/assignments", {"places": places})
    policy = await operator.get("/reservations/policy")
    await operator.put("/reservations/policy", policy | {"grace_s": 60})

    # Nobody comes to one reservation, though its station is there at the begin; to the other the driver comes.
    async with independent_station(network.platform.station_url, "RES-2", "1.6") as station:
        await station.boot()
        missed = await reserve(driver, "RES-2")
        kept = await reserve(driver, "RES-1")
        await eventually(lambda: has_begun(kept))
        honoured = await charge_at(network, "RES-1", driver, wh=10_000)
    await reservation_becomes(driver, kept["id"], "honoured")
    found = await charge_often(platform, operator, driver, tmp_path / "ledger.jsonl")

    # A card that declines, and another one that pays.
    await driver.client.post("/billing/payment-methods", {"card_number": DECLINED_CARD})
    unpaid = await charge_at(network, "RES-1", driver, wh=4_000)
    declined = await network.receipt(unpaid["id"])
    assert (declined["invoice"]["state"], declined["invoice"]["reason"]) == ("open", "card_declined")
    await driver.client.post("/billing/payment-methods", {"card_number": GOOD_CARD})
    await driver.client.post(f"/billing/invoices/{declined['invoice']['id']}/pay", {}, key="pay-again-1")
    await eventually(lambda: is_paid(network, unpaid["id"]))

    # A third of one charge is given back.
    receipt = await network.receipt(honoured["id"])
    assert receipt["invoice"]["total_incl_vat"] == "5.95"
    await operator.post(
        f"/billing/invoices/{receipt['invoice']['id']}/refunds",
        {"amount": "1.95", "reason": "The cable was wet."},
        key="refund-key-1",
    )
    await reservation_becomes(driver, missed["id"], "expired")

    month = await eventually(lambda: whole_month(driver), what="the month's reservations and refund")
    [totals] = month["totals"]
    kinds = sorted(one["kind"] for one in month["invoices"])
    assert kinds.count("reservation") == 2
    assert kinds.count("charging") >= SESSIONS + 2
    billed = sum(Decimal(one["total_incl_vat"]) for one in month["invoices"])
    assert Decimal(totals["billed"]) == billed
    assert [Decimal(note["total_incl_vat"]) for note in month["credit_notes"]] == [Decimal("1.95")]
    assert Decimal(totals["paid"]) - Decimal(totals["paid_back"]) == billed - Decimal("1.95")
    assert Decimal(totals["owed_after"]) == 0
    fees = [one["total_incl_vat"] for one in month["invoices"] if one["kind"] == "reservation"]
    assert sorted(fees) == ["1.19", "4.76"]

    assert [str(difference) for difference in found.differences] == []
    assert len(found.matches) >= SESSIONS
    balance = await operator.get("/billing/ledger/balance")
    assert sum(Decimal(account["balance"]) for account in balance["accounts"]) == 0

    evidence = await operator.get(f"/sessions/{honoured['id']}/evidence")
    assert [fact["action"] for fact in evidence["facts"]] == ["StartTransaction", "StopTransaction"]
    assert [movement["amount"] for movement in evidence["bookings"]["movements"]] == ["5.95", "-1.95"]
    assert sum(Decimal(entry["amount"]) for entry in evidence["bookings"]["entries"]) == 0


async def has_begun(reservation: Any) -> bool:
    return datetime.now(UTC) > datetime.fromisoformat(reservation["begins_at"])


async def is_paid(network: Network, session_id: str) -> bool:
    receipt = await network.operator.get(f"/billing/receipts/{session_id}")
    return bool(receipt["invoice"]["state"] == "paid")


async def whole_month(driver: Driver) -> Any:
    """The month once everything of it is booked."""
    month = await driver.client.get(f"/billing/months/{MONTH}")
    is_whole = (
        sum(one["kind"] == "reservation" for one in month["invoices"]) == 2
        and all(one["state"] == "paid" for one in month["invoices"])
        and [one["state"] for one in month["refunds"]] == ["done"]
    )
    return month if is_whole else None
