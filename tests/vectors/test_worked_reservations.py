"""Prices of reservations that the text of OCPI 2.2.1 works out (§11.3.1, its four tariffs with reservations).

The text adds the charging session that follows; both are priced here, each by its own function, and added.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from backoffice.pricing.calculation import price
from backoffice.pricing.cdr import periods_of, read_cdr
from backoffice.pricing.reservation import price_reservation, reserved_period
from backoffice.pricing.tariff import read_tariff
from tests.vectors.examples import Json, Stretch, cdr, component, element, tariff

BERLIN = ZoneInfo("Europe/Berlin")
RESERVED_AT = datetime(2022, 1, 13, 11, tzinfo=UTC)
CHARGING = element(component("FLAT", "0.50", vat="20"), component("ENERGY", "0.25", vat="10"))


def time(price: str, *, step: int) -> Json:
    return component("TIME", price, step=step, vat="20")


def flat(price: str) -> Json:
    return component("FLAT", price, vat="20")


FIVE_AN_HOUR = tariff(element(time("5.00", step=60), reservation="RESERVATION"), CHARGING)
FEE_AND_FIVE_AN_HOUR = tariff(element(flat("2.00"), time("5.00", step=300), reservation="RESERVATION"), CHARGING)
FEE_FOR_NOT_COMING = tariff(
    element(flat("4.00"), reservation="RESERVATION_EXPIRES"),
    element(time("2.00", step=600), reservation="RESERVATION"),
    CHARGING,
)
DEARER_FOR_NOT_COMING = tariff(
    element(time("6.00", step=600), reservation="RESERVATION_EXPIRES"),
    element(time("3.00", step=600), reservation="RESERVATION"),
    CHARGING,
)


@dataclass(frozen=True, slots=True)
class Example:
    name: str
    tariff: Json
    minutes: int
    excl_vat: str
    incl_vat: str
    has_expired: bool = False


EXAMPLES = (
    Example("five euro an hour, used after 15 minutes", FIVE_AN_HOUR, 15, "6.75", "7.60"),
    Example("fee and steps of five minutes, used after 13", FEE_AND_FIVE_AN_HOUR, 13, "8.75", "10.00"),
    Example("expiry costs a fee, used after 22 minutes", FEE_FOR_NOT_COMING, 22, "6.50", "7.30"),
    Example("expiry costs a fee beside the hour", FEE_FOR_NOT_COMING, 60, "6.00", "7.20", has_expired=True),
    Example("expiry is dearer, used after 22 minutes", DEARER_FOR_NOT_COMING, 22, "7.00", "7.90"),
    Example("expiry is dearer by the hour", DEARER_FOR_NOT_COMING, 90, "9.00", "10.80", has_expired=True),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_worked_reservation_has_its_price(example: Example) -> None:
    read = read_tariff(json.dumps(example.tariff).encode())
    period = reserved_period(RESERVED_AT, RESERVED_AT + timedelta(minutes=example.minutes))

    reservation = price_reservation(read, [period], has_expired=example.has_expired, timezone=BERLIN)
    totals = [(reservation.total_excl_vat, reservation.total_incl_vat)]
    if not example.has_expired:
        session = periods_of(read_cdr(json.dumps(cdr("2022-01-13T12:00:00", Stretch(60, "20"))).encode()))
        charging = price(read, session, timezone=BERLIN)
        totals.append((charging.total_excl_vat, charging.total_incl_vat))

    assert sum((excl for excl, _ in totals), Decimal(0)) == Decimal(example.excl_vat)
    assert sum((incl for _, incl in totals), Decimal(0)) == Decimal(example.incl_vat)
