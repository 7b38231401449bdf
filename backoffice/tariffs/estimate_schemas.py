"""Estimates as REST takes and shows them."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Self
from zoneinfo import available_timezones

import msgspec
from pydantic import AfterValidator, BaseModel, Field, model_validator

from backoffice.contracts.sessions import PriceLine
from backoffice.contracts.stations import Place
from backoffice.kit.instants import Instant
from backoffice.kit.numbers import PlainDecimal
from backoffice.pricing.calculation import Price, PricedPart, PricedPeriod
from backoffice.tariffs.estimate import Estimate, Plan, wh_of
from protocol.domain.identifiers import StationId

_LONGEST_MINUTES = 14 * 24 * 60


def _known(timezone: str) -> str:
    if timezone not in available_timezones():
        raise ValueError(f"{timezone} is no time zone: name it as in Europe/Berlin")
    return timezone


class EstimatedPlace(BaseModel):
    """An EVSE of a station, or a parking bay: one of the two."""

    station_id: str | None = Field(default=None, min_length=1, max_length=255)
    evse: int | None = Field(default=None, ge=1)
    bay_id: str | None = Field(default=None, min_length=1, max_length=255)

    @model_validator(mode="after")
    def _is_one_place(self) -> "EstimatedPlace":
        if (self.station_id is None) != (self.evse is None) or (self.station_id is None) == (self.bay_id is None):
            raise ValueError("a place is a station_id with an evse, or a bay_id alone")
        return self

    def place(self) -> Place:
        """The place that is meant."""
        return Place(StationId(self.station_id) if self.station_id else None, self.evse, self.bay_id)


class EstimatedPlan(BaseModel):
    """What somebody means to do: charge so much within `minutes`, then stand there for `parking_minutes`.

    Without `begins_at` it begins now. At a parking bay there are `parking_minutes` alone. `reserved_minutes`: for so
    long before that the place is kept.
    """

    begins_at: Instant | None = None
    minutes: int = Field(default=0, ge=0, le=_LONGEST_MINUTES)
    parking_minutes: int = Field(default=0, ge=0, le=_LONGEST_MINUTES)
    reserved_minutes: int = Field(default=0, ge=0, le=_LONGEST_MINUTES)
    energy_kwh: PlainDecimal = Field(default=Decimal(0), ge=0, lt=10_000, decimal_places=6)

    @model_validator(mode="after")
    def _energy_takes_time(self) -> Self:
        if self.energy_kwh and not self.minutes:
            raise ValueError("energy takes time: minutes is 0")
        return self

    def plan(self, now: datetime) -> Plan:
        """The plan that is meant."""
        return Plan(
            begins_at=self.begins_at or now,
            charging=timedelta(minutes=self.minutes),
            parking=timedelta(minutes=self.parking_minutes),
            energy_wh=wh_of(self.energy_kwh),
            reserved=timedelta(minutes=self.reserved_minutes),
        )


class NewEstimate(EstimatedPlan):
    """A plan, and where."""

    place: EstimatedPlace


class TariffTrial(EstimatedPlan):
    """A plan, and a tariff that need not be published.

    `tariff` is OCPI JSON as text, so that its prices keep their digits; `timezone` is that of the place.
    """

    tariff: str
    timezone: Annotated[str, AfterValidator(_known)] = "Europe/Berlin"


class EstimateLineView(BaseModel):
    """One line of the price. `element` is the place in the tariff of what made it, from 0; null for a limit."""

    dimension: str
    quantity: PlainDecimal
    unit: str
    unit_price: PlainDecimal
    amount_excl_vat: PlainDecimal
    vat_percent: PlainDecimal
    amount_incl_vat: PlainDecimal
    element: int | None

    @classmethod
    def of(cls, line: PriceLine) -> "EstimateLineView":
        """A line as it is shown."""
        return cls(**msgspec.structs.asdict(line))


class EstimatePartView(BaseModel):
    """What one dimension adds in one period, unrounded; `element` is what priced it."""

    dimension: str
    element: int
    quantity: PlainDecimal
    unit_price: PlainDecimal
    amount_excl_vat: PlainDecimal
    amount_incl_vat: PlainDecimal

    @classmethod
    def of(cls, part: PricedPart) -> "EstimatePartView":
        """A part as it is shown."""
        return cls(
            dimension=part.dimension,
            element=part.element,
            quantity=part.quantity,
            unit_price=part.component.price,
            amount_excl_vat=part.amount_excl_vat,
            amount_incl_vat=part.amount_incl_vat,
        )


class EstimatePeriodView(BaseModel):
    """A stretch throughout which the same elements were active; what has no part is free then."""

    started_at: datetime
    ended_at: datetime
    energy_wh: PlainDecimal
    parts: list[EstimatePartView]

    @classmethod
    def of(cls, priced: PricedPeriod) -> "EstimatePeriodView":
        """A period as it is shown."""
        period = priced.period
        return cls(
            started_at=period.started_at,
            ended_at=period.ended_at,
            energy_wh=period.energy_wh,
            parts=[EstimatePartView.of(part) for part in priced.parts],
        )


class ReservationEstimateView(BaseModel):
    """What it costs to have the place kept."""

    lines: list[EstimateLineView]
    total_excl_vat: PlainDecimal
    total_incl_vat: PlainDecimal

    @classmethod
    def of(cls, cost: Price | None) -> "ReservationEstimateView | None":
        """A reservation's price as it is shown."""
        if cost is None:
            return None
        return cls(
            lines=[EstimateLineView.of(line) for line in cost.lines],
            total_excl_vat=cost.total_excl_vat,
            total_incl_vat=cost.total_incl_vat,
        )


class EstimateView(BaseModel):
    """What it would cost, explained twice: by line, and by period.

    `reservation` is beside the totals: what it costs to have the place kept, and `no_show` where nobody comes.
    """

    tariff_id: str
    tariff_version: int
    currency: str
    timezone: str
    lines: list[EstimateLineView]
    periods: list[EstimatePeriodView]
    total_excl_vat: PlainDecimal
    total_incl_vat: PlainDecimal
    reservation: ReservationEstimateView | None
    no_show: ReservationEstimateView | None

    @classmethod
    def of(cls, estimate: Estimate) -> "EstimateView":
        """An estimate as it is shown."""
        cost = estimate.price
        return cls(
            tariff_id=estimate.version.tariff_id,
            tariff_version=estimate.version.number,
            currency=cost.currency,
            timezone=estimate.timezone,
            lines=[EstimateLineView.of(line) for line in cost.lines],
            periods=[EstimatePeriodView.of(priced) for priced in cost.periods],
            total_excl_vat=cost.total_excl_vat,
            total_incl_vat=cost.total_incl_vat,
            reservation=ReservationEstimateView.of(estimate.reservation),
            no_show=ReservationEstimateView.of(estimate.no_show),
        )
