"""Single rules of the price, and what is refused."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from backoffice.pricing.calculation import Price, price
from backoffice.pricing.cdr import periods_of, read_cdr
from backoffice.pricing.errors import InvalidCdr, InvalidTariff, UnknownTimezone
from backoffice.pricing.tariff import Tariff, read_tariff
from backoffice.pricing.timezones import timezone_named, timezone_of_country
from tests.vectors.examples import Json, Stretch, cdr, component, element, parked, tariff

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NIGHT = element(component("ENERGY", "0.10"), start_time="22:00", end_time="06:00")
DAY = element(component("ENERGY", "0.40"))


def tariff_of(content: Json) -> Tariff:
    return read_tariff(json.dumps(content).encode())


def price_of(content: Json, session: Json) -> Price:
    return price(tariff_of(content), periods_of(read_cdr(json.dumps(session).encode())), timezone=AMSTERDAM)


def quantities(result: Price) -> Mapping[int | None, Decimal]:
    return {line.element: line.quantity for line in result.lines}


def test_window_that_wraps_midnight_is_of_the_locations_clock() -> None:
    # Half past nine to half past ten in the evening in Amsterdam, where summer time is two hours ahead.
    result = price_of(tariff(NIGHT, DAY), cdr("2022-07-01T19:30:00", Stretch(60, "10")))

    assert quantities(result) == {1: 5, 0: 5}
    assert result.total_excl_vat == Decimal("2.50")


def test_hour_that_comes_twice_is_priced_twice() -> None:
    night = element(component("TIME", "6"), start_time="02:00", end_time="03:00")

    # The clock goes back at three: half past one until half past three is three hours long.
    result = price_of(tariff(night), cdr("2022-10-29T23:30:00", Stretch(180)))

    assert result.total_excl_vat == Decimal("12.00")


def test_flat_fee_is_charged_once_however_many_periods() -> None:
    content = tariff(element(component("FLAT", "1.00")))

    assert price_of(content, cdr("2022-01-01T10:00:00", Stretch(5), Stretch(5), parked(5))).total_excl_vat == 1


def test_minimum_price_is_a_line_of_its_own() -> None:
    content = tariff(element(component("ENERGY", "0.25", vat="10")), min_price={"excl_vat": "2", "incl_vat": "2.1"})

    result = price_of(content, cdr("2022-01-01T10:00:00", Stretch(60, "4")))

    assert [(line.dimension, line.element, line.amount_excl_vat, line.amount_incl_vat) for line in result.lines] == [
        ("ENERGY", 0, Decimal("1.0000"), Decimal("1.1000")),
        ("MIN_PRICE", None, Decimal("1.0000"), Decimal("1.0000")),
    ]


def test_limit_without_vat_binds_the_total_with_vat_in_proportion() -> None:
    content = tariff(element(component("ENERGY", "1", vat="20")), max_price={"excl_vat": 5})

    result = price_of(content, cdr("2022-01-01T10:00:00", Stretch(60, "10")))

    assert (result.total_excl_vat, result.total_incl_vat) == (Decimal("5.00"), Decimal("6.00"))


def test_bound_on_a_current_that_nobody_measured_does_not_hold() -> None:
    content = tariff(element(component("ENERGY", "1"), max_current=16), element(component("ENERGY", "2")))

    assert price_of(content, cdr("2022-01-01T10:00:00", Stretch(60, "1"))).lines[0].element == 1


def test_dates_begin_with_their_first_day_and_end_before_their_last() -> None:
    content = tariff(element(component("TIME", "1"), start_date="2022-01-02", end_date="2022-01-03"))

    # From an hour before the first day until an hour after the last one.
    result = price_of(content, cdr("2022-01-01T22:00:00", Stretch(26 * 60)))

    assert result.total_excl_vat == 24


def test_cdr_without_periods_is_priced_by_its_totals() -> None:
    content = tariff(element(component("ENERGY", "0.5"), component("PARKING_TIME", "2")))
    totals = {"start_date_time": "2022-01-01T10:00:00Z", "total_energy": 10, "total_time": 2, "total_parking_time": 0.5}

    assert price_of(content, totals).total_excl_vat == Decimal("6.00")


def test_timestamps_without_a_zone_are_utc() -> None:
    read = tariff_of(tariff(DAY, start_date_time="2022-01-01T00:00:00", end_date_time="2023-01-01T00:00:00Z"))

    assert (read.valid_from, read.valid_until) == (datetime(2022, 1, 1, tzinfo=UTC), datetime(2023, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "content",
    [
        tariff(),
        tariff(element()),
        tariff(element(component("ENERGY", "-0.1"))),
        tariff(element(component("ENERGY", "NaN"))),
        tariff(element(component("ENERGY", "1", step=-1))),
        tariff(element(component("HEAT", "1"))),
        tariff(element(component("ENERGY", "1"), start_time="25:00")),
        tariff(element(component("ENERGY", "1"), max_kwh="-1")),
        tariff(DAY, currency="euro"),
        tariff(DAY, min_price={"excl_vat": "Infinity"}),
        tariff(DAY, start_date_time="soon"),
        tariff(DAY, start_date_time="2022-01-02T00:00:00Z", end_date_time="2022-01-01T00:00:00Z"),
    ],
)
def test_what_is_no_tariff_is_refused(content: Json) -> None:
    with pytest.raises(InvalidTariff):
        tariff_of(content)


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff", b'{"id": null}'])
def test_what_is_no_json_object_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidTariff):
        read_tariff(text)


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"start_date_time": "yesterday"},
        {"start_date_time": "2022-01-01T10:00:00Z", "total_energy": -1},
        {"start_date_time": "2022-01-01T10:00:00Z", "total_energy": "NaN"},
        {"start_date_time": "2022-01-01T10:00:00Z", "total_time": 1, "total_parking_time": 2},
        {**cdr("2022-01-01T10:00:00", Stretch(60)), "end_date_time": "2021-01-01T10:00:00Z"},
    ],
)
def test_what_is_no_cdr_is_refused(content: Json) -> None:
    with pytest.raises(InvalidCdr):
        periods_of(read_cdr(json.dumps(content).encode()))


def test_zones_are_known_by_name_and_by_country() -> None:
    assert timezone_of_country("NLD") == AMSTERDAM
    assert timezone_of_country("USA") is None
    with pytest.raises(UnknownTimezone):
        timezone_named("Europe/Atlantis")
    with pytest.raises(UnknownTimezone):
        timezone_named("../etc/passwd")
