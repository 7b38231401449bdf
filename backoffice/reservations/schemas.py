"""What reservations takes and shows by REST."""

from datetime import datetime

from pydantic import BaseModel, Field, model_validator

from backoffice.contracts.stations import Place
from backoffice.kit.instants import Instant
from backoffice.kit.numbers import PlainDecimal
from backoffice.reservations.domain import LONGEST, HoldState, Policy, ReservationState, Window
from backoffice.reservations.lifecycle import places_of
from backoffice.reservations.models import ReservationRow
from backoffice.reservations.service import Slots
from protocol.domain.identifiers import StationId

_FARTHEST_S = 366 * 86_400


class PlaceBody(BaseModel):
    """An EVSE of a station, or a parking bay: one of the two."""

    station_id: str | None = Field(default=None, min_length=1, max_length=255)
    evse: int | None = Field(default=None, ge=1, lt=10_000)
    bay_id: str | None = Field(default=None, min_length=1, max_length=255)

    @model_validator(mode="after")
    def _is_one_place(self) -> "PlaceBody":
        if (self.station_id is None) != (self.evse is None) or (self.station_id is None) == (self.bay_id is None):
            raise ValueError("a place is a station_id with an evse, or a bay_id alone")
        return self

    @classmethod
    def of(cls, place: Place) -> "PlaceBody":
        """A place as it is shown."""
        return cls(station_id=place.station_id, evse=place.evse, bay_id=place.bay_id)

    def place(self) -> Place:
        """The place that is meant."""
        return Place(StationId(self.station_id) if self.station_id else None, self.evse, self.bay_id)


class PlacesBody(BaseModel):
    """An EVSE, a parking bay, or one of each."""

    places: list[PlaceBody] = Field(min_length=1, max_length=2)

    @model_validator(mode="after")
    def _has_one_of_each(self) -> "PlacesBody":
        if len({place.bay_id is None for place in self.places}) < len(self.places):
            raise ValueError("a reservation has one EVSE and one parking bay at most")
        return self

    def wanted(self) -> list[Place]:
        """The places that are meant."""
        return [place.place() for place in self.places]


class NewReservation(PlacesBody):
    """What to reserve, from when to when. `driver_id` is for operators: for whom."""

    begins_at: Instant
    ends_at: Instant
    driver_id: str | None = Field(default=None, min_length=1, max_length=64)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "NewReservation":
        if self.ends_at <= self.begins_at:
            raise ValueError("ends_at is not after begins_at")
        return self

    def window(self) -> Window:
        """The time that is meant."""
        return Window(self.begins_at, self.ends_at)


class LongerReservation(BaseModel):
    """Until when it goes on."""

    ends_at: Instant


class Cancellation(BaseModel):
    """Why, in the words of whoever gives it up."""

    reason: str = Field(default="", max_length=500)


class ReservationLineView(BaseModel):
    """One line of the price. `element` is the place in the tariff of what made it, from 0."""

    dimension: str
    quantity: PlainDecimal
    unit: str
    unit_price: PlainDecimal
    amount_excl_vat: PlainDecimal
    vat_percent: PlainDecimal
    amount_incl_vat: PlainDecimal
    element: int | None = None


class DriverReservationView(BaseModel):
    """A reservation. `expires_at`: nobody is waited for after it. `free_until`: giving it up costs nothing until then.

    `station`: what the station keeps. `is_endangered`: somebody is still there, or the station is away; moving and
    giving up are free. The totals are there once it has ended and its price is known.
    """

    id: str
    number: int
    driver_id: str
    location_id: str
    places: list[PlaceBody]
    begins_at: datetime
    ends_at: datetime
    expires_at: datetime
    free_until: datetime
    state: ReservationState
    station: HoldState
    station_detail: str
    is_endangered: bool
    ended_at: datetime | None
    cancelled_by: str | None
    reason: str
    session_id: str | None
    moved_from: str | None
    created_at: datetime
    tariff_id: str | None
    tariff_version: int | None
    currency: str | None
    lines: list[ReservationLineView]
    total_excl_vat: PlainDecimal | None
    total_incl_vat: PlainDecimal | None

    @classmethod
    def of(cls, row: ReservationRow) -> "DriverReservationView":
        """A row as it is shown."""
        return cls(
            id=row.id,
            number=row.number,
            driver_id=row.driver_id,
            location_id=row.location_id,
            places=[PlaceBody.of(place) for place in places_of(row)],
            begins_at=row.begins_at,
            ends_at=row.ends_at,
            expires_at=row.expires_at,
            free_until=row.free_until,
            state=ReservationState(row.state),
            station=HoldState(row.hold_state),
            station_detail=row.hold_detail,
            is_endangered=row.endangered_at is not None,
            ended_at=row.ended_at,
            cancelled_by=row.cancelled_by,
            reason=row.reason,
            session_id=row.session_id,
            moved_from=row.moved_from,
            created_at=row.created_at,
            tariff_id=row.tariff_id,
            tariff_version=row.tariff_version,
            currency=row.currency,
            lines=[ReservationLineView.model_validate(line) for line in row.lines or ()],
            total_excl_vat=row.total_excl_vat,
            total_incl_vat=row.total_incl_vat,
        )


class SlotView(BaseModel):
    """From `begins_at` until `ends_at` it can be reserved."""

    begins_at: datetime
    ends_at: datetime


class SlotsView(BaseModel):
    """The time line of a place: what of it is free and open, in order."""

    place: PlaceBody
    is_reservable: bool
    timezone: str
    free: list[SlotView]

    @classmethod
    def of(cls, place: Place, slots: Slots) -> "SlotsView":
        """A time line as it is shown."""
        return cls(
            place=PlaceBody.of(place),
            is_reservable=slots.is_reservable,
            timezone=slots.timezone,
            free=[SlotView(begins_at=window.begin, ends_at=window.end) for window in slots.free],
        )


class PolicyBody(BaseModel):
    """What a tenant allows, and what it gives for free. Lengths of time are in seconds."""

    free_cancellation_s: int = Field(ge=0, le=_FARTHEST_S)
    grace_s: int = Field(ge=60, le=86_400)
    buffer_s: int = Field(ge=0, le=86_400)
    shortest_s: int = Field(ge=1, le=_FARTHEST_S)
    longest_s: int = Field(ge=1, le=LONGEST.total_seconds())
    ahead_s: int = Field(ge=60, le=_FARTHEST_S)
    at_once: int = Field(ge=1, le=1_000)

    @model_validator(mode="after")
    def _shortest_is_not_longest(self) -> "PolicyBody":
        if self.shortest_s > self.longest_s:
            raise ValueError("shortest_s is more than longest_s")
        return self

    @classmethod
    def of(cls, policy: Policy) -> "PolicyBody":
        """A policy as it is shown."""
        return cls.model_construct(**{name: getattr(policy, name) for name in cls.model_fields})

    def policy(self) -> Policy:
        """The policy that is meant."""
        return Policy(**self.model_dump())
