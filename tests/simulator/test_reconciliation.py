"""What was delivered against what is booked: nothing where they agree, else one name for each way in which not."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from simulator.differences import MEANINGS, Delivered, Invoice, Kind, Payment, Reading, Session
from simulator.expected_price import Assignment, Component, Element, PriceList, Tariff, Version, expected_total
from simulator.reconciliation import Books, Reconciliation, Scope, reconcile

T0 = datetime(2026, 3, 4, 10, tzinfo=UTC)
SCOPE = Scope(stations=frozenset({"A", "B"}), begin=T0, end=T0 + timedelta(days=1))
TARIFF = Tariff("T", "EUR", (Element((Component("FLAT", Decimal("0.35"), 0), Component("ENERGY", Decimal("0.49")))),))
PRICES = PriceList([Version(tariff=TARIFF, number=3)], [Assignment(tariff_id="T")])


def delivered(
    number: int = 1, *, energy_wh: int = 10_000, minutes: Sequence[int] = (5, 10), **fields: Any
) -> Delivered:
    start = T0 + timedelta(hours=number)
    name = f"t{number}"
    readings = (
        Reading(
            station_id=fields.get("station_id", "A"),
            transaction_id=name,
            at=start + timedelta(minutes=one),
            register_wh=Decimal(one),
        )
        for one in minutes
    )
    values: dict[str, Any] = {
        "station_id": "A",
        "evse": 1,
        "transaction_id": name,
        "id_token": "TOKEN1",
        "started_at": start,
        "ended_at": start + timedelta(minutes=30),
        "energy_wh": energy_wh,
        "stopped_reason": "Local",
        "is_start_acknowledged": True,
        "is_end_acknowledged": True,
        "readings": tuple(readings),
    }
    return Delivered(**(values | fields))


def booked(*ones: Delivered) -> Books:
    """What a CSMS without a fault has of them."""
    return Books(
        sessions=[session_of(one) for one in ones],
        readings=[reading for one in ones for reading in one.readings],
        invoices=[invoice_of(one) for one in ones],
        payments=[payment_of(one) for one in ones],
        prices=PRICES,
    )


def session_of(one: Delivered) -> Session:
    total = expected_total(TARIFF, Decimal(one.energy_wh or 0))
    return Session(
        session_id=f"s-{one.transaction_id}",
        station_id=one.station_id,
        evse=one.evse,
        transaction_id=one.transaction_id or "77",
        state="completed",
        driver_id="driver-1",
        token=f"…{one.id_token[-3:]}",
        is_by_app=False,
        started_at=one.started_at,
        ended_at=one.ended_at,
        energy_wh=Decimal(one.energy_wh or 0),
        tariff_id="T",
        tariff_version=3,
        cost_incl_vat=total.amount,
        currency="EUR",
    )


def invoice_of(one: Delivered) -> Invoice:
    session = session_of(one)
    return Invoice(
        invoice_id=f"i-{one.transaction_id}",
        session_id=session.session_id,
        station_id=one.station_id,
        driver_id=session.driver_id,
        started_at=session.started_at,
        energy_wh=session.energy_wh,
        total_incl_vat=session.cost_incl_vat,
        currency="EUR",
        paid=session.cost_incl_vat,
        state="paid",
    )


def payment_of(one: Delivered) -> Payment:
    invoice = invoice_of(one)
    return Payment(
        reference=f"p-{one.transaction_id}",
        invoice_id=invoice.invoice_id,
        session_id=invoice.session_id,
        amount=invoice.paid,
        currency="EUR",
    )


def kinds(found: Reconciliation) -> list[Kind]:
    return [difference.kind for difference in found.differences]


@given(
    st.lists(
        st.tuples(st.integers(0, 100_000), st.lists(st.integers(1, 29), unique=True, max_size=5)),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_is_booked_as_it_was_delivered_is_clean(sessions: list[tuple[int, list[int]]]) -> None:
    ones = [
        delivered(number, energy_wh=energy_wh, minutes=minutes)
        for number, (energy_wh, minutes) in enumerate(sessions, start=1)
    ]

    found = reconcile(ones, booked(*ones), scope=SCOPE)

    assert found.differences == []
    assert (found.priced, found.payments, len(found.matches)) == (len(ones), len(ones), len(ones))
    assert found.readings == sum(len(minutes) for _, minutes in sessions)


def change(part: str, **fields: Any) -> Callable[[Books], Books]:
    """The last row of that part of the books is another."""

    def act(books: Books) -> Books:
        rows = list(getattr(books, part))
        return replace(books, **{part: [*rows[:-1], replace(rows[-1], **fields)]})

    return act


def drop(part: str) -> Callable[[Books], Books]:
    return lambda books: replace(books, **{part: list(getattr(books, part))[:-1]})


def double(part: str, **fields: Any) -> Callable[[Books], Books]:
    def act(books: Books) -> Books:
        rows = list(getattr(books, part))
        return replace(books, **{part: [*rows, replace(rows[-1], **fields)]})

    return act


OTHER_AT = T0 + timedelta(hours=3, minutes=7)
LOSSES: Sequence[tuple[Callable[[Books], Books], Kind]] = (
    (drop("sessions"), Kind.MISSING_SESSION),
    (double("sessions", session_id="s-x", transaction_id="x"), Kind.UNKNOWN_SESSION),
    (double("sessions", session_id="s-x"), Kind.SESSION_TWICE),
    (change("sessions", ended_at=None, state="charging"), Kind.SESSION_NOT_ENDED),
    (change("sessions", state="ending"), Kind.SESSION_NOT_SETTLED),
    (change("sessions", evse=2), Kind.WRONG_EVSE),
    (change("sessions", started_at=OTHER_AT), Kind.WRONG_START),
    (change("sessions", ended_at=OTHER_AT), Kind.WRONG_END),
    (change("sessions", energy_wh=Decimal(10_003)), Kind.WRONG_ENERGY),
    (change("sessions", token="…XYZ"), Kind.WRONG_TOKEN),
    (change("sessions", tariff_id="U"), Kind.WRONG_TARIFF),
    (change("sessions", tariff_version=2), Kind.WRONG_TARIFF),
    (change("sessions", cost_incl_vat=Decimal("5.26")), Kind.WRONG_COST),
    (drop("readings"), Kind.MISSING_READING),
    (double("readings"), Kind.DOUBLED_READING),
    (double("readings", at=OTHER_AT), Kind.UNKNOWN_READING),
    (change("readings", register_wh=Decimal(99)), Kind.WRONG_READING),
    (double("readings", transaction_id="x"), Kind.UNKNOWN_READING),
    (double("invoices", invoice_id="i-x", state="open", paid=Decimal(0)), Kind.BILLED_TWICE),
    (double("invoices", invoice_id="i-x", session_id="s-x"), Kind.UNKNOWN_INVOICE),
    (change("invoices", energy_wh=Decimal(10_003)), Kind.WRONG_INVOICE_ENERGY),
    (change("invoices", total_incl_vat=Decimal("5.00"), state="open"), Kind.WRONG_TOTAL),
    (change("invoices", driver_id="driver-2"), Kind.WRONG_PAYER),
    (change("invoices", state="due"), Kind.INVOICE_NOT_COLLECTED),
    (double("payments", reference="p-x"), Kind.PAID_TWICE),
    (drop("payments"), Kind.PAYMENT_MISSING),
    (change("invoices", paid=Decimal("5.00")), Kind.WRONG_PAID),
    (double("payments", reference="p-x", invoice_id="i-x"), Kind.UNKNOWN_PAYMENT),
)

FOLLOWS = {Kind.MISSING_SESSION: {Kind.UNKNOWN_INVOICE}, Kind.WRONG_TOTAL: {Kind.PAID_TWICE}}


@pytest.mark.parametrize(("lose", "kind"), LOSSES, ids=[kind.replace(" ", "-") for _, kind in LOSSES])
def test_a_loss_is_named(lose: Callable[[Books], Books], kind: Kind) -> None:
    ones = [delivered(1), delivered(2), delivered(3)]

    found = reconcile(ones, lose(booked(*ones)), scope=SCOPE)

    named = {difference.kind for difference in found.differences}
    assert kind in named
    assert named - FOLLOWS.get(kind, set()) == {kind}


def test_a_session_of_another_driver_than_the_tokens_others_is_named() -> None:
    ones = [delivered(1), delivered(2), delivered(3)]
    books = change("sessions", driver_id="driver-2")(booked(*ones))
    books = change("invoices", driver_id="driver-2")(books)

    (difference,) = reconcile(ones, books, scope=SCOPE).differences

    assert difference.kind is Kind.WRONG_DRIVER
    assert (difference.expected, difference.found) == ("driver-1", "driver-2")


def test_a_missing_invoice_is_named_and_its_payment_belongs_to_none() -> None:
    ones = [delivered(1), delivered(2)]

    found = reconcile(ones, drop("invoices")(booked(*ones)), scope=SCOPE)

    assert kinds(found) == [Kind.UNKNOWN_PAYMENT, Kind.MISSING_INVOICE]


def test_what_was_not_acknowledged_may_be_booked_or_not() -> None:
    one = delivered(is_start_acknowledged=False, is_end_acknowledged=False, readings=(), unanswered=2)
    books = booked(delivered())
    nothing = Books(sessions=[], readings=[], invoices=[], payments=[], prices=PRICES)

    assert reconcile([one], books, scope=SCOPE).is_clean
    assert reconcile([one], nothing, scope=SCOPE).is_clean


def test_a_transaction_that_was_never_numbered_is_known_by_its_place_and_start() -> None:
    one = delivered(transaction_id=None, is_start_acknowledged=False, is_end_acknowledged=False, readings=())

    assert reconcile([one], booked(one), scope=SCOPE).is_clean


def test_a_session_that_ended_while_the_station_charged_is_named() -> None:
    running = delivered(ended_at=None, energy_wh=None, is_end_acknowledged=False)

    assert kinds(reconcile([running], booked(delivered()), scope=SCOPE)) == [Kind.SESSION_ENDED_EARLY]
    assert reconcile([replace(running, is_final=False)], booked(delivered()), scope=SCOPE).is_clean


@pytest.mark.parametrize(
    ("reason", "expected"), [("DeAuthorized", []), ("Local", [Kind.SESSION_UNAUTHORISED])], ids=["stopped", "went-on"]
)
def test_a_session_that_nobody_may_pay_for_was_stopped_for_it(reason: str, expected: list[Kind]) -> None:
    one = delivered(stopped_reason=reason)
    books = replace(booked(one), sessions=[replace(session_of(one), state="unauthorised", driver_id=None)])

    found = reconcile([one], replace(books, invoices=[], payments=[]), scope=SCOPE)

    assert kinds(found) == expected


def test_other_stations_and_other_times_are_nobodys_business() -> None:
    one = delivered(1)
    books = booked(one, delivered(2, station_id="Z"), delivered(99))

    assert reconcile([one], books, scope=SCOPE).is_clean


def test_a_price_that_cannot_be_worked_out_is_counted_and_not_compared() -> None:
    one = delivered(1)
    timed = Tariff("T", "EUR", (Element((Component("TIME", Decimal(2)),)),))
    books = replace(booked(one), prices=PriceList([Version(tariff=timed, number=3)], [Assignment(tariff_id="T")]))

    found = reconcile([one], books, scope=SCOPE)

    assert found.is_clean
    assert (found.priced, dict(found.unpriced)) == (0, {"tariff T prices TIME": 1})


def test_where_no_tariff_holds_charging_is_free() -> None:
    one = delivered(1)
    books = replace(booked(one), prices=PriceList([], []))

    (difference,) = reconcile([one], books, scope=SCOPE).differences

    assert (difference.kind, difference.expected, difference.found) == (Kind.WRONG_TARIFF, "free", "T version 3")


def test_every_kind_has_a_meaning_and_a_test() -> None:
    elsewhere = {Kind.WRONG_DRIVER, Kind.MISSING_INVOICE, Kind.SESSION_ENDED_EARLY, Kind.SESSION_UNAUTHORISED}
    of_stays = {  # in parking/test_comparison.py
        Kind.MISSING_STAY,
        Kind.UNKNOWN_STAY,
        Kind.STAY_TWICE,
        Kind.STAY_NOT_ENDED,
        Kind.STAY_NOT_SETTLED,
        Kind.STAY_ENDED_EARLY,
        Kind.WRONG_ARRIVAL,
        Kind.WRONG_DEPARTURE,
        Kind.WRONG_PARKER,
        Kind.WRONG_STAY_COST,
    }

    assert set(MEANINGS) == set(Kind) == {kind for _, kind in LOSSES} | elsewhere | of_stays
