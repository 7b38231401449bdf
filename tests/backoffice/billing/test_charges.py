"""Invoices of parking and reservations: collected like those of sessions, each in the name of what it is about."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from backoffice.contracts.billing import PaymentCompleted, PaymentFailed
from backoffice.contracts.reservations import ReservationCharged, ReservationOutcome
from backoffice.contracts.sessions import ParkingSessionCompleted, PriceLine
from backoffice.contracts.stations import Place
from backoffice.kit.testing import eventually
from protocol.domain.identifiers import DriverId, StationId
from tests.backoffice.billing.test_billing import DECLINED, NOW, Bench, bench as bench, completed
from tests.backoffice.billing.test_ledger import balances

pytestmark = pytest.mark.slow

LINES = (PriceLine("PARKING_TIME", Decimal(2), "h", Decimal("1.5"), Decimal(3), Decimal(19), Decimal("3.57"), 0),)


def parked(session_id: str = "p1", *, driver: str | None = "driver-1") -> ParkingSessionCompleted:
    return ParkingSessionCompleted(
        session_id=session_id,
        bay_id="bay-7",
        location_id="loc-1",
        driver_id=DriverId(driver) if driver else None,
        started_at=NOW - timedelta(hours=2),
        ended_at=NOW,
        tariff_id="t",
        tariff_version=1,
        currency="EUR",
        lines=LINES,
        total_excl_vat=Decimal("3.00"),
        total_incl_vat=Decimal("3.57"),
    )


def reserved(reservation_id: str = "r1", *, total: str = "3.57") -> ReservationCharged:
    return ReservationCharged(
        reservation_id=reservation_id,
        driver_id=DriverId("driver-1"),
        location_id="loc-1",
        places=(Place(bay_id="bay-7"), Place(station_id=StationId("CP001"), evse=2)),
        begins_at=NOW - timedelta(hours=1),
        ends_at=NOW + timedelta(hours=1),
        outcome=ReservationOutcome.EXPIRED,
        ended_at=NOW,
        tariff_id="t",
        tariff_version=1,
        currency="EUR",
        lines=LINES if Decimal(total) else (),
        total_excl_vat=Decimal("3.00") if Decimal(total) else Decimal("0.00"),
        total_incl_vat=Decimal(total),
    )


async def invoices(bench: Bench, count: int) -> dict[str, Any]:
    """By subject, once none is due any more."""

    async def found() -> dict[str, Any]:
        answer = await bench.place.http.get("/api/v1/billing/invoices", headers=bench.place.operator_headers())
        items = answer.json()["items"]
        is_over = len(items) == count and all(one["state"] != "due" for one in items)
        return {one["session_id"]: one for one in items} if is_over else {}

    return await eventually(found, what=f"{count} collected invoices")


async def test_parking_and_reservation_are_collected_and_earned_as_what_they_are(bench: Bench) -> None:
    await bench.add_card()
    for _ in range(2):
        await bench.place.publish_domain(parked(), key="p1")
        await bench.place.publish_domain(reserved(), key="r1")

    found = await invoices(bench, 2)
    of_kind = await bench.place.http.get(
        "/api/v1/billing/invoices", params={"kind": "parking"}, headers=bench.place.driver_headers()
    )

    assert [one["session_id"] for one in of_kind.json()["items"]] == ["p1"]
    assert {(one["kind"], one["state"], one["paid"]) for one in found.values()} == {
        ("parking", "paid", "3.57"),
        ("reservation", "paid", "3.57"),
    }
    assert (found["p1"]["bay_id"], found["p1"]["location_id"], found["p1"]["station_id"]) == ("bay-7", "loc-1", None)
    assert (found["r1"]["station_id"], found["r1"]["evse"], found["r1"]["bay_id"]) == ("CP001", 2, "bay-7")
    assert await balances(bench) == {
        "cash:sandbox": Decimal("7.14"),
        "receivable:driver-1": Decimal(0),
        "revenue:parking": Decimal("-3.00"),
        "revenue:reservation": Decimal("-3.00"),
        "vat:DE:19": Decimal("-1.14"),
    }
    for subject in ("p1", "r1"):
        (event,) = await bench.said(subject)
        assert isinstance(event, PaymentCompleted)
        assert (event.session_id, event.amount) == (subject, Decimal("3.57"))


async def test_parking_that_a_card_declines_stays_open_in_its_own_name(bench: Bench) -> None:
    await bench.add_card(DECLINED)
    await bench.place.publish_domain(parked(), key="p1")

    found = await invoices(bench, 1)

    assert (found["p1"]["state"], found["p1"]["reason"]) == ("open", "card_declined")
    (event,) = await bench.said("p1")
    assert isinstance(event, PaymentFailed)
    assert event.open_amount == Decimal("3.57")


async def test_reservation_for_nothing_and_parking_of_nobody_make_no_invoice(bench: Bench) -> None:
    await bench.add_card()
    await bench.place.publish_domain(reserved("free", total="0.00"), key="free")
    await bench.place.publish_domain(parked("nobody", driver=None), key="nobody")
    await bench.place.publish_domain(completed("last"), key="last")

    assert set(await invoices(bench, 1)) == {"last"}


async def test_parking_for_nothing_is_paid(bench: Bench) -> None:
    nothing = msgspec.structs.replace(parked(), lines=(), total_excl_vat=Decimal(0), total_incl_vat=Decimal(0))
    await bench.place.publish_domain(nothing, key="p1")

    assert (await invoices(bench, 1))["p1"]["state"] == "paid"
