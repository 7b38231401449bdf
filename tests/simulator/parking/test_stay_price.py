"""The price of a stay that the reconciliation works out by itself: the same rules as the platform's, other code."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from backoffice.sessions.parking_domain import price_of_stay
from simulator.expected_price import Tariff, Unpriced
from simulator.parking.price import expected_stay_total

T0 = datetime(2026, 3, 4, 10, tzinfo=UTC)

PRICES = st.decimals("0.01", "9", places=2)
DURATIONS = st.integers(1, 200)


def component(kind: str, price: Decimal | str, *, step: int = 1, vat: Decimal | None = None) -> dict[str, Any]:
    return {"type": kind, "price": Decimal(price), "step_size": step} | ({} if vat is None else {"vat": vat})


def encode(*elements: dict[str, Any], **fields: Any) -> bytes:
    whole = {"id": "T", "currency": "EUR", "elements": list(elements), **fields}
    return msgspec.json.Encoder(decimal_format="number").encode(whole)


def mine(json: bytes, stayed: timedelta) -> Decimal:
    return expected_stay_total(msgspec.json.decode(json, type=Tariff), stayed).amount


@st.composite
def elements(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for _ in range(draw(st.integers(1, 4))):
        components = []
        if draw(st.booleans()):
            components.append(component("FLAT", draw(PRICES), vat=draw(st.none() | st.just(Decimal(19)))))
        if draw(st.booleans()) or not components:
            step, vat = draw(st.sampled_from((0, 1, 7, 60))), draw(st.none() | st.just(Decimal("7.5")))
            components.append(component("PARKING_TIME", draw(PRICES), step=step, vat=vat))
        restrictions: dict[str, int] = {}
        if draw(st.booleans()):
            restrictions["min_duration"] = draw(DURATIONS)
        if draw(st.booleans()):
            restrictions["max_duration"] = draw(DURATIONS)
        found.append({"price_components": components} | ({"restrictions": restrictions} if restrictions else {}))
    return found


@given(parts=elements(), stayed_ms=st.integers(0, 400_000))
def test_it_agrees_with_the_pricing_of_the_back_office(parts: list[dict[str, Any]], stayed_ms: int) -> None:
    json, stayed = encode(*parts), timedelta(milliseconds=stayed_ms)

    theirs = price_of_stay(json, since=T0, until=T0 + stayed, timezone="Europe/Berlin").total_incl_vat

    assert mine(json, stayed) == theirs


@pytest.mark.parametrize(
    ("minutes", "total"),
    [(0, "0.00"), (60, "2.38"), (120, "4.76"), (121, "4.88"), (180, "11.90"), (30, "1.19")],
)
def test_an_overstay_costs_more_from_its_first_minute(minutes: int, total: str) -> None:
    vat = Decimal(19)
    json = encode(
        {"price_components": [component("PARKING_TIME", "6", vat=vat)], "restrictions": {"min_duration": 7200}},
        {"price_components": [component("PARKING_TIME", "2", vat=vat)]},
    )

    assert mine(json, timedelta(minutes=minutes)) == Decimal(total)


def test_the_last_minute_is_rounded_up_at_the_price_of_the_overstay() -> None:
    json = encode(
        {"price_components": [component("PARKING_TIME", "60", step=60)], "restrictions": {"min_duration": 120}},
        {"price_components": [component("PARKING_TIME", "6", step=60)]},
    )

    assert mine(json, timedelta(seconds=121)) == Decimal("1.20")


def test_what_is_of_reservations_or_of_energy_costs_a_stay_nothing() -> None:
    json = encode(
        {"price_components": [component("TIME", "5")], "restrictions": {"reservation": "RESERVATION"}},
        {"price_components": [component("ENERGY", "5"), component("PARKING_TIME", "1")]},
    )

    assert mine(json, timedelta(hours=2)) == Decimal("2.00")


@pytest.mark.parametrize(
    ("fields", "restrictions", "reason"),
    [
        ({"min_price": {"excl_vat": 1}}, {}, "minimum or maximum"),
        ({}, {"start_time": "08:00"}, "another kind than by duration"),
        ({}, {"day_of_week": ["MONDAY"]}, "another kind than by duration"),
    ],
)
def test_what_is_not_understood_is_not_priced(
    fields: dict[str, Any], restrictions: dict[str, Any], reason: str
) -> None:
    json = encode({"price_components": [component("PARKING_TIME", "1")], "restrictions": restrictions}, **fields)

    with pytest.raises(Unpriced, match=reason):
        mine(json, timedelta(hours=1))
