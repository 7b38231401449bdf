"""The OCPI 2.2.1 Tariff object (§11.3.1) as far as it makes a price; texts and links for people are left alone.

Invariants of what `read_tariff` returns:
1. Every number is finite and none is negative.
2. There is at least one element, and each has at least one component.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from backoffice.pricing.errors import InvalidTariff
from protocol.domain.time import parse_timestamp

TimeOfDay = Annotated[str, msgspec.Meta(pattern=r"^([0-1][0-9]|2[0-3]):[0-5][0-9]$")]
Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")]
TariffId = Annotated[str, msgspec.Meta(min_length=1, max_length=36)]
Whole = Annotated[int, msgspec.Meta(ge=0)]


class Dimension(StrEnum):
    """What is priced (OCPI 2.2.1 §11.4.5 TariffDimensionType)."""

    ENERGY = "ENERGY"
    FLAT = "FLAT"
    PARKING_TIME = "PARKING_TIME"
    TIME = "TIME"


class DayOfWeek(StrEnum):
    """OCPI 2.2.1 §11.4.1, in the order of `datetime.weekday()`."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


class Reservation(StrEnum):
    """An element with one of these prices a reservation, never charging (OCPI 2.2.1 §11.4.3)."""

    RESERVATION = "RESERVATION"
    RESERVATION_EXPIRES = "RESERVATION_EXPIRES"


class PriceLimit(msgspec.Struct, frozen=True):
    """A `min_price` or `max_price`; its two amounts bind the two totals separately (§11.3.1)."""

    excl_vat: Decimal
    incl_vat: Decimal | None = None


class PriceComponent(msgspec.Struct, frozen=True):
    """A price excl. VAT per kWh, hour or session (§11.4.2). `step_size` is in Wh or seconds; 0 is no steps.

    `vat` None is not 0 %: no VAT applies.
    """

    type: Dimension
    price: Decimal
    step_size: Whole = 1
    vat: Decimal | None = None


class Restrictions(msgspec.Struct, frozen=True):
    """When an element is active (§11.4.6): kWh, kW, A and seconds; times and dates in the location's time zone."""

    start_time: TimeOfDay | None = None
    end_time: TimeOfDay | None = None
    start_date: date | None = None
    end_date: date | None = None
    min_kwh: Decimal | None = None
    max_kwh: Decimal | None = None
    min_current: Decimal | None = None
    max_current: Decimal | None = None
    min_power: Decimal | None = None
    max_power: Decimal | None = None
    min_duration: Whole | None = None
    max_duration: Whole | None = None
    day_of_week: tuple[DayOfWeek, ...] | None = None
    reservation: Reservation | None = None


class TariffElement(msgspec.Struct, frozen=True):
    """Components that share restrictions (§11.4.4)."""

    price_components: Annotated[tuple[PriceComponent, ...], msgspec.Meta(min_length=1)]
    restrictions: Restrictions | None = None


class Tariff(msgspec.Struct, frozen=True):
    """Elements in the order that decides: per dimension, the first that matches is active (§11.3.1)."""

    id: TariffId
    currency: Currency
    elements: Annotated[tuple[TariffElement, ...], msgspec.Meta(min_length=1)]
    min_price: PriceLimit | None = None
    max_price: PriceLimit | None = None
    start_date_time: str | None = None
    end_date_time: str | None = None

    @property
    def valid_from(self) -> datetime | None:
        """When the tariff becomes active; None: it always was. A timestamp without a zone is UTC, as OCPI's are."""
        return parse_timestamp(self.start_date_time) if self.start_date_time else None

    @property
    def valid_until(self) -> datetime | None:
        """After which it is active no longer; None: never."""
        return parse_timestamp(self.end_date_time) if self.end_date_time else None

    @property
    def is_free(self) -> bool:
        """Whether no session could cost anything."""
        prices = (component.price for element in self.elements for component in element.price_components)
        return not any(prices) and not (self.min_price and self.min_price.excl_vat)

    @property
    def has_local_times(self) -> bool:
        """Whether the time zone of the place matters to the price."""
        return any(
            restrictions.start_time
            or restrictions.end_time
            or restrictions.start_date
            or restrictions.end_date
            or restrictions.day_of_week
            for element in self.elements
            if (restrictions := element.restrictions)
        )


_decode = msgspec.json.Decoder(Tariff).decode


def read_tariff(json: bytes) -> Tariff:
    """The tariff of OCPI JSON. Numbers are read as they are written. Raises InvalidTariff."""
    try:
        tariff = _decode(json)
        valid_from, valid_until = tariff.valid_from, tariff.valid_until
    except ValueError as error:
        raise InvalidTariff(str(error)) from error
    if valid_from and valid_until and valid_until <= valid_from:
        raise InvalidTariff("it ends before it starts")
    for name, number in _numbers(tariff):
        if number is not None and not (number.is_finite() and number >= 0):
            raise InvalidTariff(f"{name} is {number}, which is no price or bound")
    return tariff


def _numbers(tariff: Tariff) -> Iterator[tuple[str, Decimal | None]]:
    for name, limit in (("min_price", tariff.min_price), ("max_price", tariff.max_price)):
        if limit:
            yield f"{name}.excl_vat", limit.excl_vat
            yield f"{name}.incl_vat", limit.incl_vat
    for index, element in enumerate(tariff.elements):
        for component in element.price_components:
            yield f"elements[{index}].{component.type}.price", component.price
            yield f"elements[{index}].{component.type}.vat", component.vat
        bounds = element.restrictions or Restrictions()
        for name in ("min_kwh", "max_kwh", "min_current", "max_current", "min_power", "max_power"):
            yield f"elements[{index}].restrictions.{name}", getattr(bounds, name)
