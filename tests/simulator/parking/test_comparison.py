"""Stays against what is booked: nothing where they agree, else one name for each way in which not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from simulator.cli.reconcile import describe
from simulator.differences import Invoice, Kind, ParkingSession, Payment, Session
from simulator.expected_price import Assignment, Component, Element, PriceList, Tariff, Version
from simulator.parking.comparison import compare_stays
from simulator.parking.expected import ExpectedStay, expected_stays
from simulator.parking.records import Parked, StayEntry
from simulator.reconciliation import Books, Reconciliation, Scope, reconcile

T0 = datetime(2026, 3, 4, 10, tzinfo=UTC)
SCOPE = Scope(stations=frozenset({"A"}), bays=frozenset({"P1", "P2"}), begin=T0, end=T0 + timedelta(days=1))
TARIFF = Tariff("park", "EUR", (Element((Component("PARKING_TIME", Decimal(2)),)),))
PRICES = PriceList([Version(tariff=TARIFF, number=1)], [Assignment(tariff_id="park", bay_id="P1")])
COST = Decimal("2.00")


def entry(hour: int = 1, **fields: Any) -> StayEntry:
    """An hour in P1 by a driver who has checked in."""
    values: dict[str, Any] = {
        "tenant": "default",
        "bay_id": "P1",
        "site": "",
        "station_id": None,
        "evse": None,
        "device": "sensor",
        "plate": None,
        "driver": "ann",
        "driver_id": "driver-1",
        "arrived_at": T0 + timedelta(hours=hour),
        "left_at": T0 + timedelta(hours=hour + 1),
        "is_reserved": False,
        "is_departure_said": True,
        "is_arrival_acknowledged": True,
        "is_departure_acknowledged": True,
        "is_check_in_acknowledged": True,
        "unheard": 0,
        "given_up": {},
    }
    return StayEntry(**(values | fields))


def session_of(one: ExpectedStay, **fields: Any) -> ParkingSession:
    values: dict[str, Any] = {
        "session_id": f"s{one.began_at:%H}",
        "bay_id": one.bay_id,
        "location_id": "L",
        "state": "completed",
        "driver_id": one.driver_id,
        "started_at": one.began_at,
        "ended_at": one.ended_at,
        "tariff_id": "park",
        "tariff_version": 1,
        "cost_incl_vat": COST,
        "currency": "EUR",
    }
    return ParkingSession(**(values | fields))


def invoice_of(session: ParkingSession) -> Invoice:
    return Invoice(
        invoice_id=f"i-{session.session_id}",
        session_id=session.session_id,
        station_id="",
        driver_id=session.driver_id,
        started_at=session.started_at,
        energy_wh=Decimal(0),
        total_incl_vat=session.cost_incl_vat,
        currency="EUR",
        paid=session.cost_incl_vat,
        state="paid",
        is_of_charging=False,
    )


def payment_of(invoice: Invoice) -> Payment:
    return Payment(
        reference=f"p-{invoice.invoice_id}",
        invoice_id=invoice.invoice_id,
        session_id=invoice.session_id,
        amount=invoice.paid,
        currency="EUR",
    )


def booked(*stays: ExpectedStay) -> Books:
    sessions = [session_of(one) for one in stays]
    invoices = [invoice_of(one) for one in sessions if one.driver_id is not None]
    return Books(
        sessions=[],
        readings=[],
        invoices=invoices,
        payments=[payment_of(one) for one in invoices],
        prices=PRICES,
        stays=sessions,
    )


def compare(entries: list[StayEntry], books: Books, *, parked: tuple[Parked, ...] = ()) -> Reconciliation:
    found = reconcile([], books, scope=SCOPE)
    compare_stays(expected_stays(entries, parked), books, scope=SCOPE, found=found)
    return found


def kinds(found: Reconciliation) -> list[Kind]:
    return [one.kind for one in found.differences]


def test_what_is_booked_as_it_was_lived_is_clean() -> None:
    entries = [entry(1), entry(3), entry(6, driver=None, driver_id=None)]

    found = compare(entries, booked(*expected_stays(entries)))

    assert found.differences == []
    assert (len(found.stays), found.priced, found.payments) == (3, 3, 2)
    assert "compared 3 stays in parking bays" in describe(found)


def test_a_difference_names_the_bay_and_the_arrival() -> None:
    said = describe(compare([entry(1)], replace(booked(), stays=[])))

    assert "P1 2026-03-04T11:00:00.000Z: missing stay: expected a parking session, found none" in said
    assert "1 missing stay: the CSMS acknowledged that a vehicle came" in said


def change(part: str, **fields: Any) -> Callable[[Books], Books]:
    return lambda books: replace(
        books, **{part: [*list(getattr(books, part))[:-1], replace(getattr(books, part)[-1], **fields)]}
    )


def drop(part: str) -> Callable[[Books], Books]:
    return lambda books: replace(books, **{part: list(getattr(books, part))[:-1]})


def again(part: str, **fields: Any) -> Callable[[Books], Books]:
    return lambda books: replace(books, **{part: [*getattr(books, part), replace(getattr(books, part)[-1], **fields)]})


HOUR = timedelta(hours=1)
LOSSES: tuple[tuple[Callable[[Books], Books], Kind], ...] = (
    (drop("stays"), Kind.MISSING_STAY),
    (again("stays", session_id="again"), Kind.STAY_TWICE),
    (again("stays", session_id="x", bay_id="P2"), Kind.UNKNOWN_STAY),
    (change("stays", state="parked", ended_at=None), Kind.STAY_NOT_ENDED),
    (change("stays", state="left"), Kind.STAY_NOT_SETTLED),
    (change("stays", started_at=T0 + 3 * HOUR + timedelta(seconds=2)), Kind.WRONG_ARRIVAL),
    (change("stays", ended_at=T0 + 4 * HOUR + timedelta(milliseconds=1)), Kind.WRONG_DEPARTURE),
    (change("stays", driver_id=None), Kind.WRONG_PARKER),
    (change("stays", cost_incl_vat=Decimal("1.99")), Kind.WRONG_STAY_COST),
    (change("stays", tariff_version=2), Kind.WRONG_TARIFF),
    (drop("invoices"), Kind.MISSING_INVOICE),
    (again("invoices", invoice_id="again", state="open", paid=Decimal(0)), Kind.BILLED_TWICE),
    (change("invoices", total_incl_vat=Decimal("3.00"), paid=Decimal("2.00"), state="open"), Kind.WRONG_STAY_COST),
    (change("invoices", driver_id="another"), Kind.WRONG_PAYER),
    (change("invoices", state="due"), Kind.INVOICE_NOT_COLLECTED),
    (again("payments", reference="again"), Kind.PAID_TWICE),
    (drop("payments"), Kind.PAYMENT_MISSING),
    (change("invoices", paid=Decimal("1.00")), Kind.WRONG_PAID),
)


@pytest.mark.parametrize(("loss", "kind"), LOSSES, ids=lambda one: str(one) if isinstance(one, Kind) else "")
def test_a_loss_is_named(loss: Callable[[Books], Books], kind: Kind) -> None:
    entries = [entry(1), entry(3)]

    found = compare(entries, loss(booked(*expected_stays(entries))))

    assert kind in kinds(found)
    # A payment that is booked for nothing is named as well where its invoice, or its session's driver, is gone.
    assert set(kinds(found)) - {kind} <= {Kind.UNKNOWN_PAYMENT, Kind.WRONG_PAYER}, found.differences
    assert all(one.bay_id in SCOPE.bays for one in found.differences if one.kind is not Kind.UNKNOWN_PAYMENT)


def test_a_stay_that_still_goes_on_is_not_to_have_ended() -> None:
    entries = [entry(1, is_departure_said=False, is_departure_acknowledged=False)]
    (one,) = expected_stays(entries)

    runs = compare(entries, booked(replace(one)))
    early = compare(entries, replace(booked(), stays=[session_of(one, ended_at=T0 + 2 * HOUR)]))
    later = compare(entries, replace(booked(), stays=[session_of(one, ended_at=SCOPE.end + HOUR)]))

    assert kinds(runs) == []
    assert kinds(early) == [Kind.STAY_ENDED_EARLY]
    assert kinds(later) == []


def test_what_the_platform_did_not_confirm_may_be_there_or_not() -> None:
    entries = [entry(1, is_arrival_acknowledged=False, is_departure_acknowledged=False, unheard=2)]
    (one,) = expected_stays(entries)
    parked = (Parked("default", "P2", T0 + HOUR),)

    assert compare(entries, replace(booked(), stays=[]), parked=parked).is_clean
    assert compare(entries, replace(booked(), stays=[session_of(one, ended_at=None, state="parked")])).is_clean


def test_what_the_platform_refused_makes_no_stay() -> None:
    assert expected_stays([entry(1, is_arrival_acknowledged=False, given_up={"occupied": 1})]) == []


def test_a_stay_at_an_evse_is_whoever_charged_there() -> None:
    entries = [entry(1, driver=None, driver_id=None, station_id="A", evse=1, is_check_in_acknowledged=False)]
    (one,) = expected_stays(entries)
    charge = Session(
        session_id="c",
        station_id="A",
        evse=1,
        transaction_id="t",
        state="completed",
        driver_id="driver-9",
        token=None,
        is_by_app=True,
        started_at=T0 + HOUR + timedelta(minutes=1),
        ended_at=T0 + HOUR + timedelta(minutes=5),
        energy_wh=Decimal(1),
        tariff_id="free",
        tariff_version=0,
        cost_incl_vat=Decimal(0),
        currency="EUR",
    )

    def with_driver(driver_id: str | None) -> list[Kind]:
        books = booked(replace(one, driver_id=driver_id))
        found = Reconciliation()
        compare_stays([one], replace(books, sessions=[charge]), scope=SCOPE, found=found)
        return kinds(found)

    assert with_driver("driver-9") == []
    assert with_driver("driver-1") == [Kind.WRONG_PARKER]
    assert with_driver(None) == [Kind.WRONG_PARKER]


def test_a_bays_own_tariff_comes_before_its_sites_and_that_before_the_tenants() -> None:
    tariffs = {name: replace_id(name) for name in ("bay", "site", "tenant", "station")}
    prices = PriceList(
        [Version(tariff=one, number=1) for one in tariffs.values()],
        [
            Assignment(tariff_id="tenant"),
            Assignment(tariff_id="site", location_id="L"),
            Assignment(tariff_id="bay", bay_id="P1"),
            Assignment(tariff_id="station", station_id="A"),
        ],
    )

    def find(bay_id: str, location_id: str) -> str:
        version = prices.find_for_bay(bay_id, location_id, T0)
        assert version is not None
        return version.tariff.id

    assert (find("P1", "L"), find("P2", "L"), find("P2", "M")) == ("bay", "site", "tenant")
    charging = prices.find("A", 1, T0)
    assert charging is not None
    assert charging.tariff.id == "station"


def replace_id(name: str) -> Tariff:
    return Tariff(name, "EUR", TARIFF.elements)
