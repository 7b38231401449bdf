"""The price that the reconciliation works out by itself: the same rules as the CSMS, other code."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, strategies as st

from backoffice.pricing.calculation import price
from backoffice.pricing.periods import ChargingPeriod
from backoffice.pricing.tariff import read_tariff
from simulator.expected_price import (
    Assignment,
    Component,
    Element,
    PriceList,
    Tariff,
    Unpriced,
    Version,
    expected_total,
)

T0 = datetime(2026, 3, 4, 10, tzinfo=UTC)


def tariff(name: str = "T", **components: str) -> Tariff:
    return Tariff(name, "EUR", (Element(tuple(Component(kind, Decimal(text)) for kind, text in components.items())),))


@given(
    energy_wh=st.integers(0, 200_000),
    price_per_kwh=st.decimals("0", "2", places=4),
    flat=st.decimals("0", "5", places=2),
    vat=st.one_of(st.none(), st.decimals("0", "25", places=1)),
    step_wh=st.sampled_from((0, 1, 7, 500)),
)
def test_it_agrees_with_the_pricing_of_the_back_office(
    energy_wh: int, price_per_kwh: Decimal, flat: Decimal, vat: Decimal | None, step_wh: int
) -> None:
    mine = Tariff(
        "T",
        "EUR",
        (Element((Component("FLAT", flat, 0, vat), Component("ENERGY", price_per_kwh, step_wh, vat))),),
    )
    theirs = read_tariff(msgspec.json.Encoder(decimal_format="number").encode(_plain(mine)))
    period = ChargingPeriod(started_at=T0, ended_at=T0 + timedelta(hours=1), energy_wh=Decimal(energy_wh))

    total = price(theirs, [period], timezone=ZoneInfo("UTC")).total_incl_vat

    assert expected_total(mine, Decimal(energy_wh)).amount == total


def _plain(value: Tariff) -> object:
    components = [
        {"type": one.type, "price": one.price, "step_size": one.step_size}
        | ({"vat": one.vat} if one.vat is not None else {})
        for one in value.elements[0].price_components
    ]
    return {"id": value.id, "currency": value.currency, "elements": [{"price_components": components}]}


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (tariff(TIME="2"), "prices TIME"),
        (tariff(PARKING_TIME="2"), "prices PARKING_TIME"),
        (Tariff("T", "EUR", (Element((), {"max_kwh": msgspec.Raw(b"5")}),)), "has restrictions"),
        (Tariff("T", "EUR", (), min_price=msgspec.Raw(b"{}")), "minimum or maximum"),
    ],
)
def test_what_the_ledger_cannot_know_is_not_priced(one: Tariff, reason: str) -> None:
    with pytest.raises(Unpriced, match=reason):
        expected_total(one, Decimal(1000))


def test_time_that_costs_nothing_is_no_obstacle() -> None:
    assert expected_total(tariff(TIME="0", ENERGY="1"), Decimal(1500)).amount == Decimal("1.50")


@pytest.mark.parametrize(
    ("station", "evse", "name"), [("A", 1, "evse"), ("A", 2, "station"), ("B", 1, "tenant"), ("B", 2, "tenant")]
)
def test_the_narrowest_place_decides(station: str, evse: int, name: str) -> None:
    prices = PriceList(
        [Version(tariff=tariff(one), number=1) for one in ("tenant", "station", "evse")],
        [
            Assignment(tariff_id="tenant"),
            Assignment(tariff_id="station", station_id="A"),
            Assignment(tariff_id="evse", station_id="A", evse=1),
        ],
    )

    found = prices.find(station, evse, T0)

    assert found is not None
    assert found.tariff.id == name


def test_the_version_of_the_time_holds() -> None:
    versions = [
        Version(tariff=tariff(), number=number, valid_from=T0 + timedelta(hours=number)) for number in (1, 2, 3)
    ]
    prices = PriceList(versions, [Assignment(tariff_id="T")])

    numbers = [prices.find("A", 1, T0 + timedelta(hours=hours)).number for hours in (1, 1.5, 2, 9)]  # type: ignore[union-attr]

    assert numbers == [1, 1, 2, 3]
    with pytest.raises(Unpriced, match="did not hold yet"):
        prices.find("A", 1, T0)
