"""What the search around a point takes and gives."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field, model_validator

from backoffice.kit.bodies import Body
from backoffice.kit.instants import Instant
from backoffice.stations.bay_schemas import BayView
from backoffice.stations.location_schemas import Latitude, LocationView, Longitude
from backoffice.stations.models import Station
from backoffice.stations.nearby import PlaceKind
from backoffice.stations.schemas import Closed, EvseView, PriceView, StationView

DEFAULT_RADIUS_M, MAX_RADIUS_M = 5_000.0, 100_000.0
Price = Annotated[str, Field(pattern=r"^[0-9]{1,6}(\.[0-9]{1,4})?$")]


class NearbyQuery(Body):
    """Around which point, and what has to fit.

    `free_from` and `free_until`: what maintenance or an outage closes at some time between is left out; without them,
    what is closed now. Reservations are another service's: whoever shows what is free for a time asks reservations
    about the places found. With a price cap a place whose price is not known is left out.
    """

    lat: Latitude
    lon: Longitude
    radius_m: float = Field(default=DEFAULT_RADIUS_M, gt=0, le=MAX_RADIUS_M)
    limit: int = Field(default=50, ge=1, le=200)
    free_now: bool = False
    free_from: Instant | None = None
    free_until: Instant | None = None
    min_power_w: int = Field(default=0, ge=0, le=10_000_000)
    standard: list[Annotated[str, Field(max_length=40, pattern=r"^[A-Z0-9_]+$")]] = Field(
        default_factory=list, max_length=20, description="OCPI words, as IEC_62196_T2_COMBO: any of them fits."
    )
    max_price_per_kwh: Price | None = Field(default=None, description="VAT included.")
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$", description="Of max_price_per_kwh.")
    has_parking: bool = Field(default=False, description="Only where the location has parking bays.")
    is_accessible: bool = Field(
        default=False, description="The location is free of steps, or the bay is for drivers with a disability."
    )
    is_reservable: bool = False

    @model_validator(mode="after")
    def _window_is_whole(self) -> "NearbyQuery":
        if (self.free_from is None) != (self.free_until is None):
            raise ValueError("free_from and free_until belong together")
        if self.free_from is not None and self.free_until is not None and self.free_until <= self.free_from:
            raise ValueError("free_until is after free_from")
        return self


class PlacesQuery(NearbyQuery):
    """The same for EVSEs or for parking bays, in pages."""

    kind: PlaceKind = PlaceKind.EVSE
    cursor: str | None = Field(default=None, description="`next_cursor` of the page before.")


NearbyParameters = Annotated[NearbyQuery, Query()]
PlacesParameters = Annotated[PlacesQuery, Query()]


class NearbyStation(StationView):
    """A station and how far it is, with those of its EVSEs that fit."""

    distance_m: float

    @classmethod
    def at(
        cls, station: Station, distance_m: float, *, fitting: Mapping[int, PriceView | None], closed: Closed = ()
    ) -> "NearbyStation":
        prices = {(station.id, evse): price for evse, price in fitting.items() if price is not None}
        parts = cls._parts_of(station, prices, closed)
        parts["evses"] = [evse for evse in parts["evses"] if evse.evse in fitting]
        return cls(**parts, distance_m=distance_m)


class NearbyPlace(BaseModel):
    """An EVSE or a parking bay. Of a bay, `station_id` and `evse` are what a vehicle in it charges at.

    `is_free`: nobody is there now, and an EVSE is online. `price` is of the EVSE.
    """

    kind: PlaceKind
    distance_m: float
    is_free: bool
    location: LocationView
    station_id: str | None
    evse: EvseView | None
    bay: BayView | None
